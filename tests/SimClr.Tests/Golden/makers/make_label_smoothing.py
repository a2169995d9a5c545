"""Writes label_smoothing.json: cross-entropy with smoothed labels and its gradient, in plain Python.

By the definition of Szegedy et al. 2016, Section 7: the target of an image is q(k) = (1 - e) [k = label] + e / K, and the loss
is the mean over images of -sum_k q(k) log p(k). Its gradient by the logits is (p - q) / N.
"""
import json
import math
import random


def case(logits, labels, smoothing):
    loss, gradient = 0.0, []
    for z, label in zip(logits, labels):
        top = max(z)
        total = math.fsum(math.exp(value - top) for value in z)
        p = [math.exp(value - top) / total for value in z]
        q = [(1 - smoothing) * (k == label) + smoothing / len(z) for k in range(len(z))]
        loss -= math.fsum(share * (value - top - math.log(total)) for share, value in zip(q, z))
        gradient.append([(a - b) / len(logits) for a, b in zip(p, q)])
    return {"smoothing": smoothing, "loss": loss / len(logits), "gradient": gradient}


def main():
    draw = random.Random(7)
    logits = [[draw.gauss(0, 3) for _ in range(5)] for _ in range(6)]
    labels = [draw.randrange(5) for _ in range(6)]
    result = {
        "logits": logits,
        "labels": labels,
        "cases": [case(logits, labels, smoothing) for smoothing in (0.0, 0.1, 0.5, 0.99)],
    }
    with open("../label_smoothing.json", "w") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main()
