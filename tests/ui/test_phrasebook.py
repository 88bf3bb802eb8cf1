"""Reads the source for every sentence that a page may be sent, and holds the book against it."""

import ast
import json
import re
from pathlib import Path

import pytest
from starlette.requests import Request

from classifier.presets import PRESETS
from ui.phrasebook import in_language, say
from ui.shown import answering
from workflow.errors import BadInput

ROOT = Path(__file__).resolve().parent.parent.parent
BOOK = ROOT / "ui" / "words" / "sentences.zh.json"
TOLD = {"NotFound", "Refused", "NotAllowed", "Conflict", "BadInput", "Unavailable", "Loading", "Unusable", "NoItem"}
NOT_FOR_PAGES = {
    *("api.py", "terminal.py", "listening.py", "backup.py", "use_cases.py"),
    *("people.py", "tokens.py", "accounts_command.py"),
}
"""What these say goes to a program or to a terminal."""
TELLING = {"triage.py", "live.py", "item_results.py"}
"""Where sentences are returned, and not raised."""
CHINESE = re.compile("[\u4e00-\u9fff]")


def sentences():
    """Every constant or formatted sentence with which such an error is made, with 7 in each of its places."""
    for package in ("ui", "workflow"):
        for file in sorted((ROOT / package).rglob("*.py")):
            if file.name in NOT_FOR_PAGES:
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in TOLD:
                    said = [text for argument in node.args if (text := text_of(argument))]
                elif isinstance(node, ast.Return) and file.name in TELLING:
                    said = [
                        text
                        for part in ast.walk(node)
                        if (text := text_of(part)) and text[0].isupper() and text.endswith(".")
                    ]
                else:
                    continue
                yield from (pytest.param(text, id=f"{file.stem}:{node.lineno}") for text in said)


def text_of(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "7" for part in node.values)
    return ""


@pytest.mark.parametrize("sentence", list(sentences()))
def test_every_sentence_that_a_page_may_be_sent_stands_in_the_book(sentence):
    assert CHINESE.search(say(sentence, "zh"))


@pytest.mark.parametrize("name", PRESETS)
def test_what_a_recipe_is_stands_in_the_book(name):
    assert CHINESE.search(say(PRESETS[name].about, "zh"))


def test_the_book_fills_the_same_places():
    for sentence, other in json.loads(BOOK.read_text(encoding="utf-8")).items():
        assert set(re.findall(r"\{(\w+)\}", other)) == set(re.findall(r"\{(\w+)\}", sentence)), sentence


def test_the_sentence_that_leaves_least_open_is_taken():
    assert say("Job 7 has failed already.", "zh") == "任务 7 已经失败。"
    assert say("An import has changed this item since you opened it; your labels are not saved yet.", "zh").startswith(
        "打开之后，一次导入"
    )


@pytest.mark.parametrize("change", ["higher", "lower, within the noise", "lower than the live version's"])
def test_the_gate_s_verdicts_stand_in_the_book(change):
    assert CHINESE.search(say(f"On gold its micro-F1 is 0.012 {change}.", "zh"))


def test_what_the_book_does_not_know_stays_as_it_is():
    assert say("Nobody ever wrote this.", "zh") == "Nobody ever wrote this."
    assert say("bert: Nobody ever wrote this.", "zh") == "bert: Nobody ever wrote this."


def test_a_part_of_a_job_is_named_and_what_it_does_is_translated():
    assert say("bert: predicting, 1,024 of 12,000 items", "zh") == "bert: 预测中，1,024 / 12,000 条"


@pytest.mark.parametrize(
    "message",
    [
        "bert failed: The label '甲' cannot be asked for: it begins or ends blank or breaks the line. "
        "reference failed: There are no labels to learn; add labels first.",
        "1,204 items predicted. bert is silent: The files of bert, version 3, cannot be read; retrain it or roll it "
        "back. prompt is silent: The language model server at http://127.0.0.1:8000/v1 cannot be reached.",
        "bert failed: There are no labels to learn; add labels first.; reference failed: There are no labels to learn; "
        "add labels first.",
    ],
)
def test_a_message_of_several_parts_is_translated_to_its_end(message):
    said = say(message, "zh")
    assert not re.search("failed|silent|[a-z]+ [a-z]+ [a-z]+", said), said
    assert CHINESE.search(said.rpartition("：")[2])


def test_values_keep_what_they_say():
    assert say("There is no label named \\1 {label} done.", "zh") == "没有名为 \\1 {label} done 的标签。"


def test_only_the_app_s_own_fields_are_translated():
    answer = {
        "result": {"item": {"text": "done"}, "why": "This was the last item of this filter."},
        "unavailable": {"bert": "This item waits to be predicted."},
        "rejected": [[3, "done", "no text"]],
    }
    assert in_language(answer, "zh") == {
        "result": {"item": {"text": "done"}, "why": "当前筛选下已是最后一条。"},
        "unavailable": {"bert": "这条新闻正等待预测。"},
        "rejected": [[3, "done", "没有正文"]],
    }
    assert in_language(answer, "en") is answer


@pytest.mark.parametrize(("cookie", "told"), [("zh", "没有编号为 7 的新闻。"), ("en", "There is no item 7.")])
def test_a_page_is_told_in_the_language_that_its_browser_remembers(cookie, told):
    def refuse(by):
        raise BadInput("There is no item 7.")

    headers = [(b"cookie", f"news_triage_language={cookie}".encode())]
    request = Request({"type": "http", "headers": headers, "actor": None})
    assert answering(refuse)({}, request)["message"] == told


def test_what_is_wrong_with_a_field_that_is_called_like_a_part_is_translated():
    wrong = "order: must be one of ascending, descending, random, not 'up'."
    assert say(wrong, "zh") == "order：只能是 ascending, descending, random 之一，而不是 'up'。"
