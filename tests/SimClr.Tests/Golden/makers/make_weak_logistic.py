"""Writes weak_logistic.json: optima of multinomial logistic regressions with little regularization, by Newton's method in float64."""
import json
import numpy as np


def minimum(rows, labels, classes, l2):
    count, dimension = rows.shape
    x = np.hstack([rows, np.ones((count, 1))])
    decay = np.append(np.full(dimension, l2), 0)
    truth = np.eye(classes)[labels]
    weights = np.zeros((classes, dimension + 1))

    def value(weights):
        logits = x @ weights.T
        top = logits.max(1)
        return (np.log(np.exp(logits - top[:, None]).sum(1)) + top - logits[np.arange(count), labels]).sum() + 0.5 * (weights**2 * decay).sum()

    for _ in range(500):
        logits = x @ weights.T
        p = np.exp(logits - logits.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        gradient = ((p - truth).T @ x + weights * decay).ravel()
        hessian = np.einsum("nab,ni,nj->aibj", p[:, :, None] * (np.eye(classes) - p[:, None, :]), x, x).reshape(gradient.size, -1)
        step = np.linalg.lstsq(hessian + np.diag(np.tile(decay, classes)), gradient, rcond=1e-15)[0]
        fall = gradient @ step
        size = 1.0
        while value(weights - size * step.reshape(weights.shape)) > value(weights) - 1e-4 * size * fall and size > 1e-12:
            size /= 2
        weights = weights - size * step.reshape(weights.shape)
        if fall < 1e-14 * value(weights):
            break
    return float(value(weights))


draw = np.random.default_rng(1)
sets = []
for classes, dimension, spread, scale in [(4, 8, 0.6, 1), (6, 30, 1.2, 1), (3, 5, 2.0, 30)]:
    labels = np.arange(25 * classes) % classes
    rows = np.round(scale * (draw.normal(size=(classes, dimension))[labels] + spread * draw.normal(size=(labels.size, dimension))), 3)
    sets.append({
        "dimension": dimension, "labels": labels.tolist(), "rows": rows.ravel().tolist(),
        "minima": {str(l2): minimum(rows.astype(np.float32).astype(float), labels, classes, l2) for l2 in (1, 1e-2, 1e-4, 1e-6)},
    })
with open("weak_logistic.json", "w", newline="\n") as file:
    json.dump({"sets": sets}, file)
    file.write("\n")
print([each["minima"] for each in sets])
