import re
from pathlib import Path

from ui.front import FIRST, PAGE_SHEETS, SHEETS, STATIC, modules_of


def test_every_module_that_is_named_ahead_exists_and_is_named_once():
    modules = list(modules_of(FIRST))
    assert len(modules) == len(set(modules))
    assert all((STATIC / name).is_file() for name in modules)
    assert {"header.js", "triage.js", "dom.js", "words.js"} <= set(modules)


def test_nothing_that_a_first_module_imports_is_forgotten():
    modules = set(modules_of(FIRST))
    for name in modules:
        source = (STATIC / name).read_text(encoding="utf-8")
        assert set(re.findall(r'from "\./([\w.]+)"', source)) <= modules


def test_every_style_sheet_but_that_of_the_sign_in_page_is_served_with_the_page(quiet_web):
    sheets = {path.stem for path in Path(STATIC).glob("*.css")}
    assert sheets == {*SHEETS, *PAGE_SHEETS, "sign_in"}
    answer = quiet_web.get("/ui/all.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.text.index("--nt-ground") < answer.text.index(".nt-header")


def test_the_page_names_language_and_theme_before_gradio_starts(quiet_web):
    page = quiet_web.get("/").text
    assert page.index("ui/boot.js") < page.index("ui/all.css")
    assert 'rel="modulepreload" href="ui/triage.js"' in page
