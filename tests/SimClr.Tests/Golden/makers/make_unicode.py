"""Writes src/SimClr/Internals/Unicode.txt (what NFC needs of the Unicode character database) and nfc.json (what Python makes of some texts)."""
import json
import random
import unicodedata as unicode

lines = [f"# Unicode {unicode.unidata_version}, by tests/SimClr.Tests/Golden/makers/make_unicode.py: canonical decompositions (! where NFC does not",
         "# compose them again), then ranges of combining characters with their class. Unicode Character Database,",
         "# Copyright Unicode, Inc.; see https://www.unicode.org/license.txt."]
marks = []
composed = []
for code in range(0x110000):
    character = chr(code)
    parts = unicode.decomposition(character)
    if parts and not parts.startswith("<"):
        again = unicode.normalize("NFC", "".join(chr(int(part, 16)) for part in parts.split()))
        lines.append(f"{'' if again == character else '!'}{code:X} {parts}")
        composed.append(character)
    if rank := unicode.combining(character):
        if marks and marks[-1][1] == code - 1 and marks[-1][2] == rank:
            marks[-1][1] = code
        else:
            marks.append([code, code, rank])
lines += [f"@{first:X} {last:X} {rank}" for first, last, rank in marks]
with open("../../../src/SimClr/Internals/Unicode.txt", "w", newline="\n") as file:
    file.write("\n".join(lines) + "\n")

draw = random.Random(3)
signs = [chr(draw.randint(first, last)) for first, last, _ in draw.choices(marks, k=40)] + list("\u0301\u0308\u0323\u0302\u030a\u0327")
letters = draw.choices(composed, k=300) + list("aeiouAEIOUcnKs\u1100\u1161\u11a8\uac00\u0915\u0391\u03c9")
texts = ["K\u00e4se", "Ka\u0308se", "Bro\u0308tchen", "\u212bngstr\u00f6m", "e\u0323\u0302", "e\u0302\u0323", "\u1100\u1161\u11a8", "\uac00\u11a8", "\u0958", "\U0001d15f"]
texts += ["".join(draw.choices(letters, k=2)) + "".join(draw.choices(signs, k=draw.randint(0, 4))) + draw.choice(letters) for _ in range(400)]
texts = [unicode.normalize("NFD", text) if draw.random() < 0.5 else text for text in texts]
with open("nfc.json", "w", newline="\n") as file:
    json.dump({"unicode": unicode.unidata_version, "cases": [[text, unicode.normalize("NFC", text)] for text in texts]}, file)
    file.write("\n")
