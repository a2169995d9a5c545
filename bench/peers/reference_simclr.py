#!/usr/bin/env python3
"""Pre-training with SimCLR in plain PyTorch, as someone would write it who wants it fast on two cores: the other side
of bench/against_pytorch.py. The recipe is that of the preset cifar10-small.

  reference_simclr.py DATA [--width 16] [--batch 256] [--per-class 1000] [--steps N] [--format plain|channels-last|bf16]
                           [--workers 1] [--threads 2]

DATA holds train/<class>/*.jpg. Images are decoded once, before the clock runs. Prints one JSON object: images per
second over the steps, from the first request for a batch to the end of the last step."""
import argparse, glob, json, math, os, time
import torch, torch.nn as nn, torch.nn.functional as F
import torchvision.transforms as T
from PIL import Image

p = argparse.ArgumentParser()
p.add_argument("data")
p.add_argument("--width", type=int, default=16, help="channels after the stem: 64 for ResNet-18, 16 for a quarter")
p.add_argument("--batch", type=int, default=256)
p.add_argument("--per-class", type=int, default=1000)
p.add_argument("--steps", type=int, default=0, help="0 for an epoch")
p.add_argument("--format", choices=["plain", "channels-last", "bf16"], default="plain")
p.add_argument("--workers", type=int, default=1)
p.add_argument("--threads", type=int, default=2)
a = p.parse_args()
torch.manual_seed(0)
torch.set_num_threads(a.threads)

images = []
for name in sorted(os.listdir(f"{a.data}/train")):
    for path in sorted(glob.glob(f"{a.data}/train/{name}/*.jpg"))[:a.per_class]:
        image = Image.open(path).convert("RGB")
        image.load()
        images.append(image)

s = 0.5
augment = T.Compose([
    T.RandomResizedCrop(32, interpolation=T.InterpolationMode.BICUBIC), T.RandomHorizontalFlip(),
    T.RandomApply([T.ColorJitter(.8 * s, .8 * s, .8 * s, .2 * s)], p=.8), T.RandomGrayscale(.2), T.ToTensor()])


class Views(torch.utils.data.Dataset):
    def __len__(self):
        return len(images)

    def __getitem__(self, i):
        return augment(images[i]), augment(images[i])


class Block(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.c1, self.b1 = nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o)
        self.c2, self.b2 = nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o)
        nn.init.zeros_(self.b2.weight)
        self.shortcut = nn.Identity() if stride == 1 and i == o else nn.Sequential(
            nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))

    def forward(self, x):
        y = F.relu(self.b1(self.c1(x)), inplace=True)
        return F.relu(self.b2(self.c2(y)) + self.shortcut(x), inplace=True)


class Net(nn.Module):
    def __init__(self, w):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, w, 3, 1, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU(inplace=True))
        blocks, c = [], w
        for stage in range(4):
            for block in range(2):
                o = w << stage
                blocks.append(Block(c, o, 2 if stage and not block else 1))
                c = o
        self.body = nn.Sequential(*blocks)
        last = nn.BatchNorm1d(128)
        last.bias.requires_grad_(False)
        self.head = nn.Sequential(
            nn.Linear(c, 128, bias=False), nn.BatchNorm1d(128), nn.ReLU(), nn.Linear(128, 128, bias=False), last)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        return self.head(self.body(self.stem(x)).float().mean((2, 3)))


net = Net(a.width)
if a.format != "plain":
    net = net.to(memory_format=torch.channels_last)
velocity = [torch.zeros_like(q) for q in net.parameters()]
loader = torch.utils.data.DataLoader(
    Views(), a.batch, shuffle=True, drop_last=True, num_workers=a.workers, persistent_workers=a.workers > 0)


def batches():
    while True:
        yield from loader


def forward(x):
    if a.format != "plain":
        x = x.contiguous(memory_format=torch.channels_last)
    if a.format == "bf16":
        with torch.cpu.amp.autocast(dtype=torch.bfloat16):
            return net(x).float()
    return net(x)


def step(x, y, rate):
    n = len(x)
    z = F.normalize(forward(torch.cat([x, y])), dim=1)
    similarity = z @ z.t() / 0.5
    similarity.fill_diagonal_(-1e9)
    loss = F.cross_entropy(similarity, torch.cat([torch.arange(n) + n, torch.arange(n)]))
    net.zero_grad(set_to_none=True)
    loss.backward()
    with torch.no_grad():
        for q, v in zip(net.parameters(), velocity):
            if q.grad is None:
                continue
            g, trust = q.grad, 1.0
            if q.dim() > 1:   # LARS
                g = g + 1e-6 * q
                w, gn = q.norm(), g.norm()
                if w > 0 and gn > 0:
                    trust = 1e-3 * w / gn
            v.mul_(0.9).add_(g, alpha=float(rate * trust))
            q.sub_(v)
    return loss.item()


steps = a.steps or len(images) // a.batch
source = batches()
step(*next(source), 0.0)   # warms up
start = time.time()
for i in range(steps):
    loss = step(*next(source), 0.5 * (1 + math.cos(math.pi * i / steps)))
seconds = time.time() - start
print(json.dumps({
    "images_per_second": round(steps * a.batch / seconds, 2), "steps": steps, "loss": round(loss, 4),
    "format": a.format, "workers": a.workers, "threads": a.threads, "torch": torch.__version__}))
