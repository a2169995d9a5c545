"""Writes views.json: the further operations of views on one image of 11 x 11 pixels, in plain Python.

Definitions: Sobel as in tf.image.sobel_edges (kernels 1 2 1, reflected edges), magnitude clamped to 1; motion blur as the mean of
bilinear samples on a line; the operations on bytes as in torchvision for 8-bit tensors (equalize, posterize and autocontrast agree with
PIL); shear, translation and rotation as PIL's Image.transform(AFFINE, NEAREST) with a black outside. Bicubic weights (a = -0.5) with
antialiasing as in PIL for the crop of a view.
"""
import json
import math

SIDE = 11
image = [[[(37 * y * y + 59 * x + 83 * c + 7 * x * y * (c + 1)) % 256 if (x + y + c) % 7 else 255 * ((x + c) % 2)
           for c in range(3)] for x in range(SIDE)] for y in range(SIDE)]
# Three planes of bytes, one of them with little contrast.
planes = [[[image[y][x][c] if c < 2 else 90 + image[y][x][c] // 4 for x in range(SIDE)] for y in range(SIDE)] for c in range(3)]
unit = [[[v / 255 for v in row] for row in plane] for plane in planes]


def reflect(i):
    while i < 0 or i >= SIDE:
        i = -i if i < 0 else 2 * (SIDE - 1) - i
    return i


def each(source, value):
    return [[[value(plane, y, x) for x in range(SIDE)] for y in range(SIDE)] for plane in source]


def sobel(plane, y, x):
    kernel = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    at = lambda i, j: plane[reflect(y + i - 1)][reflect(x + j - 1)]
    gx = sum(kernel[i][j] * at(i, j) for i in range(3) for j in range(3))
    gy = sum(kernel[j][i] * at(i, j) for i in range(3) for j in range(3))
    return min(1, math.hypot(gx, gy))


def bilinear(plane, y, x):
    total = 0
    for i in (math.floor(y), math.floor(y) + 1):
        for j in (math.floor(x), math.floor(x) + 1):
            total += plane[reflect(i)][reflect(j)] * max(0, 1 - abs(y - i)) * max(0, 1 - abs(x - j))
    return total


def motion(length, angle):
    points = range(-(length // 2), length // 2 + 1)
    return lambda plane, y, x: sum(
        bilinear(plane, y - p * math.sin(angle), x + p * math.cos(angle)) for p in points) / length


# Equalization needs more pixels than values.
SIDES = 32
large = [[[(y * y * (c + 3) + 5 * x * x + x * y) // 9 % (256 - 100 * c) for x in range(SIDES)] for y in range(SIDES)] for c in range(3)]


def equalize(plane):
    histogram = [0] * 256
    for row in plane:
        for v in row:
            histogram[v] += 1
    used = [count for count in histogram if count]
    step = (sum(used) - used[-1]) // 255 if len(used) > 1 else 0
    if step == 0:
        return plane
    table, n = [], step // 2
    for count in histogram:
        table.append(min(255, n // step))
        n += count
    return [[table[v] for v in row] for row in plane]


def autocontrast(plane):
    low, high = min(map(min, plane)), max(map(max, plane))
    return plane if low == high else [[int((v - low) * 255 / (high - low) + 1e-6) for v in row] for row in plane]


def affine(a, b, c, d, e, f):
    """PIL: the pixel at (x, y) comes from (a x + b y + c, d x + e y + f), pixel centers at halves."""
    def value(plane, y, x):
        i, j = math.floor(d * (x + .5) + e * (y + .5) + f), math.floor(a * (x + .5) + b * (y + .5) + c)
        return plane[i][j] if 0 <= i < SIDE and 0 <= j < SIDE else 0
    return each(planes, value)


def rotation(degrees):
    """Counterclockwise, about the center."""
    t, h = math.radians(degrees), SIDE / 2
    a, b, d, e = math.cos(t), -math.sin(t), math.sin(t), math.cos(t)
    return affine(a, b, h - a * h - b * h, d, e, h - d * h - e * h)


def byte(v):
    return int(max(0, min(255, v)))


def blend(other, factor):
    """torchvision's _blend of bytes: factor * value + (1 - factor) * other(plane, y, x), clamped and cut off."""
    return [[[byte(factor * planes[c][y][x] + (1 - factor) * other(c, y, x) + 1e-6) for x in range(SIDE)] for y in range(SIDE)]
            for c in range(3)]


def luma(y, x):
    return int(0.2989 * planes[0][y][x] + 0.587 * planes[1][y][x] + 0.114 * planes[2][y][x] + 1e-6)


mean = sum(luma(y, x) for y in range(SIDE) for x in range(SIDE)) / SIDE**2


def smooth(c, y, x):
    if 0 in (y, x) or SIDE - 1 in (y, x):
        return planes[c][y][x]
    near = sum(planes[c][y + i][x + j] * (5 if i == j == 0 else 1) for i in (-1, 0, 1) for j in (-1, 0, 1))
    return round(near / 13)


def cubic(t):
    t, a = abs(t), -0.5
    return (a + 2) * t**3 - (a + 3) * t**2 + 1 if t < 1 else a * (t**3 - 5 * t**2 + 8 * t - 4) if t < 2 else 0


def crop(top, left, height, width):
    def weights(length, i):
        scale = length / SIDE
        center, widen = (i + .5) * scale, max(scale, 1)
        near = {k: cubic((k + .5 - center) / widen) for k in range(length)}
        return {k: w / sum(near.values()) for k, w in near.items() if w}
    def value(plane, y, x):
        return max(0, min(1, sum(v * w * plane[top + i][left + j]
                                 for i, v in weights(height, y).items() for j, w in weights(width, x).items())))
    return each(unit, value)


turn = lambda plane: [list(row) for row in zip(*plane)][::-1]   # counterclockwise
rotated = [planes]
for _ in range(3):
    rotated.append([turn(plane) for plane in rotated[-1]])

level = lambda n: n / 9
steps = {
    "ShearX 5": affine(1, .3 * level(5), 0, 0, 1, 0),
    "ShearX -9": affine(1, -.3, 0, 0, 1, 0),
    "ShearY 8": affine(1, 0, 0, .3 * level(8), 1, 0),
    "TranslateX 9": affine(1, 0, int(150 / 331 * SIDE), 0, 1, 0),
    "TranslateX -8": affine(1, 0, -int(150 / 331 * SIDE * level(8)), 0, 1, 0),
    "TranslateY 3": affine(1, 0, 0, 0, 1, int(150 / 331 * SIDE * level(3))),
    "Rotate 9": rotation(30),
    "Rotate -2": rotation(-30 * level(2)),
    "Brightness 7": blend(lambda c, y, x: 0, 1 + .9 * level(7)),
    "Brightness -3": blend(lambda c, y, x: 0, 1 - .9 * level(3)),
    "Color 8": blend(lambda c, y, x: luma(y, x), 1 + .9 * level(8)),
    "Color -9": blend(lambda c, y, x: luma(y, x), 1 - .9),
    "Contrast 6": blend(lambda c, y, x: mean, 1 + .9 * level(6)),
    "Contrast -8": blend(lambda c, y, x: mean, 1 - .9 * level(8)),
    "Sharpness 5": blend(smooth, 1 + .9 * level(5)),
    "Sharpness -7": blend(smooth, 1 - .9 * level(7)),
    **{f"Posterize {n}": each(planes, lambda p, y, x, bits=8 - round(n / 2.25): p[y][x] - p[y][x] % 2**(8 - bits)) for n in (5, 6, 7, 8)},
    **{f"Solarize {n}": each(planes, lambda p, y, x, t=255 - 255 * n / 9: p[y][x] if p[y][x] < t else 255 - p[y][x]) for n in (2, 5, 8)},
    "AutoContrast 0": [autocontrast(plane) for plane in planes],
    "Invert 0": each(planes, lambda p, y, x: 255 - p[y][x]),
}
rounded = lambda values: [rounded(v) for v in values] if isinstance(values, list) else round(values, 7)
json.dump({
    "planes": planes,
    "sobel": rounded(each(unit, sobel)),
    "motion_blur": [[length, angle, rounded(each(unit, motion(length, angle)))] for length, angle in ((3, 0), (3, 2.1), (7, .7), (5, math.pi / 2))],
    "crop": [[box, rounded(crop(*box))] for box in ([2, 1, 5, 8], [0, 0, 11, 11], [4, 6, 1, 3])],
    "rotate": rotated,
    "equalize": [large, [equalize(plane) for plane in large]],
    "steps": [[*name.split(), values] for name, values in steps.items()],
}, open("views.json", "w"), separators=(",", ":"))
