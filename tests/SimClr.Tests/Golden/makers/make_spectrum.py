"""Writes spectrum.json: eigenvalues and singular values of small matrices, in plain Python.

Eigenvalues by the QR algorithm on complex numbers, with Wilkinson's shift and deflation of the last row; singular values as
the square roots of the eigenvalues of W W^T by Jacobi rotations.
"""
import json
import math
import random


def qr_eigenvalues(matrix):
    a = [[complex(value) for value in row] for row in matrix]
    found = []
    while len(a) > 1:
        n = len(a)
        for _ in range(10_000):
            if sum(abs(value) for value in a[n - 1][:n - 1]) < 1e-13:
                break
            # Wilkinson's shift: the eigenvalue of the last 2 x 2 block that is nearest to the last entry.
            p, q, r, s = a[n - 2][n - 2], a[n - 2][n - 1], a[n - 1][n - 2], a[n - 1][n - 1]
            half = (p + s) / 2
            root = ((p - s) ** 2 / 4 + q * r) ** 0.5
            shift = min((half + root, half - root), key=lambda value: abs(value - s))
            for i in range(n):
                a[i][i] -= shift
            # Gram-Schmidt: a = Q R, then a = R Q.
            columns = [[a[i][j] for i in range(n)] for j in range(n)]
            basis, upper = [], [[0j] * n for _ in range(n)]
            for j in range(n):
                v = columns[j][:]
                for k, b in enumerate(basis):
                    for _ in range(2):
                        c = sum(x.conjugate() * y for x, y in zip(b, v))
                        upper[k][j] += c
                        v = [y - c * x for x, y in zip(b, v)]
                norm = math.sqrt(sum(abs(y) ** 2 for y in v))
                upper[j][j] = norm
                basis.append([y / norm for y in v] if norm else v)
            a = [[sum(upper[i][k] * basis[j][k] for k in range(i, n)) for j in range(n)] for i in range(n)]
            for i in range(n):
                a[i][i] += shift
        found.append(a[n - 1][n - 1])
        a = [row[:n - 1] for row in a[:n - 1]]
    found.append(a[0][0])
    return found


def squared_singular_values(matrix):
    n = len(matrix)
    a = [[sum(x * y for x, y in zip(matrix[i], matrix[j])) for j in range(n)] for i in range(n)]
    for _ in range(60):
        for p in range(n):
            for q in range(p + 1, n):
                if a[p][q] == 0:
                    continue
                angle = 0.5 * math.atan2(2 * a[p][q], a[q][q] - a[p][p])
                c, s = math.cos(angle), math.sin(angle)
                for k in range(n):
                    a[p][k], a[q][k] = c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]
                for k in range(n):
                    a[k][p], a[k][q] = c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]
    return [a[i][i] for i in range(n)]


def main():
    draw = random.Random(5)
    square = [[draw.gauss(0, 1) for _ in range(7)] for _ in range(7)]
    wide = [[draw.gauss(0, 1) for _ in range(9)] for _ in range(5)]
    result = {
        "square": square,
        "square_values": sorted((value.real ** 2 for value in qr_eigenvalues(square)), reverse=True),
        "wide": wide,
        "wide_values": sorted(squared_singular_values(wide), reverse=True),
    }
    with open("../spectrum.json", "w") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main()
