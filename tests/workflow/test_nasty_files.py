"""Whatever a file holds, there is one sentence that refuses it, or its good rows and a list of the others."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.bringing import read, write_jsonl
from tests.workflow.nasty import NASTY, TABLE
from workflow.errors import BadInput
from workflow.importing import Importing

REFUSED = {name: outcome for name, (_, outcome) in NASTY.items() if isinstance(outcome, str)}


def make(folder, name):
    path = folder / name
    path.write_bytes(NASTY[name][0]())
    return path


def dump(database):
    """Everything that is stored."""
    connection = database.engine.raw_connection()
    try:
        return list(connection.driver_connection.iterdump())
    finally:
        connection.close()


@pytest.fixture
def importing(desk, tmp_path):
    return Importing(desk, tmp_path / "data")


@pytest.mark.parametrize("name", [name for name in NASTY if name not in REFUSED])
def test_good_rows_are_read_and_the_others_are_named_by_their_lines(tmp_path, name):
    rows, rejected = read(make(tmp_path, name))
    assert ([row.line for row in rows], [line for line, _, _ in rejected]) == NASTY[name][1]
    assert all(reason.isprintable() and len(reason) < 200 for _, _, reason in rejected)


@pytest.mark.parametrize("name", [name for name in NASTY if name not in REFUSED])
def test_an_import_stores_the_good_rows_and_writes_the_others_out(importing, tmp_path, name):
    good, bad = NASTY[name][1]
    report = importing.run(make(tmp_path, name))
    assert (report.added + report.known, report.rejected) == (len(good), len(bad))
    assert bool(report.rejects) == bool(bad)
    assert report.filename.isprintable()
    assert not bad or Path(report.rejects).stat().st_size > 0


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence_and_nothing_changes(importing, desk, tmp_path, name):
    before, path = dump(desk), make(tmp_path, name)
    with pytest.raises(BadInput, match=REFUSED[name]) as refused:
        importing.run(path)
    said = str(refused.value)
    assert said.isprintable()
    assert len(said) < 400
    assert dump(desk) == before


def test_what_is_no_ordinary_file_is_refused(importing, desk, tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    before = dump(desk)
    for path in (tmp_path, tmp_path / "pipe.csv", tmp_path / "dangling.csv", tmp_path / "loop.csv", "/dev/zero"):
        with pytest.raises(BadInput, match=r"folder|ordinary file|no file"):
            importing.run(path)
    assert dump(desk) == before


def test_an_id_that_two_items_have_is_kept_by_both(importing, desk, tmp_path):
    rows = [{"id": "7", "text": "第一条消息"}, {"id": "7", "text": "第二条消息"}]
    assert importing.run(write_jsonl(tmp_path / "a.jsonl", rows)).added == 2
    assert importing.run(write_jsonl(tmp_path / "b.jsonl", [{"id": "7", "text": "第三条消息"}])).added == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "hz", "idna", "utf-7", "base64", "undefined", "\0", "k\x1b"])
def test_an_encoding_that_is_not_the_file_s_is_told_in_one_sentence(tmp_path, encoding):
    """Guards against `utf-16` for a file without a mark, which ended in an error of the decoder."""
    (tmp_path / "a.csv").write_bytes(TABLE.encode() + b"3,~{~\xff+!,\n")
    with pytest.raises(BadInput) as refused:
        read(tmp_path / "a.csv", encoding=encoding)
    assert str(refused.value).isprintable()


def test_a_column_of_long_texts_is_not_kept_whole_as_if_it_held_labels(tmp_path, monkeypatch):
    monkeypatch.setattr("workflow.readers.survey.MAX_CHARACTERS", 10_000)
    path = write_jsonl(tmp_path / "a.jsonl", [{"text": str(n), "labels": "x" * 1_000 + str(n)} for n in range(20)])
    with pytest.raises(BadInput, match="holds long texts"):
        read(path)


@given(
    st.one_of(st.binary(max_size=400), st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
)
def test_any_bytes_are_rows_or_one_sentence(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    with suppress(BadInput):
        rows, rejected = read(path)
        assert all(row.text.strip() for row in rows)
        assert all(line > 0 and reason for line, _, reason in rejected)
