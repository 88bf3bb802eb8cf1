import re

import gradio as gr
import pytest

from ui.front import STATIC
from ui.server import QUEUE_SECONDS


def test_the_process_says_that_it_answers(quiet_web):
    assert quiet_web.get("/healthz").json() == {"status": "ok"}


def test_the_front_page_settles_language_and_style_before_gradio_starts(quiet_web):
    page = quiet_web.get("/", headers={"accept-encoding": "br, gzip"})
    assert int(page.headers["content-length"]) == len(page.content)
    assert page.text.index("ui/boot.js") < page.text.index("</head>")
    for sheet in re.findall(r"ui/\w+\.css", page.text):
        assert quiet_web.get(f"/{sheet}").status_code == 200


def test_a_language_s_words_are_served(quiet_web):
    assert quiet_web.get("/ui/words/zh.json").json()["tab.data"] == "数据"


@pytest.mark.parametrize("module", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_every_module_imports_only_modules_that_are_there(module):
    for name in re.findall(r'from "\./([\w.]+)"', module.read_text(encoding="utf-8")):
        assert (STATIC / name).is_file(), name


@pytest.mark.parametrize("module", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_no_module_reads_text_as_markup(module):
    source = module.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", source)


@pytest.mark.parametrize("sheet", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_no_style_sheet_asks_another_machine_or_names_a_colour_of_its_own(sheet):
    source = sheet.read_text(encoding="utf-8")
    assert "http" not in source
    if sheet.name != "tokens.css":
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", re.sub(r"#[a-z][\w-]*[^{;}]*\{", "{", source))


def test_gradio_keeps_no_history_and_shows_no_footer(quiet_web):
    config = quiet_web.get("/config").json()
    assert not config["run_history"]
    assert config["footer_links"] == []
    assert not config["analytics_enabled"]


def test_gradio_s_queue_rests_between_its_looks_for_work(quiet_web):
    """Bug: it looked a thousand times a second, which cost four hundredths of a processor while nobody asked."""
    rests = {"sleep_when_free", "progress_update_sleep_when_free"}
    assert rests <= vars(gr.Blocks()._queue).keys(), "another Gradio calls them otherwise"
    page = quiet_web.app.routes[-1].app.get_blocks()
    assert {getattr(page._queue, name) for name in rests} == {QUEUE_SECONDS}
