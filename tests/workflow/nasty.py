"""Files that nobody should have to import, made when a test asks for them: each with what has to become of it.

`NASTY` is {file name: (make, outcome)}. The outcome is a part of the one sentence that refuses the file, or the lines
of the good rows and the lines of the rejected ones.
"""

import codecs
import io
import json
import random
import re
import zipfile

import openpyxl

TABLE = "id,text,labels\n1,云岭银行质押股权,甲\n2,Northgate recalls pumps,乙\n"
GOOD = ([2, 3], [])
SHEET, SHARED = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
CELL = b'<row r="9"><c r="B9" t="inlineStr"><is><t>%s</t></is></c></row></sheetData>'
DATES = [
    *("2026-02-30", "0000-00-00", "9999-12-31", "31.02.2026", "-1", "1e400", "inf", "nan", "2026-W54-7", "²²²²²²²²²²"),
    *("1 Jan 99999999999999999999 00:00:00", "Thu, 05 Mar 2026 10:00:00 +999999999999", "2026-03-05T10:00:00+24:00"),
]


def workbook(*rows):
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in rows or (("id", "text", "labels"), ("1", "alpha", "甲"), ("2", "beta", "乙"), ("3", "gamma", "甲")):
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def altered(part, change, padding=0):
    """Return a workbook of which one part was changed; padding makes it look less compressed than it is."""
    stream, alike = io.BytesIO(), random.Random(7)
    with zipfile.ZipFile(io.BytesIO(workbook())) as sound, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        parts = {name: sound.read(name) for name in sound.namelist()} | {"xl/media/noise": alike.randbytes(padding)}
        for name, content in (parts | {part: change(parts.get(part, b""))}).items():
            file.writestr(name, content)
    return stream.getvalue()


def sized(dimension):
    return altered(SHEET, lambda sheet: re.sub(b'ref="A1:C4"', b'ref="%s"' % dimension, sheet))


def entities(declared, used):
    def change(sheet):
        sheet = sheet.replace(b"<worksheet", b"<!DOCTYPE worksheet [%s]><worksheet" % declared, 1)
        return sheet.replace(b"</sheetData>", CELL % used)

    return altered(SHEET, change)


def laughs():
    tenfold = (f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return entities(f'<!ENTITY e0 "lol">{"".join(tenfold)}'.encode(), b"&e9;")


def jsonl(*rows):
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


NASTY = {
    # Encodings and marks
    "utf-8-mark.csv": (lambda: TABLE.encode("utf-8-sig"), GOOD),
    "utf-16.csv": (lambda: TABLE.encode("utf-16"), GOOD),
    "utf-32.csv": (lambda: TABLE.encode("utf-32"), GOOD),
    "utf-32-be.csv": (lambda: codecs.BOM_UTF32_BE + TABLE.encode("utf-32-be"), GOOD),
    "mixed.csv": (
        lambda: "id,text\n1,好\n2,坏\n3,平\n".encode() + b"4,caf\xe9\n5," + "质押".encode("gb18030") + b"\n6,ok\n",
        ([2, 3, 4, 7], [5, 6]),
    ),
    "surrogates.jsonl": (lambda: b'{"text": "a \\ud83d"}\n{"text": "\\ud83d\\ude00"}\n', ([2], [1])),
    "noughts.csv": (lambda: b"id,text\n1,a\0b\n2,c\n", GOOD),
    "only-noughts.csv": (lambda: b"\0" * 4096, "looks like a picture"),
    "controls.csv": (lambda: b"i\x1bd,text\n1,\x1b[31mred\x07\n2,\x00\n", ([2], [3])),
    # Line ends and blanks
    "cr.csv": (lambda: TABLE.replace("\n", "\r").encode(), GOOD),
    "cr.json": (lambda: b'[\r{"text": "a"},\r{"text": "b" 5},\r{"text": "c"}\r]', ([2, 4], [3])),
    "separators.jsonl": (lambda: jsonl({"text": "a\u2028b\x85c"}, {"text": "d"}), ([1, 2], [])),
    "late.jsonl": (lambda: b"\n" * 30 + b'{"text": "a"}', ([31], [])),
    "late.csv": (lambda: b"\n" * 100_000 + b"id,text\n1,a\n", ([100_002], [])),
    "gap.json": (lambda: b'[{"text": "a"},\n{"b" 5}' + b"\n" * 200_000 + b',{"text": "c"}]', ([1, 200_002], [2])),
    "empty.csv": (lambda: b"", "is empty"),
    "white.csv": (lambda: b" \n\t\n  \r\n", "holds no rows"),
    # Columns, quotes, nesting
    "wide.csv": (lambda: b"," * 10_000 + b"text\n" + b"," * 10_000 + b"x\n", "more than 2,000 columns"),
    "very-wide.csv": (lambda: b"text" + b"," * 500_000 + b"\nx\n", "more than 2,000 columns"),
    "wide.json": (lambda: json.dumps([{str(n): 1 for n in range(10_000)}]).encode(), "more than 2,000 columns"),
    "twice.csv": (lambda: b"text,a,a (3),a,text\nx,1,2,3,y\n", ([2], [])),
    "textless.csv": (lambda: b"id,labels\n1,a\n", "no column that looks like the text"),
    "quotes.csv": (lambda: b"id,text\n" + b'a","\n' * 3_000 + b"1,ok\n", ([3_002], list(range(2, 3_002)))),
    "deep.json": (lambda: b"[" * 100_000 + b"]" * 100_000, "holds no rows"),
    "deep-object.json": (lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "holds no rows"),
    "deep-item.json": (
        lambda: b'[{"text": "a"},\n{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b'},\n{"text": "c"}]',
        ([1, 3], [2]),
    ),
    "deep-extra.jsonl": (
        lambda: b"\n".join(b'{"text": "", "x": %s}' % (b"[" * n + b"]" * n) for n in range(900, 1_000)),
        ([], list(range(1, 101))),
    ),
    # Values
    "infinite.jsonl": (
        lambda: b'{"text": Infinity}\n{"text": "b", "date": -Infinity}\n{"text": "c", "labels": [NaN]}\n{"text": "d"}',
        ([4], [1, 2, 3]),
    ),
    "numbers.jsonl": (
        lambda: b'{"text": "a", "date": %s}\n{"text": "b", "id": %s}\n{"text": "c"}' % (b"9" * 400, b"9" * 5_000),
        ([3], [1, 2]),
    ),
    "dates.csv": (
        lambda: ("text,date\n" + "".join(f'item {n},"{date}"\n' for n, date in enumerate(DATES))).encode(),
        ([], list(range(2, len(DATES) + 2))),
    ),
    "long-label.csv": (lambda: b"text,labels\na," + b"l" * 100_000 + b"\nb,x\n", ([3], [2])),
    "labels.csv": (
        lambda: ("text,labels\na," + "|".join(f"l{n}" for n in range(10_000)) + "\nb,x|y\nc,x\n").encode(),
        ([3, 4], [2]),
    ),
    "labels.jsonl": (
        lambda: jsonl({"text": "a", "labels": [f"l{n}" for n in range(10_000)]}, {"text": "b", "labels": ["x"]}),
        ([2], [1]),
    ),
    "same-id.csv": (lambda: b"id,text\n1,first\n1,second\n1,first\n", ([2, 3, 4], [])),
    # Not what their names say
    "photo.csv": (lambda: b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(9_000), "looks like a picture"),
    "archive.csv": (lambda: altered("x", lambda _: b"")[:-100], "looks like a picture"),
    "sheet.csv": (workbook, ([2, 3, 4], [])),
    "red\x1b[31m\nname.csv": (lambda: b"a,b\n1,2\n", "no column that looks like the text"),
    # Workbooks
    "locked.xlsx": (lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096), "without a password"),
    "cut.xlsx": (lambda: altered(SHEET, lambda sheet: sheet[: len(sheet) // 2]), "cannot be read to the end"),
    "no-book.xlsx": (lambda: altered("xl/workbook.xml", lambda _: b""), "damaged workbook"),
    "small.xlsx": (lambda: sized(b"A1"), ([2, 3, 4], [])),
    "huge.xlsx": (lambda: sized(b"A1:XFD1048576"), ([2, 3, 4], [])),
    "unsized.xlsx": (lambda: sized(b"nonsense"), "damaged workbook"),
    "beyond.xlsx": (lambda: altered(SHEET, lambda s: s.replace(b'row r="4"', b'row r="900000000"')), ([2, 3], [])),
    "outside.xlsx": (lambda: entities(b'<!ENTITY x SYSTEM "file:///etc/passwd">', b"&x;"), "cannot be read to the end"),
    "laughs.xlsx": (laughs, "cannot be read to the end"),
    "formula.xlsx": (lambda: workbook(("id", "text"), ("1", "=1+1"), ("2", "#N/A is news")), ([3], [2])),
    "wide.xlsx": (lambda: workbook([*map(str, range(5_000)), "text"], ["x"] * 5_001), "more than 2,000 columns"),
    "empty.xlsx": (lambda: workbook(()), "holds no rows"),
    "bomb.xlsx": (lambda: altered(SHARED, lambda _: b" " * (60 << 20)), "unpacks to"),
    "rows.xlsx": (lambda: altered(SHEET, lambda _: b"<row/>" * 1_100_000, 50_000), "more than a sheet can"),
    "cells.xlsx": (lambda: altered(SHEET, lambda _: b"<row>" + b"<c/>" * 3_000_000, 80_000), "more than a sheet can"),
    "texts.xlsx": (lambda: altered(SHARED, lambda _: b"<si/>" * 9_000_000, 300_000), "more than a sheet can"),
}
