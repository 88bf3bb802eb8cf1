"""Holds the design: who imports whom, where third-party packages live, how long things are. Reads source only."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LEVELS = {
    "app": {"app", "ui", "workflow", "classifier", "storage"},
    "ui": {"ui", "workflow"},
    "workflow": {"workflow", "classifier", "storage"},
    "classifier": {"classifier"},
    "storage": {"storage"},
}
HOMES = {
    "gradio": {"ui"},
    "fastapi": {"ui"},
    "starlette": {"ui"},
    "uvicorn": {"ui"},
    "torch": {"classifier"},
    "transformers": {"classifier"},
    "tokenizers": {"classifier"},
    "peft": {"classifier"},
    "sentence_transformers": {"classifier"},
    "safetensors": {"classifier"},
    "sklearn": {"classifier"},
    "scipy": {"classifier"},
    "usearch": {"classifier"},
    "openai": {"classifier"},
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
    "sqlite3": {"storage"},
    "pwdlib": {"workflow"},
    "openpyxl": {"workflow"},
    "ijson": {"workflow"},
}
SESSION_TYPES = {"sqlalchemy.orm.Session"}
"""What workflow may take from SQLAlchemy: the type that queries ask for, and the errors of a database in trouble."""

DISTRIBUTIONS = {"sklearn": "scikit-learn", "sentence_transformers": "sentence-transformers"}
"""Packages that are imported under another name than they are installed."""

UNSAFE_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
VAGUE_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "misc"}
PURE = [
    "classifier.disagreement",
    "classifier.duplicates",
    "classifier.examples",
    "classifier.index",
    "classifier.metrics",
    "classifier.ordering",
    "classifier.profiles",
    "classifier.rarity",
    "classifier.recipes",
    "classifier.splits",
    "classifier.thresholds",
    "classifier.watch",
    "ui.server",
    "workflow.use_cases",
]
PLACES = re.compile(r"\{\w+\}")
MAX_FILE_LINES, MAX_FUNCTION_LINES = 300, 50


def product_files() -> list[Path]:
    return [ROOT / "app.py", *(file for package in LEVELS for file in sorted((ROOT / package).rglob("*.py")))]


def all_files() -> list[Path]:
    return [*product_files(), *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "benchmarks").rglob("*.py"))]


def package_of(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def imports_of(file: Path) -> Iterator[str]:
    """Every dotted name that a file imports, inside functions too."""
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports hide the level they reach for"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def places(files: list[Path]) -> list:
    return [pytest.param(file, id=str(file.relative_to(ROOT))) for file in files]


@pytest.mark.parametrize("file", places(product_files()))
def test_imports_only_go_down_the_levels(file):
    allowed = LEVELS[package_of(file)]
    wrong = {name for name in imports_of(file) if name.split(".")[0] in LEVELS and name.split(".")[0] not in allowed}
    assert not wrong


@pytest.mark.parametrize("file", places(product_files()))
def test_third_party_packages_stay_in_their_homes(file):
    home = package_of(file)
    wrong = {name for name in imports_of(file) if home not in HOMES.get(name.split(".")[0], {home})}
    if home == "workflow":
        wrong = {name for name in wrong - SESSION_TYPES if not name.startswith("sqlalchemy.exc.")}
    assert not wrong


@pytest.mark.parametrize("file", places(product_files()))
def test_nothing_reads_a_pickle_or_runs_code_out_of_a_checkpoint(file):
    assert not {name for name in imports_of(file) if name.split(".")[0] in UNSAFE_MODULES}
    for call in (node for node in ast.walk(tree_of(file)) if isinstance(node, ast.Call)):
        assert ast.unparse(call.func) not in {"torch.load", "torch.save", "eval", "exec"}, f"line {call.lineno}"
        trusted = [word for word in call.keywords if word.arg == "trust_remote_code"]
        assert all(isinstance(word.value, ast.Constant) and word.value.value is False for word in trusted)


@pytest.mark.parametrize("file", places(all_files()))
def test_files_and_functions_stay_short(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MAX_FILE_LINES
    functions = [node for node in ast.walk(tree_of(file)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {node.name: node.end_lineno - node.lineno + 1 for node in functions}
    assert not {name: lines for name, lines in long.items() if lines > MAX_FUNCTION_LINES}


@pytest.mark.parametrize("file", places(all_files()))
def test_no_module_has_a_name_that_says_nothing(file):
    assert not VAGUE_NAMES & {part.removesuffix(".py") for part in file.relative_to(ROOT).parts}


def test_every_package_that_is_imported_is_pinned_and_explained():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [re.split(r"==|\[", line) for line in lines if not line.startswith("#")]
    assert all(len(pin) > 1 for pin in pins), "every line pins one version"
    names = {name for file in product_files() for name in (full.split(".")[0] for full in imports_of(file))}
    foreign = names - set(sys.stdlib_module_names) - set(LEVELS) - {"__future__"}
    pinned = {pin[0].lower() for pin in pins}
    assert {DISTRIBUTIONS.get(name, name) for name in foreign} <= pinned
    reasons = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").lower()
    assert not {name for name in pinned if name not in reasons}


def test_the_readme_has_a_line_for_every_file():
    named = set(re.findall(r"^ *([\w./*]+)  +\S", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    modules = {file.name for file in product_files() if file.name != "__init__.py"}
    scripts = {file.name for file in (ROOT / "ui" / "static").iterdir()}
    assert not (modules | scripts) - named


def test_every_language_has_every_word_and_fills_the_same_places():
    folder = ROOT / "ui" / "words"
    tables = {
        str(file.relative_to(folder)): json.loads(file.read_text(encoding="utf-8")) for file in folder.glob("*/*.json")
    }
    assert {name.split("/")[0] for name in tables} == {"en", "zh"}
    for name, table in tables.items():
        english = tables[f"en/{name.split('/')[1]}"]
        assert set(table) == set(english), name
        for key, text in table.items():
            assert text.strip(), f"{name}: {key} is empty"
            assert set(PLACES.findall(text)) == set(PLACES.findall(english[key])), f"{name}: {key}"


def test_what_needs_no_model_imports_without_torch():
    """One process for all of them: each module is named by itself if torch arrives with it."""
    script = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        "    assert 'torch' not in sys.modules, name + ' imports torch'\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *PURE], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
