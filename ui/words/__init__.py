"""The visible words: one table per language, chosen in the browser and remembered there. Knows no page.

`en/` and `zh/` hold the same files, one a page, with the same keys, for the browser's modules and Gradio's components
alike. A name in braces is filled in; a key that ends in `.one` serves the number 1.
"""

import json
from functools import cache
from pathlib import Path

import gradio as gr
from gradio.i18n import I18nData
from starlette.requests import HTTPConnection

LOCALES = {"en": "en", "zh": "zh-CN"}
LANGUAGES = tuple(LOCALES)
COMPONENTS = "tab."
"""How the keys begin that components of Gradio show; all others are for the browser's modules."""
COOKIE = "news_triage_language"


@cache
def words_of(language: str) -> dict[str, str]:
    """Return a language's table, English for an unknown one."""
    name = language if language in LANGUAGES else "en"
    files = sorted((Path(__file__).parent / name).glob("*.json"))
    return {key: text for file in files for key, text in json.loads(file.read_text(encoding="utf-8")).items()}


def language_of(connection: HTTPConnection) -> str:
    """Return the language that the browser remembered, else the one it prefers."""
    remembered = connection.cookies.get(COOKIE, "")
    if remembered in LANGUAGES:
        return remembered
    return "zh" if connection.headers.get("accept-language", "").startswith("zh") else "en"


def gradio_words() -> gr.I18n:
    """Return the words of Gradio's own components, which translate in the browser; they travel with every page."""
    return gr.I18n(**{locale: _of_components(language) for language, locale in LOCALES.items()})


def _of_components(language: str) -> dict[str, str]:
    return {key: text for key, text in words_of(language).items() if key.startswith(COMPONENTS)}


def word(key: str) -> I18nData:
    """Return a text of a Gradio component, translated where it is shown; an unknown key is a mistake."""
    if key not in _of_components("en"):
        raise KeyError(f"no words for {key!r}")
    return I18nData(key)
