"""Exports leave while they are written, whole or not at all, and leave nothing behind."""

from threading import Event

import pytest

from ui.downloads import growing


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "news.csv").touch()
    return folder / "news.csv"


def test_the_first_rows_are_sent_before_the_last_ones_are_written(path):
    first_is_there = Event()

    def write(stream):
        stream.write("甲,乙\r\n")
        stream.flush()
        assert first_is_there.wait(timeout=60)
        stream.write("1,2\r\n")

    pieces = growing(path, write)
    first = next(pieces)
    assert first.decode("utf-8-sig") == "甲,乙\r\n"
    first_is_there.set()
    assert (first + b"".join(pieces)).decode("utf-8-sig") == "甲,乙\r\n1,2\r\n"
    assert not path.parent.exists()


def test_an_export_that_fails_never_ends_as_if_it_were_whole(path):
    def write(stream):
        stream.write("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        list(growing(path, write))
    assert not path.parent.exists()


def test_whoever_goes_away_leaves_nothing_behind(path):
    pieces = growing(path, lambda stream: stream.write("x" * 10))
    next(pieces)
    pieces.close()
    assert not path.parent.exists()
