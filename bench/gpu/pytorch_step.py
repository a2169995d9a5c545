#!/usr/bin/env python3
"""SimCLR training steps on random pixels in PyTorch as it is fastest on a GPU: channels-last, bf16 autocast, LARS by
foreach operations. SimClr.GpuChecks asks for its turns over standard input, one JSON object a line.

  pytorch_step.py cpu|cuda

{"net": "resnet18", "width": 1, "small_stem": true, "size": 32, "batch": 512, "hidden": 128, "threads": 2} makes a net;
{"seconds": 2, "benchmark": false} trains for that long and answers
{"images_per_second": …}."""
import json, sys, time
import torch, torch.nn as nn, torch.nn.functional as F

device = sys.argv[1]
torch.manual_seed(0)
BLOCKS = {"resnet18": (False, (2, 2, 2, 2)), "resnet50": (True, (3, 4, 6, 3))}


def conv(i, o, kernel, stride=1):
    return nn.Sequential(nn.Conv2d(i, o, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(o))


class Block(nn.Module):
    def __init__(self, i, c, stride, bottleneck):
        super().__init__()
        o = 4 * c if bottleneck else c
        parts = [conv(i, c, 1), conv(c, c, 3, stride), conv(c, o, 1)] if bottleneck else [conv(i, c, 3, stride), conv(c, c, 3)]
        self.parts = nn.ModuleList(parts)
        nn.init.zeros_(parts[-1][1].weight)
        self.shortcut = nn.Identity() if stride == 1 and i == o else conv(i, o, 1, stride)

    def forward(self, x):
        y = x
        for part in self.parts[:-1]:
            y = F.relu(part(y), inplace=True)
        return F.relu(self.parts[-1](y) + self.shortcut(x), inplace=True)


def make(q):
    bottleneck, counts = BLOCKS[q["net"]]
    c = max(1, round(64 * q["width"]))
    layers = [conv(3, c, 3) if q["small_stem"] else conv(3, c, 7, 2), nn.ReLU(inplace=True)]
    layers += [] if q["small_stem"] else [nn.MaxPool2d(3, 2, 1)]
    i = c
    for stage, count in enumerate(counts):
        for block in range(count):
            layers.append(Block(i, c << stage, 2 if stage and not block else 1, bottleneck))
            i = (c << stage) * (4 if bottleneck else 1)
    hidden, last = q["hidden"] or i, nn.BatchNorm1d(128)
    last.bias.requires_grad_(False)
    encoder = nn.Sequential(*layers)
    head = nn.Sequential(nn.Linear(i, hidden, bias=False), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, 128, bias=False), last)
    return encoder.to(device, memory_format=torch.channels_last), head.to(device)


class Step:
    def __init__(self, q):
        torch.set_num_threads(q["threads"])
        self.batch = q["batch"]
        self.encoder, self.head = make(q)
        self.parameters = [p for m in (self.encoder, self.head) for p in m.parameters() if p.requires_grad]
        self.velocity = [torch.zeros_like(p) for p in self.parameters]
        self.adapted = [k for k, p in enumerate(self.parameters) if p.dim() > 1]
        n = self.batch
        self.partner = torch.cat([torch.arange(n) + n, torch.arange(n)]).to(device)
        self.self = torch.eye(2 * n, dtype=torch.bool, device=device)
        self.pixels = torch.rand(2 * n, 3, q["size"], q["size"], device=device).to(torch.bfloat16).contiguous(memory_format=torch.channels_last)

    def run(self):
        with torch.autocast(device, dtype=torch.bfloat16):
            z = self.head(self.encoder(self.pixels).mean((2, 3)))
        z = F.normalize(z.float(), dim=1)
        loss = F.cross_entropy((z @ z.t() / 0.5).masked_fill(self.self, float("-inf")), self.partner)
        for p in self.parameters:
            p.grad = None
        loss.backward()
        self.lars(1e-3)
        return loss.item()   # waits for the device

    @torch.no_grad()
    def lars(self, rate):
        grads = [p.grad for p in self.parameters]
        weights, own = [self.parameters[k] for k in self.adapted], [grads[k] for k in self.adapted]
        torch._foreach_add_(own, weights, alpha=1e-6)
        w, g = torch.stack(torch._foreach_norm(weights)), torch.stack(torch._foreach_norm(own))
        trust = torch.where((w > 0) & (g > 0), 1e-3 * w / g, torch.ones_like(w))
        torch._foreach_mul_(own, list(trust.unbind()))
        torch._foreach_mul_(self.velocity, 0.9)
        torch._foreach_add_(self.velocity, grads, alpha=rate)
        torch._foreach_sub_(self.parameters, self.velocity)


def answer(**values):
    print(json.dumps(values), flush=True)


answer(version=torch.__version__)
step = None
for line in sys.stdin:
    q = json.loads(line)
    if "net" in q:
        step = None   # gives its memory back before the next
        step = Step(q)
        for _ in range(3):
            step.run()
        answer(ready=True)
    else:
        if q["benchmark"] != torch.backends.cudnn.benchmark:
            torch.backends.cudnn.benchmark = q["benchmark"]
            for _ in range(3):
                step.run()
        start, steps = time.time(), 0
        while time.time() - start < q["seconds"]:
            step.run()
            steps += 1
        answer(images_per_second=steps * step.batch / (time.time() - start))
