#!/usr/bin/env python3
"""Draws icon.png, 128 x 128: two views of one picture whose representations meet. Standard library only."""
import math
import struct
import zlib

SIDE, SAMPLES = 128, 4
NIGHT, LINE = (30, 36, 82), (232, 236, 255)
VIEWS = [  # center, half side, rotation in degrees, sky, sun, hill
    ((38, 42), 24, -8, (82, 150, 255), (255, 226, 120), (24, 72, 160)),
    ((90, 42), 24, 10, (255, 150, 96), (255, 244, 214), (176, 58, 74)),
]
MEETING, RADIUS = (64, 106), 9


def box(x, y, half, corner):
    """Signed distance to a rounded square around the origin."""
    dx, dy = abs(x) - half + corner, abs(y) - half + corner
    return math.hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - corner


def curve(x, y, start):
    """Distance to the path from a view to the meeting point: down, then inward."""
    (x0, y0), (x1, y1) = start, MEETING
    best = 1e9
    for i in range(41):
        t = i / 40
        px = (1 - t) ** 2 * x0 + 2 * t * (1 - t) * x0 + t * t * x1
        py = (1 - t) ** 2 * y0 + t * (1 - t) * (y0 + y1) + t * t * y1
        best = min(best, math.hypot(x - px, y - py))
    return best


def color(x, y):
    """The color at a point, or None outside."""
    if box(x - 64, y - 64, 64, 24) > 0:
        return None
    if math.hypot(x - MEETING[0], y - MEETING[1]) < RADIUS:
        return LINE
    for (cx, cy), half, degrees, sky, sun, hill in VIEWS:
        a = math.radians(degrees)
        u = math.cos(a) * (x - cx) + math.sin(a) * (y - cy)
        v = math.cos(a) * (y - cy) - math.sin(a) * (x - cx)
        if box(u, v, half, 5) < 0:
            if box(u, v, half - 3, 3) > 0:
                return LINE
            mirrored = u if degrees < 0 else -u   # The second view is flipped and zoomed, as augmentation does.
            zoom = 1 if degrees < 0 else 1.25
            p, q = mirrored / zoom, v / zoom
            if q > 4 + abs(p + 5) * 0.7 - 6 or q > 6 + abs(p - 9) * 0.8 - 3:
                return hill
            return sun if math.hypot(p - 8, q + 9) < 5 else sky
    if min(curve(x, y, (38, 66)), curve(x, y, (90, 66))) < 2.6:
        return LINE
    return NIGHT


def pixel(i, j):
    """Mean of the samples of a pixel, as RGBA."""
    found = [color(i + (a + 0.5) / SAMPLES, j + (b + 0.5) / SAMPLES) for a in range(SAMPLES) for b in range(SAMPLES)]
    inside = [c for c in found if c]
    if not inside:
        return bytes(4)
    return bytes([round(sum(c[k] for c in inside) / len(inside)) for k in range(3)] + [round(255 * len(inside) / len(found))])


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + b"".join(pixel(i, j) for i in range(SIDE)) for j in range(SIDE))
with open("docs/images/icon.png", "wb") as file:
    file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0))
               + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
