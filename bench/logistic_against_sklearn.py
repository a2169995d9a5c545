#!/usr/bin/env python3
"""Compares our sweep of logistic regressions over lambda with scikit-learn's LogisticRegression on the same features.

Without --features, the features are generated to resemble h of a ResNet: overlapping classes of several clusters each,
dimensions correlated with a spectrum that falls like 1/k, then a ReLU, so that all are 0 or more and most are small.
scikit-learn is used at its best: one model, warm-started from the strongest lambda, as ours is. Both use --threads threads.
Its speed depends on its BLAS. Debian's default is the slow reference BLAS, so set LD_LIBRARY_PATH to the folder of
OpenBLAS's libblas.so.3, or install libopenblas0.
"""
import argparse, json, math, os, shlex, subprocess, sys, tempfile

here = os.path.dirname(os.path.abspath(__file__))
p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument("--rows", type=int, default=50000, help="training rows")
p.add_argument("--validation", type=int, default=5000)
p.add_argument("--dimension", type=int, default=512)
p.add_argument("--classes", type=int, default=10)
p.add_argument("--features", help=".npy of float32, rows x dimension, instead of generated ones; with --labels")
p.add_argument("--labels", help=".npy of integers")
p.add_argument("--every", type=int, default=1, help="scikit-learn fits only every n-th lambda; ours fits all 45, and the same ones once more to compare times")
p.add_argument("--max-iter", type=int, default=1000, help="of scikit-learn; its default is 100")
p.add_argument("--threads", type=int, default=2)
p.add_argument("--ours", default=f"dotnet {here}/logistic/bin/Release/net10.0/Logistic.dll")
p.add_argument("--skip-sklearn", action="store_true")
p.add_argument("--side", help=argparse.SUPPRESS)
p.add_argument("--folder", help=argparse.SUPPRESS)
a = p.parse_args()
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = str(a.threads)
import numpy as np

LAMBDAS = [10 ** (-6 + i * 11 / 44) for i in range(45)][::-1]


def made_up(rows, dimension, classes):
    rng = np.random.default_rng(0)
    spectrum = np.arange(1, dimension + 1) ** -0.5
    mixing = np.linalg.qr(rng.normal(size=(dimension, dimension)))[0] * spectrum[:, None]
    centers = rng.normal(size=(classes, 4, dimension)) * 0.8
    labels = rng.integers(0, classes, rows)
    features = np.empty((rows, dimension), np.float32)
    for start in range(0, rows, 4096):
        y = labels[start:start + 4096]
        z = centers[y, rng.integers(0, 4, len(y))] * np.minimum(1, 40 / np.arange(1, dimension + 1)) + rng.normal(size=(len(y), dimension))
        features[start:start + 4096] = np.maximum(0, z @ mixing * 4 + 0.1)
    return features, labels.astype(np.int32)


def status(key):
    return int(next(line for line in open("/proc/self/status") if line.startswith(key)).split()[1]) * 1024


def sklearn_side(lambdas):
    import time, warnings
    from sklearn.linear_model import LogisticRegression
    warnings.simplefilter("ignore")
    LogisticRegression(multi_class="multinomial").fit(np.random.default_rng(0).normal(size=(64, 32)), np.arange(64) % 3)
    before = status("VmRSS")   # Without what code and libraries take whatever the features.
    x = np.fromfile(f"{a.folder}/x", np.float32).reshape(-1, a.dimension)
    y = np.fromfile(f"{a.folder}/y", np.int32)
    train, y_train, held, y_held = x[:a.rows], y[:a.rows], x[a.rows:], y[a.rows:]
    model = LogisticRegression(multi_class="multinomial", warm_start=True, max_iter=a.max_iter)
    out = dict(seconds=[], objectives=[], iterations=[], accuracies=[])
    peak = 0
    for l2 in lambdas:
        begin = time.perf_counter()
        model.set_params(C=1 / l2).fit(train, y_train)
        out["seconds"].append(time.perf_counter() - begin)
        peak = status("VmHWM")
        z = train.astype(float) @ model.coef_.T + model.intercept_
        top = z.max(1)
        losses = np.log(np.exp(z - top[:, None]).sum(1)) + top - z[np.arange(len(z)), y_train]
        out["objectives"].append(losses.sum() + l2 / 2 * (model.coef_ ** 2).sum())
        out["iterations"].append(int(model.n_iter_[0]))
        out["accuracies"].append(model.score(held, y_held))
    print(json.dumps({**out, "resident_before": before, "resident_peak": peak, "features_bytes": x.nbytes}))


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def ours(folder, lambdas):
    return run([*shlex.split(a.ours), f"{folder}/x", f"{folder}/y", str(a.dimension), str(a.rows), str(a.threads), *map(repr, lambdas)])


if a.side:
    sklearn_side(json.loads(a.side))
    sys.exit()
with tempfile.TemporaryDirectory(prefix="simclr-logistic-") as folder:
    if a.features:
        x, y = np.load(a.features).astype(np.float32), np.load(a.labels).astype(np.int32)
        a.dimension, a.rows, a.classes = x.shape[1], len(x) - a.validation, int(y.max()) + 1
        order = np.random.default_rng(0).permutation(len(x))
        x, y = x[order], y[order]
    else:
        x, y = made_up(a.rows + a.validation, a.dimension, a.classes)
    np.ascontiguousarray(x).tofile(f"{folder}/x")
    y.tofile(f"{folder}/y")
    del x
    full = ours(folder, LAMBDAS)
    some = LAMBDAS[::a.every]
    mine = full if a.every == 1 else ours(folder, some)
    result = {"rows": a.rows, "dimension": a.dimension, "classes": a.classes, "threads": a.threads,
              "ours_45_seconds": round(sum(full["seconds"]), 2), "ours_refit_seconds": round(full["refit_seconds"], 2),
              "ours_iterations": sum(full["iterations"]), "ours_converged": full["converged"], "ours_chosen": full["chosen"],
              "ours_memory_over_features": round((full["resident_peak"] - full["resident_before"]) / full["features_bytes"], 2),
              "ours_resident_peak_mb": full["resident_peak"] >> 20, "features_mb": full["features_bytes"] >> 20}
    if not a.skip_sklearn:
        theirs = run([sys.executable, os.path.abspath(__file__), "--side", json.dumps(some), "--folder", folder, "--rows", str(a.rows),
                      "--dimension", str(a.dimension), "--max-iter", str(a.max_iter), "--threads", str(a.threads)])
        at = [LAMBDAS.index(l2) for l2 in some]
        gaps = [(full["objectives"][i] - t) / t for i, t in zip(at, theirs["objectives"])]
        print("| lambda | ours: objective | scikit-learn's | (ours - its) / its | steps | its steps | s | its s | accuracy | its |\n|" + "---|" * 10)
        for k, l2 in enumerate(some):
            i = at[k]
            print(f"| {l2:.3g} | {full['objectives'][i]:.8g} | {theirs['objectives'][k]:.8g} | {gaps[k]:+.1e} | {mine['iterations'][k]} | "
                  f"{theirs['iterations'][k]} | {mine['seconds'][k]:.2f} | {theirs['seconds'][k]:.2f} | {full['accuracies'][i]:.4f} | {theirs['accuracies'][k]:.4f} |")
        result |= {"lambdas_compared": len(some), "ours_same_lambdas_seconds": round(sum(mine["seconds"]), 2),
                   "sklearn_seconds": round(sum(theirs["seconds"]), 2),
                   "ratio": round(sum(theirs["seconds"]) / sum(mine["seconds"]), 1),
                   "largest_gap": max(gaps), "sklearn_max_iter": a.max_iter,
                   "sklearn_memory_over_features": round((theirs["resident_peak"] - theirs["resident_before"]) / theirs["features_bytes"], 2),
                   "sklearn_resident_peak_mb": theirs["resident_peak"] >> 20}
    else:
        for l2, o, i, s, v in zip(LAMBDAS, full["objectives"], full["iterations"], full["seconds"], full["accuracies"]):
            print(f"{l2:.3g} {o:.10g} {i} {s:.2f} {v:.4f}")
    print(json.dumps(result))
