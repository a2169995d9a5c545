"""Writes perceptual_hash.json: generated images and their 64-bit perceptual hashes, in plain Python.

By the definition in src/SimClr/Duplicates/PerceptualHash.cs, after Zauner 2010: the luma 0.299 R + 0.587 G + 0.114 B is
averaged over 32 x 32 equal cells (a pixel on a border counts by the share that lies in the cell); c(v, u) is the sum over the
cells (y, x) of cos(pi (2x + 1) u / 64) cos(pi (2y + 1) v / 64) times the cell, for u and v from 1 to 8; the bits, by rows of v,
the first highest, say which c are above their median (the mean of the two middle ones). An image whose 64 coefficients
contribute less than one gray level (root mean square) has no hash.
"""
import base64
import json
import math
import random
from fractions import Fraction


def cells(lumas, width, height):
    result = [[0.0] * 32 for _ in range(32)]
    for cy in range(32):
        for cx in range(32):
            total = 0.0
            for y, share_y in overlaps(cy, height):
                for x, share_x in overlaps(cx, width):
                    total += float(share_y * share_x) * lumas[y][x]
            result[cy][cx] = total * 32 * 32 / (width * height)
    return result


def overlaps(cell, pixels):
    low, high = Fraction(cell * pixels, 32), Fraction((cell + 1) * pixels, 32)
    for pixel in range(math.floor(low), math.ceil(high)):
        yield pixel, min(high, pixel + 1) - max(low, pixel)


def coefficients(grid):
    return [
        math.fsum(
            math.cos(math.pi * (2 * x + 1) * u / 64) * math.cos(math.pi * (2 * y + 1) * v / 64) * grid[y][x]
            for y in range(32) for x in range(32))
        for v in range(1, 9) for u in range(1, 9)]


def perceptual_hash(pixels, width, height):
    lumas = [[
        0.299 * pixels[3 * (y * width + x)] + 0.587 * pixels[3 * (y * width + x) + 1] + 0.114 * pixels[3 * (y * width + x) + 2]
        for x in range(width)] for y in range(height)]
    c = coefficients(cells(lumas, width, height))
    if math.sqrt(sum((2 / 32 * value) ** 2 for value in c) / 1024) < 1:
        return None
    ordered = sorted(c)
    median = (ordered[31] + ordered[32]) / 2
    return "".join("1" if value > median else "0" for value in c)


def picture(draw, width, height, contrast):
    """Soft blobs of color, as unlike noise as photographs are."""
    blobs = [(draw.random(), draw.random(), 0.05 + 0.3 * draw.random(), [draw.uniform(-1, 1) for _ in range(3)])
             for _ in range(9)]
    pixels = bytearray()
    for y in range(height):
        for x in range(width):
            for channel in range(3):
                value = 128 + contrast * sum(
                    color[channel] * math.exp(-((x / width - bx) ** 2 + (y / height - by) ** 2) / (2 * size ** 2))
                    for bx, by, size, color in blobs)
                pixels.append(max(0, min(255, round(value))))
    return bytes(pixels)


def main():
    draw = random.Random(11)
    cases = []
    for width, height, contrast in [(32, 32, 90), (64, 32, 90), (47, 61, 120), (20, 90, 60), (7, 5, 100), (33, 40, 0.5)]:
        pixels = picture(draw, width, height, contrast)
        bits = perceptual_hash(pixels, width, height)
        cases.append({
            "width": width, "height": height, "pixels": base64.b64encode(pixels).decode(),
            "hash": None if bits is None else f"{int(bits, 2):016x}"})
    with open("../perceptual_hash.json", "w") as file:
        json.dump(cases, file)


if __name__ == "__main__":
    main()
