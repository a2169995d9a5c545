"""Checks exported weights in PyTorch, and imports PyTorch's: outputs must agree within 1e-4.

    python3 bench/weights_in_pytorch.py "dotnet src/SimClr.Cli/bin/Release/net10.0/SimClr.Cli.dll" /tmp/weights

Needs PyTorch and torchvision (Debian: python3-torch, python3-torchvision). For ResNet-18 and ResNet-50: weights
from torchvision, with non-trivial batch statistics, are saved in both of PyTorch's formats, imported, exported
as .pth, loaded with strict=True and weights_only=True, and compared in outputs and bit for bit.
"""
import json
import os
import shlex
import subprocess
import sys

import torch
import torchvision


def simclr(command, *arguments):
    done = subprocess.run([*shlex.split(command), *arguments, "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"simclr {' '.join(arguments)}: {done.stderr}")
    return json.loads(done.stdout)


def trained(name):
    """A network with weights and batch statistics as after training: nothing is 0 or 1."""
    model = getattr(torchvision.models, name)()
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.1)
            part.running_var.uniform_(0.5, 1.5)
            torch.nn.init.uniform_(part.weight, 0.2, 0.6)
            torch.nn.init.normal_(part.bias, 0, 0.1)
    return model.eval()


def main(command, folder):
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(0)
    for name in ("resnet18", "resnet50"):
        original = trained(name)
        original.fc = torch.nn.Identity()
        images = torch.rand(4, 3, 224, 224)
        with torch.no_grad():
            expected = original(images)
        for form, zipped in (("zip", True), ("legacy", False)):
            source, encoder, back = (os.path.join(folder, f"{name}-{form}{end}") for end in (".pt", ".safetensors", ".pth"))
            torch.save(original.state_dict(), source, _use_new_zipfile_serialization=zipped)
            imported = simclr(command, "import", source, "--out", encoder, "--normalize", "imagenet")
            exported = simclr(command, "export", "pth", encoder, "--out", back)
            state = torch.load(back, weights_only=True)
            model = getattr(torchvision.models, name)()
            model.fc = torch.nn.Identity()
            model.load_state_dict(state, strict=True)
            same = all(torch.equal(state[key], value) for key, value in original.state_dict().items())
            with torch.no_grad():
                difference = (model.eval()(images) - expected).abs().max().item()
            print(f"{name} ({form}): strict=True, weights_only=True; {len(state)} tensors, bit for bit {'equal' if same else 'DIFFERENT'}; "
                  f"outputs up to {expected.abs().max():.3g} differ by {difference:.2g}; simclr: import {imported['max_difference']:.2g}, export {exported['max_difference']:.2g}")
            if not same or difference > 1e-4:
                sys.exit("not equal")


if __name__ == "__main__":
    main(*sys.argv[1:])
