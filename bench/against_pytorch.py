#!/usr/bin/env python3
"""Compares simclr with PyTorch on this machine: pre-training (images per second) and augmentation (views per second), in
turn, over several rounds, as ratios. bench/README.md lists the requirements.

  against_pytorch.py CIFAR10 [--photos PHOTOS] [--rounds 3] [--steps 8] [--quarter-steps 30] [--threads 2]
                     [--simclr CMD] [--python CMD] [--format auto|plain|channels-last|bf16] [--precision auto|fp32|bf16]
                     [--only pretrain|pretrain-quarter|augmentation] [--json]

CIFAR10 contains train/<class>/*.jpg; the first 1,000 images of each class are used. PyTorch runs as it is usually written,
and in its fastest format on this machine (--format auto tries them first): channels-last, or that with bf16 autocast. It has
one worker process beside its threads, because reading in the main process would be slower."""
import argparse, glob, json, os, shlex, statistics, subprocess, sys, tempfile

here = os.path.dirname(os.path.abspath(__file__))
p = argparse.ArgumentParser()
p.add_argument("data")
p.add_argument("--photos")
p.add_argument("--rounds", type=int, default=3)
p.add_argument("--steps", type=int, default=4, help="of ResNet-18 per round")
p.add_argument("--quarter-steps", type=int, default=30, help="of ResNet-18 x 0.25 per round")
p.add_argument("--threads", type=int, default=2)
p.add_argument("--simclr", default=f"dotnet {here}/../src/SimClr.Cli/bin/Release/net10.0/SimClr.Cli.dll")
p.add_argument("--python", default="/usr/bin/python3")
p.add_argument("--format", default="auto")
p.add_argument("--precision", default="auto")
p.add_argument("--only", action="append")
p.add_argument("--json", action="store_true")
a = p.parse_args()
BATCH = 256


def last_json(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def note(text):
    print(text, file=sys.stderr, flush=True)


def peer(name, *more):
    return last_json([*shlex.split(a.python), f"{here}/peers/{name}.py", *more])


def pytorch(width, steps, form):
    return peer("reference_simclr", a.data, "--width", str(width), "--steps", str(steps), "--format", form,
                "--batch", str(BATCH), "--threads", str(a.threads), "--workers", "1")["images_per_second"]


def own(width, steps, manifest, folder):
    """One epoch of as many images as the steps take; the speed from the first request for a batch to the last step."""
    run = tempfile.mkdtemp(dir=folder)
    last_json([*shlex.split(a.simclr), "pretrain", manifest, "--out", f"{run}/run", "--preset", "cifar10-small",
               "--set", f"encoder.width={width / 64}", "--batch-size", str(BATCH), "--precision", a.precision,
               "--epochs", "1", "--set", "schedule.warmup_epochs=0", "--threads", str(a.threads), "--json"])
    # The last checkpoint is in neither: an epoch of the recipe has one too, but these runs are shorter.
    lines = [json.loads(line) for line in open(f"{run}/run/metrics.jsonl")]
    seconds, before = 0.0, 0
    for line in lines:
        seconds += (line["step"] - before) * BATCH / line["images_per_second"]
        before = line["step"]
    return before * BATCH / seconds


def manifest(folder, images):
    """The same images for both, without labels, so that neither stops to measure accuracy."""
    paths = []
    for name in sorted(os.listdir(f"{a.data}/train")):
        paths += sorted(glob.glob(f"{a.data}/train/{name}/*.jpg"))[:1000]
    paths = paths[::max(1, len(paths) // images)][:images]
    target = f"{folder}/{len(paths)}.csv"
    with open(target, "w") as file:
        file.write("path\n" + "".join(f"{os.path.abspath(path)}\n" for path in paths))
    return target


def row(name, unit, ours, theirs, target):
    ratios = [x / y for x, y in zip(ours, theirs)]
    return {"name": name, "unit": unit, "simclr": round(statistics.median(ours), 1), "pytorch": round(statistics.median(theirs), 1),
            "ratio": round(statistics.median(ratios), 2), "low": round(min(ratios), 2), "high": round(max(ratios), 2),
            "rounds": len(ratios), "at_least": target, "met": None if target is None else statistics.median(ratios) >= target}


def pretraining(name, width, steps, folder):
    listed = manifest(folder, steps * BATCH)
    form = a.format
    if form == "auto":
        tries = {f: pytorch(width, max(1, steps // 4), f) for f in ("plain", "channels-last", "bf16")}
        form = max(tries, key=tries.get)
        note(f"{name}: PyTorch by format, images/s: {tries}; taking {form}")
    ours, plain, best = [], [], []
    for i in range(a.rounds):
        ours.append(own(width, steps, listed, folder))
        plain.append(pytorch(width, steps, "plain"))
        best.append(plain[-1] if form == "plain" else pytorch(width, steps, form))
        note(f"{name}, round {i + 1}: simclr {ours[-1]:.1f}, PyTorch {plain[-1]:.1f}, as {form} {best[-1]:.1f} images/s")
    return [{**row(name, "images/s", ours, plain, 3.0), "pytorch_format": "as usually written"},
            {**row(f"{name}_best", "images/s", ours, best, None), "pytorch_format": f"its fastest, {form}"}]


def augmentation(photos):
    ours, theirs = [], []
    for i in range(a.rounds):
        bench = last_json([*shlex.split(a.simclr), "bench", "--only", "augmentation", "--only", "decode",
                           "--photos", photos, "--images", f"{a.data}/train", "--json"])
        ours.append({r["name"]: r["value"] for r in bench["rows"]})
        theirs.append(peer("torchvision_augmentation", photos, f"{a.data}/train"))
        note(f"augmentation, round {i + 1}: simclr {ours[-1]}, torchvision {theirs[-1]}")
    return [row(n, u, [o[n] for o in ours], [t[n] for t in theirs], target)
            for n, u, target in (("augment_photos", "views/s", 10.0), ("augment_small", "views/s", 20.0), ("decode", "images/s", None))]


rows = []
wanted = a.only or ["pretrain", "pretrain-quarter", "augmentation"]
with tempfile.TemporaryDirectory(prefix="simclr-bench-") as folder:
    if "pretrain" in wanted:
        rows += pretraining("pretrain", 64, a.steps, folder)
    if "pretrain-quarter" in wanted:
        rows += pretraining("pretrain_quarter", 16, a.quarter_steps, folder)
    if "augmentation" in wanted and a.photos:
        rows += augmentation(a.photos)
if a.json:
    print(json.dumps({"rows": rows}))
else:
    print("| figure | simclr | PyTorch | ratio | rounds | target |\n|---|---|---|---|---|---|")
    for r in rows:
        by = f" ({r['pytorch_format']})" if "pytorch_format" in r else ""
        bound = f"≥ {r['at_least']:g}" if r["at_least"] else ""
        print(f"| {r['name']}, {r['unit']} | {r['simclr']:,} | {r['pytorch']:,}{by} | {r['ratio']} | {r['low']}–{r['high']} in {r['rounds']} | {bound} |")
