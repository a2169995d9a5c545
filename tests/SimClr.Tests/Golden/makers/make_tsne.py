"""Writes tsne.json: an exact t-SNE of 24 points in plain Python, for comparison with the one by Barnes and Hut.

van der Maaten and Hinton (2008), with 3 * perplexity neighbors (van der Maaten 2014): conditional probabilities whose
perplexity is found by bisection, symmetrized; gradient descent with momentum 0.5, gains of +0.2 and * 0.8 (at least
0.01), rate max(n / 12 / 4, 50) and attraction times 12.
"""
import json
import math
import random

N, DIMENSION, PERPLEXITY, STEPS, EXAGGERATION = 24, 4, 5.0, 30, 12.0


def squared(a, b):
    return sum((x - y) ** 2 for x, y in zip(a, b))


def conditional(squares):
    low, high = 0.0, 1e12
    for _ in range(200):
        beta = (low + high) / 2
        nearest = min(squares)
        weights = [math.exp(-beta * (d - nearest)) for d in squares]
        total = sum(weights)
        p = [w / total for w in weights]
        entropy = -sum(q * math.log(q) for q in p if q > 0)
        if entropy > math.log(PERPLEXITY):
            low = beta
        else:
            high = beta
    return p


def affinities(points):
    p = [[0.0] * N for _ in range(N)]
    for i in range(N):
        distances = sorted((squared(points[i], points[j]), j) for j in range(N) if j != i)[:int(3 * PERPLEXITY)]
        for (_, j), value in zip(distances, conditional([d for d, _ in distances])):
            p[i][j] = value
    return [[(p[i][j] + p[j][i]) / (2 * N) for j in range(N)] for i in range(N)]


def gradient_and_cost(p, y, exaggeration):
    w = [[0.0 if i == j else 1 / (1 + squared(y[i], y[j])) for j in range(N)] for i in range(N)]
    total = sum(sum(row) for row in w)
    gradient = [[4 * sum((exaggeration * p[i][j] - w[i][j] / total) * w[i][j] * (y[i][k] - y[j][k]) for j in range(N))
                 for k in range(2)] for i in range(N)]
    cost = sum(p[i][j] * math.log(p[i][j] * total / w[i][j]) for i in range(N) for j in range(N) if p[i][j] > 0)
    return gradient, cost


def main():
    draw = random.Random(11)
    points = []
    for i in range(N):
        center = [0.0] * DIMENSION
        center[i % 3] = 2.0
        row = [c + draw.gauss(0, 0.6) for c in center]
        length = math.sqrt(sum(x * x for x in row))
        points.append([x / length for x in row])
    start = [[draw.gauss(0, 1) for _ in range(2)] for _ in range(N)]
    p = affinities(points)
    gradient, cost = gradient_and_cost(p, start, 1)
    y = [row[:] for row in start]
    step = [[0.0, 0.0] for _ in range(N)]
    gains = [[1.0, 1.0] for _ in range(N)]
    rate = max(N / EXAGGERATION / 4, 50)
    for _ in range(STEPS):
        g, _ = gradient_and_cost(p, y, EXAGGERATION)
        for i in range(N):
            for k in range(2):
                if step[i][k] * g[i][k] > 0:
                    gains[i][k] = max(0.01, gains[i][k] * 0.8)
                else:
                    gains[i][k] += 0.2
                step[i][k] = 0.5 * step[i][k] - rate * gains[i][k] * g[i][k]
        for i in range(N):
            for k in range(2):
                y[i][k] += step[i][k]
    with open("../tsne.json", "w") as file:
        json.dump({"points": points, "perplexity": PERPLEXITY, "start": start, "p": p, "gradient": gradient,
                   "cost": cost, "steps": STEPS, "places": y}, file)
    print(cost, y[:3])


if __name__ == "__main__":
    main()
