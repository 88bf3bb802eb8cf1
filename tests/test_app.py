"""The command line: what it answers, what it refuses and how it ends."""

import csv
import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

import app

ROOT = Path(app.__file__).parent


@pytest.fixture
def run(data, capfd):
    """Run a command in this process on an own data folder; returns (exit status, standard output, standard error)."""

    def run_command(*words):
        capfd.readouterr()
        status = app.main([words[0], "--data", str(data), *map(str, words[1:])])
        return status, *capfd.readouterr()

    return run_command


@pytest.fixture
def answer(run):
    """Run a command that must succeed; returns its JSON object."""

    def run_and_parse(*words):
        status, out, err = run(*words, "--json")
        assert status == 0, err
        assert len(out.splitlines()) == 1
        return json.loads(out)

    return run_and_parse


def start(*words, **options):
    return subprocess.Popen(
        [sys.executable, "app.py", *map(str, words)],
        cwd=ROOT,
        text=True,
        # Tests that run in a shell's background inherit a Ctrl-C that is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        **options,
    )


def test_wrong_usage_ends_with_status_2(run):
    for words in (["import"], ["export", "everything"], ["retrain", "no_classifier"], ["import", "f", "--map", "x"]):
        with pytest.raises(SystemExit) as ended:
            run(*words)
        assert ended.value.code == 2


def test_the_worker_is_no_command_for_people(capfd):
    with pytest.raises(SystemExit):
        app.main(["--help"])
    listed = capfd.readouterr().out
    assert "retrain" in listed
    assert "work" not in listed.split("options:")[0].split()


def test_an_import_counts_what_it_added_and_a_second_one_adds_nothing(answer, news_file):
    first, second = answer("import", news_file), answer("import", news_file)
    assert first["rows"] == 120
    assert first["added"] > 100
    assert set(first["new_labels"]) == {"股权质押", "高管减持", "业绩预告", "product recall"}
    assert second["added"] == 0
    assert second["known"] == 120


def test_an_import_into_a_fresh_folder_brings_no_sample(answer, run, data, news_file):
    added = answer("import", news_file)["added"]
    with sqlite3.connect(data / "triage.db") as connection:
        assert connection.execute("SELECT count(*), sum(is_sample) FROM item").fetchone() == (added, 0)


def test_a_split_can_be_forced_and_columns_mapped(answer, data, tmp_path):
    file = tmp_path / "odd.csv"
    file.write_text("正文,事件\n某公司高管减持股份,高管减持\n", encoding="gb18030")
    report = answer("import", file, "--split", "gold", "--map", "text=正文", "labels=事件", "--encoding", "gb18030")
    assert report["splits"] == {"gold": 1}
    with sqlite3.connect(data / "triage.db") as connection:
        assert connection.execute("SELECT text FROM item").fetchall() == [("某公司高管减持股份",)]


def test_a_refusal_is_one_sentence_on_standard_error(run, tmp_path):
    for words in (["import", tmp_path / "missing.csv"], ["import", tmp_path], ["status", "--profile", "huge"]):
        status, out, err = run(*words, "--json")
        assert (status, out) == (1, "")
        assert err.count("\n") == 1
        assert "Traceback" not in err


def test_disagreements_leave_as_csv_that_begins_with_a_byte_order_mark(run, answer, news_file):
    added = answer("import", news_file)["added"]
    status, out, err = run("export", "disagreements")
    assert (status, err) == (0, "")
    assert out.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(out.lstrip("\ufeff"), newline="")))
    assert len(rows) == added
    assert {"id", "text", "truth", "bert_labels", "kind", "neighbours"} <= set(rows[0])


def test_the_training_set_leaves_as_jsonl_and_comes_back_as_it_was(answer, news_file, tmp_path):
    added = answer("import", news_file)["added"]
    report = answer("export", "training", "--format", "jsonl", "--output", tmp_path / "out.jsonl")
    assert report["rows"] == added
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    given = {row["text"]: row["labels"] for row in map(json.loads, news_file.read_text(encoding="utf-8").splitlines())}
    assert {row["text"]: sorted(row["labels"]) for row in rows} == {text: sorted(given[text]) for text in given}


def test_an_account_is_made_from_standard_input_and_its_password_is_not_stored(run, answer, data, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse battery\n"))
    assert answer("user", "add", "li", "--role", "lead")["name"] == "li"
    assert [(person["name"], person["role"]) for person in answer("user", "list")["people"]] == [("li", "lead")]
    assert b"correct horse" not in b"".join(file.read_bytes() for file in data.glob("triage.db*"))
    monkeypatch.setattr(sys, "stdin", io.StringIO("another horse\n"))
    assert answer("user", "password", "li") == {"changed": "li"}
    assert answer("user", "role", "li", "--role", "analyst")["role"] == "analyst"
    assert run("user", "role", "li")[0] == 1
    answer("user", "remove", "li")
    assert answer("user", "list")["people"] == []
    assert run("user", "add")[0] == 1


def test_a_token_is_shown_once_and_removed_by_its_name(run, answer):
    made = answer("token", "add", "nightly", "--role", "lead")
    assert (made["name"], made["role"], len(made["token"])) == ("nightly", "lead", 43)
    assert [(token["name"], token["role"]) for token in answer("token", "list")["tokens"]] == [("nightly", "lead")]
    assert answer("token", "remove", "nightly") == {"removed": "nightly"}
    assert run("token", "remove", "nightly")[0] == 1


def test_without_accounts_no_other_machine_is_served(run):
    status, _, err = run("serve", "--host", "0.0.0.0", "--port", "0")
    assert status == 1
    assert "Without accounts" in err
    assert err.count("\n") == 1


def test_a_port_that_is_taken_is_told(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, _, err = run("serve", "--port", taken.getsockname()[1])
    assert status == 1
    assert "--port" in err


def test_a_backup_becomes_a_folder_with_the_same_items(answer, news_file, data, tmp_path):
    answer("import", news_file)
    answer("backup", tmp_path / "backup.zip")
    answer("restore", tmp_path / "backup.zip", tmp_path / "again")
    contents = []
    for folder in (data, tmp_path / "again"):
        with sqlite3.connect(folder / "triage.db") as connection:
            contents.append(connection.execute("SELECT * FROM item ORDER BY id").fetchall())
    assert contents[0] == contents[1]


def test_a_retraining_without_labels_is_refused(run):
    status, out, err = run("retrain")
    assert (status, out) == (1, "")
    assert err.count("\n") == 1


def test_status_and_import_need_no_torch(data, news_file):
    script = (
        "import sys, app\n"
        f"assert app.main(['import', {str(news_file)!r}, '--data', {str(data)!r}, '--json']) == 0\n"
        f"assert app.main(['status', '--data', {str(data)!r}, '--json']) == 0\n"
        "assert not {'torch', 'transformers', 'gradio', 'sklearn'} & set(sys.modules), sorted(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_reader_that_goes_away_leaves_no_traceback(answer, news_file, data):
    answer("import", news_file)
    command = start("export", "training", "--data", data, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    command.stdout.close()
    assert command.stderr.read() == ""
    assert command.wait(timeout=60) == 0


@pytest.mark.slow
def test_import_retrain_and_evaluate_work_in_a_row(answer, news_file, data):
    answer("import", news_file)
    answer("retrain")
    metrics = answer("evaluate")
    for name in ("bert", "llm_head", "prompt", "reference"):
        assert {"micro_f1", "macro_f1", "weighted_f1", "few_shot_f1", "support"} <= set(metrics[name])
    versions = answer("status")["versions"]
    assert [versions[name]["live"] for name in ("bert", "llm_head", "prompt", "retriever")] == [1, 1, 1, 1]


@pytest.mark.slow
def test_ctrl_c_while_waiting_ends_the_waiting_and_not_the_job(answer, news_file, data):
    answer("import", news_file)
    command = start("retrain", "--wait", "--data", data, stderr=subprocess.PIPE)
    while "job" not in (line := command.stderr.readline()):
        assert line, "the command ended before it waited"
    time.sleep(0.5)
    os.kill(command.pid, signal.SIGINT)
    assert command.wait(timeout=30) == 130
    assert "Traceback" not in command.stderr.read()
    with sqlite3.connect(data / "triage.db") as connection:
        (status,) = connection.execute("SELECT status FROM job WHERE kind = 'retrain'").fetchone()
    assert status in ("queued", "running")
    answer("evaluate")


def test_a_model_is_exported_only_where_one_is_live(run, tmp_path):
    status, out, err = run("export", "model", "--output", tmp_path / "model")
    assert (status, out, err) == (1, "", "No version of llm_head is live; name one with --version.\n")
    assert not (tmp_path / "model").exists()
