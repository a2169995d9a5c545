"""Writes tensorflow.json: what TensorFlow's image operations, and the views that the authors' code makes of them, give
for the image of augment.json. Plain Python, in double precision, from the documented definitions: hue and saturation
by the standard library's colorsys, blur by the whole two-dimensional kernel. float32 only where a position or a size
depends on its rounding."""
import colorsys
import json
import math
import struct


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


ROWS, COLUMNS = 24, 20
image = [[[int(min(255, max(0, 128 + 90 * math.sin(i * 0.07) + 37 * math.cos(i * 0.61))))
           for i in range(3 * (COLUMNS * y + x), 3 * (COLUMNS * y + x) + 3)]
          for x in range(COLUMNS)] for y in range(ROWS)]
with open("augment.json") as file:
    assert json.load(file)["image_hwc_uint8"] == image
unit = [[[v / 255 for v in pixel] for pixel in row] for row in image]
wide = [[[1.7 * v - 0.35 for v in pixel] for pixel in row] for row in unit]   # reaches below 0 and above 1


def each(rows, change):
    return [[change(pixel) for pixel in row] for row in rows]


def planes(rows):
    return [[[float(f"{pixel[c]:.9g}") for pixel in row] for row in rows] for c in range(3)]


def clip(rows):
    return each(rows, lambda pixel: [min(1, max(0, v)) for v in pixel])


# Resizing without antialiasing: four pixels around each position, weights from a table of 1024 steps.
def keys(x, a):
    x = abs(x)
    if x <= 1:
        return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1
    return a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a if x < 2 else 0


def sources(source, target, mode, half_pixel_centers):
    scale = f32(source / target)
    for i in range(target):
        at = f32(f32(f32(i + 0.5) * scale) - 0.5) if half_pixel_centers else f32(i * scale)
        base = math.floor(at)
        past = f32(at - base)
        if mode == "bilinear":
            pairs = [(base, 1 - past), (base + 1, past)]
        else:
            past = round(past * 1024) / 1024
            a = -0.5 if half_pixel_centers else -0.75
            pairs = [(base + k, keys(k - past, a)) for k in (-1, 0, 1, 2)]
            if half_pixel_centers:
                pairs = [(j, w) for j, w in pairs if 0 <= j < source]
                total = sum(w for _, w in pairs)
                pairs = [(j, w / total) for j, w in pairs]
        yield [(min(source - 1, max(0, j)), w) for j, w in pairs]


def resize(rows, size, mode, half_pixel_centers):
    across = list(sources(len(rows[0]), size, mode, half_pixel_centers))
    return [[[sum(v * w * rows[j][i][c] for j, v in vertical for i, w in horizontal) for c in range(3)]
             for horizontal in across] for vertical in sources(len(rows), size, mode, half_pixel_centers)]


def contrast(rows, factor):
    count = len(rows) * len(rows[0])
    mean = [sum(pixel[c] for row in rows for pixel in row) / count for c in range(3)]
    return each(rows, lambda pixel: [(v - m) * factor + m for v, m in zip(pixel, mean)])


def saturation(rows, factor):
    def change(pixel):
        if max(pixel) <= 0:
            return [max(pixel)] * 3
        h, s, v = colorsys.rgb_to_hsv(*pixel)
        return list(colorsys.hsv_to_rgb(h, min(1, max(0, s * factor)), v))
    return each(rows, change)


def hue(rows, delta):
    def change(pixel):   # the smallest and the largest channel stay, so that an offset does not matter
        low = min(pixel)
        h, s, v = colorsys.rgb_to_hsv(*(c - low for c in pixel))
        return [c + low for c in colorsys.hsv_to_rgb((h + delta) % 1, s, v)]
    return each(rows, change)


def grayscale(rows):
    return each(rows, lambda pixel: [0.2989 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]] * 3)


def blur(rows, width, sigma):
    radius = width // 2
    kernel = {(y, x): math.exp(-(x * x + y * y) / (2 * sigma * sigma))
              for y in range(-radius, radius + 1) for x in range(-radius, radius + 1)}
    total = sum(kernel.values())
    height, columns = len(rows), len(rows[0])
    return [[[sum(w * rows[y + dy][x + dx][c] for (dy, dx), w in kernel.items()
                  if 0 <= y + dy < height and 0 <= x + dx < columns) / total for c in range(3)]
             for x in range(columns)] for y in range(height)]


def view(case):
    library = case["library"]
    box = [row[case["left"]:case["left"] + case["width"]] for row in unit[case["top"]:case["top"] + case["height"]]]
    rows = resize(box, case["size"], case["mode"], half_pixel_centers=library != "simclrv1")
    if case["flip"]:
        rows = [row[::-1] for row in rows]
    for operation in case["order"]:
        amount = case[operation]
        if operation == "brightness":
            rows = each(rows, lambda p: [v * amount if library == "simclrv2" else v + amount for v in p])
        else:
            rows = {"contrast": contrast, "saturation": saturation, "hue": hue}[operation](rows, amount)
        rows = rows if library == "tensorflow" else clip(rows)
    if library == "tensorflow" and case["order"]:
        rows = clip(rows)
    rows = clip(grayscale(rows) if case["gray"] else rows)
    return clip(blur(rows, 3, case["sigma"])) if case["sigma"] else rows


# tf.image.sample_distorted_bounding_box: the sizes that can be drawn for an aspect ratio.
def sizes(width, height, area_min, area_max, aspect):
    aspect = f32(aspect)
    least, most = f32(f32(f32(area_min) * width) * height), f32(f32(f32(area_max) * width) * height)
    columns = lambda rows: round(f32(rows * aspect))
    low, high = round(f32(math.sqrt(f32(least / aspect)))), round(f32(math.sqrt(f32(most / aspect))))
    if columns(high) > width:
        high = int((width + 0.5 - f32(1e-7)) / aspect)
        if columns(high) > width:
            high -= 1
    high = min(high, height)
    low = min(low, high)
    drawn = []
    for rows in range(low, high + 1):
        if f32(rows * columns(rows)) < least:
            rows += 1
        if f32(rows * columns(rows)) > most:
            rows -= 1
        area = f32(rows * columns(rows))
        fits = least <= area <= most and 0 < columns(rows) <= width and 0 < rows <= height
        drawn.append([columns(rows), rows] if fits and f32(area / f32(width * height)) >= f32(0.1) else None)
    return dict(width=width, height=height, area_min=area_min, area_max=area_max, aspect=aspect, low=low, sizes=drawn)


FIXED = ["brightness", "contrast", "saturation", "hue"]
CROP = dict(top=3, left=2, height=16, width=12, size=8, mode="bicubic", flip=True, gray=False, sigma=0)
AMOUNTS = dict(contrast=1.6, saturation=1.7, hue=-0.15)
cases = [
    dict(CROP, library="tensorflow", order=FIXED, brightness=0.45, **AMOUNTS),
    dict(CROP, library="tensorflow", order=FIXED[::-1], brightness=-0.5, **AMOUNTS),
    dict(CROP, library="tensorflow", order=[], brightness=0, sigma=0.9, **AMOUNTS),
    dict(CROP, library="simclrv1", order=FIXED, brightness=0.45, **AMOUNTS),
    dict(CROP, library="simclrv1", order=["saturation", "brightness", "hue", "contrast"], brightness=-0.5, **AMOUNTS),
    dict(CROP, library="simclrv1", order=FIXED, brightness=0.2, **AMOUNTS) | dict(gray=True, sigma=1.5, size=16),
    dict(CROP, library="simclrv2", order=FIXED, brightness=1.45, **AMOUNTS),
    dict(CROP, library="simclrv2", order=["hue", "contrast", "saturation", "brightness"], brightness=0.4, **AMOUNTS),
    dict(CROP, library="simclrv2", order=FIXED, brightness=1.2, **AMOUNTS) | dict(mode="bilinear", sigma=0.4, flip=False),
]
out = dict(
    wide=planes(wide),
    contrast=[[f, planes(contrast(wide, f))] for f in (0.2, 1.8)],
    saturation=[[f, planes(saturation(wide, f))] for f in (0, 0.5, 1.7)],
    hue=[[f, planes(hue(wide, f))] for f in (-0.2, 0.05)],
    blur=[[k, s, planes(blur(unit[:COLUMNS], k, s))] for k, s in ((3, 0.5), (9, 2.0), (51, 6.0))],
    resize=[dict(top=t, left=l, height=h, width=w, size=s, mode=m, half_pixel_centers=c,
                 value=planes(resize([row[l:l + w] for row in unit[t:t + h]], s, m, c)))
            for t, l, h, w, s in ((3, 2, 16, 12, 8), (0, 0, 24, 20, 7), (5, 4, 7, 9, 16), (2, 3, 1, 3, 5))
            for m in ("bilinear", "bicubic") for c in (False, True)],
    view=[dict(case, value=planes(view(case))) for case in cases],
    sizes=[sizes(w, h, low, high, aspect)
           for w, h in ((32, 32), (20, 24), (500, 375), (7, 300), (300, 5), (1, 1), (3, 2))
           for low, high in ((0.08, 1), (0.5, 0.5), (0.2, 0.6)) for aspect in (0.75, 1, 1.1712, 4 / 3)])
with open("tensorflow.json", "w") as file:
    json.dump(out, file, separators=(",", ":"))
