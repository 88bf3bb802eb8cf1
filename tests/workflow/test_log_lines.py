"""A log holds what came from outside as visible signs on lines that nobody takes for the log's own."""

import logging
import subprocess
import sys

import pytest

from storage import jobs
from tests.hostile import HOSTILE
from workflow.job_log import tail
from workflow.log_lines import LineFormatter
from workflow.worker import Worker

FORGED = "2026-01-01 00:00:00,000 ERROR workflow.worker: all is lost"
OUTSIDE = [f"{text}{end}{FORGED}" for text in HOSTILE for end in ("\n", "\r", "\u2028", "\x85", "\x0b")]
PROGRAM = """
import logging, sys
from workflow.log_lines import log_to_stderr
log_to_stderr()
logging.getLogger("uvicorn.error").warning(sys.argv[1])
"""


def expect_plain(lines):
    assert [line for line in lines if not line.isprintable()] == []
    assert [line for line in lines if line.startswith(FORGED)] == []


@pytest.mark.parametrize("text", OUTSIDE[::5], ids=range(len(HOSTILE)))
def test_a_job_that_fails_over_a_text_logs_it_in_plain_signs(database, tmp_path, text):
    def fail(task):
        logging.getLogger("workflow").info("It read %s", text)
        raise ValueError(text)

    with database.write() as session:
        job_id = jobs.add_job(session, jobs.PREDICT, ["bert"]).id
    Worker(database, tmp_path, {jobs.PREDICT: fail}).run(idle_seconds=0)
    lines = tail(tmp_path, job_id).split("\n")
    expect_plain(lines)
    assert "  Traceback (most recent call last):" in lines


@pytest.mark.parametrize("text", OUTSIDE, ids=range(len(OUTSIDE)))
def test_whatever_ends_a_line_begins_none_of_the_log_s_own(text):
    record = logging.makeLogRecord({"msg": "%s", "args": (text,), "levelname": "ERROR", "name": "ui"})
    expect_plain(LineFormatter().format(record).split("\n"))


def test_half_a_character_is_visible_too():
    assert LineFormatter().format(logging.makeLogRecord({"msg": "a\ud800"})).endswith(r"a\ud800")


def test_a_server_s_standard_error_is_written_so_too():
    said = subprocess.run([sys.executable, "-c", PROGRAM, OUTSIDE[40]], capture_output=True, text=True, check=True)
    expect_plain(said.stderr.splitlines())
    assert "uvicorn.error" in said.stderr
