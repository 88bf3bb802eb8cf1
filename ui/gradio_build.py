"""Reads out of Gradio's build which files its page will ask for one after the other, so that they can be named at once.

The names hold fingerprints, so none stands here. What another build words otherwise is not found, and only comes later.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

import gradio as gr

BUILD = Path(gr.__file__).parent / "templates" / "frontend"
ENTRY = re.compile(r'src="\./assets/([\w.-]+\.js)"')
LISTED = re.compile(r"m\.f=\[([^\]]*)\]")
LATER = re.compile(r"import\(`\./(\w+)-[\w-]+\.js`\).*?__vite__mapDeps\(\[([\d,]*)\]")
"""An import that waits for its turn: the name of the chunk, and which of the files listed above it needs."""
COMPONENT = r"[{{,]{kind}:\{{(?:(?:base|example):.*?,)*?component:\(\)=>\w+\(\(\)=>{later}"


def files_ahead(kinds: Collection[str]) -> list[str]:
    """Return the files that a page asks for which holds components of these kinds, each once."""
    entry = ENTRY.search((BUILD / "index.html").read_text(encoding="utf-8"))
    if entry is None:
        return []
    first = list(_needed_by(entry[1], "Index"))
    second = [file for name in first for file in _needed_by(name, "Blocks")]
    third = [file for name in first for kind in kinds for file in _needed_for(name, kind)]
    return [name for name in dict.fromkeys([*first, *second, *third]) if name != entry[1]]


def _needed_by(name: str, chunk: str) -> Iterator[str]:
    source, listed = _read(name)
    for found in LATER.finditer(source):
        if found[1] == chunk:
            yield from (listed[int(number)] for number in found[2].split(",") if number)


def _needed_for(name: str, kind: str) -> Iterator[str]:
    source, listed = _read(name)
    if found := re.search(COMPONENT.format(kind=kind, later=LATER.pattern), source):
        yield from (listed[int(number)] for number in found[2].split(",") if number)


@cache
def _read(name: str) -> tuple[str, list[str]]:
    """Return a script, and the files that it lists for later."""
    if not name.endswith(".js"):
        return "", []
    source = (BUILD / "assets" / name).read_text(encoding="utf-8")
    listed = LISTED.search(source)
    return source, re.findall(r'"\./([\w.-]+)"', listed[1]) if listed else []
