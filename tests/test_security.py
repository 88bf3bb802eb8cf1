"""SECURITY.md names tests, and they exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
POINTS = [f"A{number:02}" for number in range(1, 11)]


def existing_tests():
    for file in (ROOT / "tests").rglob("test_*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        yield from (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def sections():
    """{point: the tests that are named below its heading}."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (A\d\d) .*$", text, flags=re.MULTILINE)
    return {point: re.findall(r"`(test_\w+)`", body) for point, body in zip(parts[1::2], parts[2::2], strict=True)}


def test_every_point_of_the_checklist_names_tests_and_they_exist():
    named, existing = sections(), set(existing_tests())
    assert list(named) == POINTS
    for point, names in named.items():
        assert names, point
        assert not set(names) - existing, point
