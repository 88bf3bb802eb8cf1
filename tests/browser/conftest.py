"""A real server process, and a real browser that looks at it; no request leaves the machine."""

import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser import chromium
from tests.conftest import answers

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_MS = 60_000
"""A busy machine needs long to load a model; a page that works is never waited for so long."""

ADDRESS = re.compile(r"open on (http://127\.0\.0\.1:\d+)")


APP, TINY = ("app.py",), ("-m", "tests.browser.tiny")


def command(*words):
    """Run a command of the app to its end; a training takes seconds."""
    done = subprocess.run([sys.executable, *TINY, *map(str, words)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(data, query, *values):
    with sqlite3.connect(data / "triage.db") as connection:
        return connection.execute(query, values).fetchall()


@contextmanager
def serving(data, program=APP, port=0, flags=()):
    """Serve a data folder, on a free port unless one is named; yields the address once the page answers, and when."""
    started = time.monotonic()
    words = [sys.executable, *program, "serve", "--data", str(data), "--port", str(port), *flags]
    process, said = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True), []
    try:
        address = next((found[1] for line in process.stderr if (found := ADDRESS.search(line))), None)
        assert address, "the server ended without saying where it is"
        # A pipe that nobody reads would fill up and stop the server.
        threading.Thread(target=lambda: said.extend(process.stderr), daemon=True).start()
        while not answers(address):
            assert process.poll() is None
            time.sleep(0.1)
        yield address, time.monotonic() - started
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0, "".join(said)[-4000:]


@pytest.fixture(scope="session")
def browser():
    path = chromium.find()
    assert path, chromium.HOW_TO
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser, request):
    """Open a page of its own context; every request to another machine and every script error fails the test.

    Nobody is shown around unless the test wants a newcomer.
    """
    contexts, wrong = [], []

    def open_at(address, newcomer=False, **options):
        context = browser.new_context(**{"locale": "en-US", "accept_downloads": True} | options)
        contexts.append(context)
        if not newcomer:
            context.add_init_script("localStorage.setItem('news-triage.tour', 'seen')")
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda sent: None if is_here(sent.url, address) else wrong.append(sent.url))
        page.goto(address)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert not wrong


def is_here(url, address):
    return urlsplit(url).scheme in ("data", "blob") or urlsplit(url).netloc == urlsplit(address).netloc
