#!/usr/bin/env python3
"""Ranks against threads: images/s of one process with R threads and of R ranks with one thread each, the same batch.

    python3 bench/ranks.py IMAGES [--ranks 2] [--precision bf16] [--batch 256] [--width 1] [--repeats 1]

IMAGES is a folder of at least two batches of images without subfolders (so that no kNN is measured during training). Runs are
made in turn, so that all see the same machine; each trains a ResNet-18 (default width: 0.25) at 32x32 for three epochs, of
which the last two count. `after` sums gradients after the backward pass; the difference is what the overlap gains.
Needs mpirun on the PATH and src/SimClr.Cli built for release.
"""
import argparse, json, os, pathlib, shutil, statistics, subprocess, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLI = ROOT / "src/SimClr.Cli/bin/Release/net10.0/SimClr.Cli.dll"


def run(arguments, ranks, threads, out, sums=None):
    command = ["dotnet", str(CLI), "pretrain", arguments.images, "--out", str(out), "--preset", "cifar10-small",
               "--batch-size", str(arguments.batch), "--epochs", "3", "--threads", str(threads),
               "--set", f"precision={arguments.precision}", "--set", "schedule.warmup_epochs=1", "--set", f"encoder.width={arguments.width}"]
    if arguments.norm:
        command += ["--set", f"batch.norm={arguments.norm}"]
    if ranks > 1:
        command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-np", str(ranks)] + command
    environment = dict(os.environ, TERM="dumb", OMP_WAIT_POLICY="passive")
    if sums:
        environment["SIMCLR_GRADIENT_SUMS"] = sums
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    counted = [line for line in lines if line["epoch"] > 1]
    mean = lambda key: statistics.fmean(line.get(key, 0) for line in counted)
    speed = 1 / statistics.fmean(1 / line["images_per_second"] for line in counted)
    shutil.rmtree(out)
    return speed, mean("communication"), mean("communication_wait")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--precision", default="bf16")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--width", type=float, default=0.25)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--norm", help="batch.norm of the ranks' runs")
    parser.add_argument("--only", nargs="*", default=["threads", "ranks", "after"])
    arguments = parser.parse_args()
    rows = {name: [] for name in arguments.only}
    with tempfile.TemporaryDirectory() as folder:
        for repeat in range(arguments.repeats):
            for name in rows:
                out = pathlib.Path(folder) / name
                rows[name].append(
                    run(arguments, 1, arguments.ranks, out) if name == "threads"
                    else run(arguments, arguments.ranks, 1, out, "after" if name == "after" else None))
    for name, values in rows.items():
        speed, share, wait = (statistics.median(column) for column in zip(*values))
        against = f"{speed / statistics.median(v[0] for v in rows['threads']):.3f} of one process" if "threads" in rows else ""
        print(f"{name:8} {speed:7.2f} images/s  communication {share:6.1%}  held up {wait:6.1%}  {against}", flush=True)


main()
