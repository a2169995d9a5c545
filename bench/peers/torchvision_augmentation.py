#!/usr/bin/env python3
"""The same random views by torchvision (with PIL), on one thread: the other side of bench/against_pytorch.py.

  torchvision_augmentation.py PHOTOS SMALL

Two folders of images, searched recursively; the first 60 of each are decoded before the clock runs. Prints one JSON
object: views per second at 224 with blur, at 32 without, and photographs decoded per second."""
import glob, json, sys, time
import torch
import torchvision, torchvision.transforms as T
from PIL import Image

torch.set_num_threads(1)
SECONDS = 3.0


def files(folder):
    return sorted(f for f in glob.glob(f"{folder}/**/*", recursive=True) if f.lower().endswith((".jpg", ".jpeg", ".png")))[:60]


def read(path):
    image = Image.open(path).convert("RGB")
    image.load()
    return image


def pipe(size, s, blur):
    t = [T.RandomResizedCrop(size, interpolation=T.InterpolationMode.BICUBIC), T.RandomHorizontalFlip(),
         T.RandomApply([T.ColorJitter(.8 * s, .8 * s, .8 * s, .2 * s)], p=.8), T.RandomGrayscale(.2)]
    if blur:
        t.append(T.RandomApply([T.GaussianBlur(int(.1 * size) // 2 * 2 + 1, (0.1, 2.0))], p=.5))
    return T.Compose(t + [T.ToTensor()])


def rate(action, items):
    done, start = 0, time.time()
    while time.time() - start < SECONDS:
        action(items[done % len(items)])
        done += 1
    return round(done / (time.time() - start), 1)


photos, small = files(sys.argv[1]), files(sys.argv[2])
print(json.dumps({
    "augment_photos": rate(pipe(224, 1.0, True), [read(f) for f in photos]),
    "augment_small": rate(pipe(32, 0.5, False), [read(f) for f in small]),
    "decode": rate(read, photos),
    "torchvision": torchvision.__version__}))
