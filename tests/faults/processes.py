"""Real processes that can be killed at once and started again within a second: what they import is imported once."""

import json
import multiprocessing
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from http.client import HTTPException
from pathlib import Path

import app

ROOT = Path(app.__file__).parent
WEB = ("app", "uvicorn", "ui.server", "workflow.use_cases")
WORKER = ("app", "workflow.bakeoff.body", "workflow.predict_job", "workflow.training_run", "classifier.lineup")
PATIENCE = 120.0
"""Seconds; a busy machine may need long for what takes one of them at rest."""


class Processes:
    """Starts commands of the app in processes that are forked from one that has imported `modules` already."""

    def __init__(self, modules):
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload([*modules])
        self.started = []

    def start(self, *words):
        return self.call(app.main, [str(word) for word in words])

    def call(self, function, *arguments):
        process = self.context.Process(target=function, args=arguments)
        process.start()
        self.started.append(process)
        return process

    def end(self):
        for process in self.started:
            kill(process)


def kill(process):
    """End a process by SIGKILL, and wait until it is gone."""
    process.kill()
    process.join()


def run(*words, **options):
    """Run a command of the app to its end, in a fresh interpreter; returns (exit status, output, errors)."""
    ended = subprocess.run(
        [sys.executable, "app.py", *map(str, words)], cwd=ROOT, capture_output=True, text=True, **options
    )
    return ended.returncode, ended.stdout, ended.stderr


def wait_for(condition, seconds=PATIENCE):
    """Wait until a condition holds; returns its value and how long that took."""
    began = time.monotonic()
    while not (value := condition()):
        assert time.monotonic() - began < seconds, "waited in vain"
        time.sleep(0.02)
    return value, time.monotonic() - began


def free_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return listener.getsockname()[1]


def ask(address, endpoint, *values):
    """Call a named endpoint; returns its answer, or None where none came. What is refused raises."""
    request = urllib.request.Request(
        f"{address}/gradio_api/run/{endpoint}",
        json.dumps({"data": values}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)["data"][0]
    except urllib.error.HTTPError as refused:
        raise AssertionError(refused.read().decode()) from refused
    except (OSError, HTTPException):
        return None


def upload(address, file):
    """Upload a file; returns what a named endpoint takes for it."""
    boundary = "end-of-part"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{file.name}"\r\n\r\n'
    request = urllib.request.Request(
        f"{address}/gradio_api/upload",
        head.encode() + file.read_bytes() + f"\r\n--{boundary}--\r\n".encode(),
        {"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return {"path": json.load(answer)[0], "meta": {"_type": "gradio.FileData"}}


def query(data, statement, *values):
    with closing(sqlite3.connect(data / "triage.db", timeout=PATIENCE)) as connection:
        return connection.execute(statement, values).fetchall()


def integrity(data):
    return query(data, "PRAGMA integrity_check")[0][0], query(data, "PRAGMA foreign_key_check")
