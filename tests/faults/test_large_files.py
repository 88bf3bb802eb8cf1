"""A line of 100 MB, ten thousand columns: a sentence or a list of rejected rows, and a memory that does not grow."""

import json
import subprocess
import sys

import pytest

from tests.faults.processes import ROOT, query

pytestmark = pytest.mark.slow

MEGABYTE = 1 << 20
LONG = 100 * MEGABYTE
MOST_MORE = 96 * MEGABYTE
"""What an import of such a file may hold in memory beyond one of two rows; the line itself would be more."""
CHILD = """
import re, sys
from pathlib import Path
import app
status = app.main(sys.argv[1:])
# Not by getrusage: it begins with what the parent of the process held.
print("peak", re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])
sys.exit(status)
"""


def bring(data, path):
    """Import a file in a process of its own; returns its exit status, what it said, its errors, its peak in bytes."""
    words = [sys.executable, "-c", CHILD, "import", "--json", str(path), "--data", str(data)]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    said, _, peak = ended.stdout.rpartition("peak ")
    return ended.returncode, said, ended.stderr, int(peak) * 1024


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """The memory of an import of two rows."""
    folder = tmp_path_factory.mktemp("usual")
    (folder / "news.csv").write_text("id,text\n1,one\n2,two\n")
    return bring(folder / "data", folder / "news.csv")[3]


def write(path, *parts):
    """Write a file of which one part may be a hundred megabytes long."""
    with path.open("wb") as file:
        for part in parts:
            for _ in range(LONG // MEGABYTE if part is ... else 1):
                file.write(b"x" * MEGABYTE if part is ... else part)
    return path


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("line.csv", [b"id,text\n1,", ..., b"\n2,good\n"]),
        ("quoted.csv", [b'id,text\n1,"', ..., b'"\n2,good\n']),
        ("line.tsv", [b"id\ttext\n1\t", ..., b"\n2\tgood\n"]),
        ("line.jsonl", [b'{"text": "a"}\n{"text": "', ..., b'"}\n']),
        ("element.json", [b'[{"text": "', ..., b'"},\n{"text": "good"}]']),
    ],
)
def test_a_line_of_a_hundred_megabytes_is_rejected_and_the_other_row_kept(tmp_path, usual, name, parts):
    status, said, errors, peak = bring(tmp_path / "data", write(tmp_path / name, *parts))
    assert (status, json.loads(said)["added"], json.loads(said)["rejected"]) == (0, 1, 1), errors
    assert peak - usual < MOST_MORE
    (rejects,) = (tmp_path / "data" / "exports").iterdir()
    assert rejects.stat().st_size < MEGABYTE


COLUMNS = b",".join(b"c%d" % number for number in range(10_000))
OBJECT = json.dumps({f"c{number}": "x" for number in range(10_000)}).encode()


@pytest.mark.parametrize(
    ("name", "parts", "sentence"),
    [
        ("only.csv", [...], "cannot be read: line 1 is longer than 2,000,000 characters."),
        ("only.jsonl", [b'{"text": "', ...], "cannot be read: line 1 is longer than 2,000,000 characters."),
        ("header.csv", [b"text,", ..., b"\nx,y\n"], "cannot be read: line 1 is longer than 2,000,000 characters."),
        ("wide.csv", [COLUMNS, b",text\n", *[COLUMNS + b",x\n"] * 1_000], "has more than 2,000 columns"),
        ("wide.jsonl", [OBJECT + b"\n"] * 500, "has more than 2,000 columns"),
        ("wide.json", [b"[", OBJECT, *[b"," + OBJECT] * 500, b"]"], "has more than 2,000 columns"),
    ],
)
def test_a_file_that_is_all_too_long_or_too_wide_is_refused_in_one_sentence(tmp_path, usual, name, parts, sentence):
    status, said, errors, peak = bring(tmp_path / "data", write(tmp_path / name, *parts))
    assert (status, said) == (1, "")
    assert errors.startswith(f"{name} {sentence}")
    assert errors.count("\n") == 1
    assert peak - usual < MOST_MORE
    for table in ("item", "label", "import"):
        assert query(tmp_path / "data", f"SELECT count(*) FROM {table}") == [(0,)]
