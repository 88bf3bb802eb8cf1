import re
from pathlib import Path

import pytest

from ui.words import LANGUAGES, word, words_of

UI = Path(__file__).resolve().parent.parent.parent / "ui"
KEY = re.compile(r"""\btn?\(\s*"([\w.]+)\"""")
FAMILY = re.compile(r"""\btn?\(\s*`([\w.]+)\.\$\{""")
PYTHON_KEY = re.compile(r"""\bword\("([\w.]+)"\)""")


def modules():
    return sorted((UI / "static").glob("*.js"))


def test_every_language_has_the_same_words():
    english = words_of("en")
    for language in LANGUAGES:
        assert words_of(language).keys() == english.keys()


def test_every_language_fills_in_the_same_values():
    for key, text in words_of("en").items():
        assert set(re.findall(r"\{(\w+)\}", text)) >= set(re.findall(r"\{(\w+)\}", words_of("zh")[key])) - {"n"}, key


def test_no_word_is_empty():
    assert all(text.strip() for language in LANGUAGES for text in words_of(language).values())


@pytest.mark.parametrize("module", modules(), ids=lambda path: path.name)
def test_every_word_that_a_module_asks_for_exists(module):
    words = words_of("en")
    source = module.read_text(encoding="utf-8")
    assert not {key for key in KEY.findall(source) if key not in words}
    for family in FAMILY.findall(source):
        assert any(key.startswith(f"{family}.") for key in words), family


def test_every_word_that_a_tab_asks_for_exists():
    asked = {key for path in UI.glob("*.py") for key in PYTHON_KEY.findall(path.read_text(encoding="utf-8"))}
    assert asked
    assert asked <= words_of("en").keys()


def test_an_unknown_word_is_a_mistake():
    with pytest.raises(KeyError, match="no words"):
        word("tab.nowhere")


def test_an_unknown_language_reads_english():
    assert words_of("tlh") == words_of("en")
