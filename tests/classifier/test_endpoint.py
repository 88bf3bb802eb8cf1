import json
import math
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from classifier.endpoint import EndpointDown, piece_probability
from classifier.examples import Example, Label, TrainingData
from classifier.options.sample_design import SampleDesign
from classifier.prompt import PromptClassifier
from classifier.prompt_recipe import PromptRecipe
from classifier.prompt_wording import CHINESE
from classifier.prompting import PromptForm
from classifier.targets import target_matrix
from classifier.validation import best_micro_f1
from classifier.watch import Cancelled, Unwatched
from tests.classifier.toy import toy_data

DATA = TrainingData((Label("裁员"), Label("收购")), (Example("某公司裁员", ("裁员",)),), ())


class Answers(BaseHTTPRequestHandler):
    """A server that speaks the protocol; `script` maps a word of the question to the answer."""

    script: dict
    refuses_probabilities = False
    usage: dict | None = None
    asked: list

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.headers, body))
        if self.refuses_probabilities and "logprobs" in body:
            return self._send(422, {"error": {"message": "logprobs are not supported"}})
        question = body["messages"][0]["content"].rpartition("新闻：")[2]
        answer = next(said for word, said in self.script.items() if word in question)
        tokens = [{"token": token, "logprob": math.log(0.8), "bytes": None, "top_logprobs": []} for token in answer]
        choice = {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": answer},
            "logprobs": {"content": tokens} if body.get("logprobs") else None,
        }
        return self._send(
            200,
            {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
            | ({"usage": self.usage} if self.usage else {}),
        )

    def _send(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def serve():
    servers = []

    def start(**attributes):
        handler = type("Scripted", (Answers,), {"asked": [], **attributes})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/v1", handler

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def asking(address, **changes):
    options = {"checkpoint": "none", "endpoint": address, "model": "m", "retries": 0, "timeout_s": 5.0}
    return PromptClassifier.fit(PromptRecipe(**options | changes), DATA, Unwatched(), Path("unused"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_server_that_is_down_is_named_in_one_sentence():
    address = f"http://127.0.0.1:{free_port()}/v1"
    with pytest.raises(EndpointDown, match=rf"^The language model server at {address} cannot be reached\.$"):
        asking(address).predict_proba(["某公司裁员"])


def test_how_much_of_a_text_is_sent_is_told_without_asking_the_server():
    whole, cut = asking(f"http://127.0.0.1:{free_port()}/v1", text_tokens=20).tokens_read(["某公司裁员", "裁员" * 50])
    assert whole.share == 1.0
    # About one and a half characters a token.
    assert cut == (20, 67)


def test_a_server_that_refuses_is_quoted(serve):
    address, handler = serve(script={}, refuses_probabilities=True)
    handler.do_POST = lambda self: self._send(401, {"error": {"message": "wrong key"}})
    with pytest.raises(EndpointDown, match=r"refused to answer.*wrong key"):
        asking(address).predict_proba(["某公司裁员"])


def test_token_probabilities_become_scores(serve):
    address, _ = serve(script={"甲": "裁员", "乙": "others"})
    scores = asking(address).predict_proba(["甲公司", "乙公司"])
    assert scores.dtype == np.float32
    assert scores[0].tolist() == pytest.approx([0.6 + 0.4 * 0.8**2, 0.0])
    assert scores[1].tolist() == [0.0, 0.0]


def test_without_token_probabilities_said_labels_stand_above_the_neighbours_votes(serve):
    address, handler = serve(script={"甲": "收购\n裁员", "乙": "others"}, refuses_probabilities=True)
    near = [Example("丙", ("裁员",), similarity=0.9)]
    classifier = asking(address)
    scores = classifier.predict_proba(["甲公司", "乙公司"], [[], near])
    assert scores[0, 1] > scores[0, 0] > 0.6
    assert scores[1].tolist() == pytest.approx([0.4, 0.0])
    classifier.predict_proba(["甲公司"])
    assert "logprobs" not in handler.asked[-1][1]


def test_answers_that_are_no_labels_are_counted(serve, tmp_path):
    address, _ = serve(script={"甲": "我认为是裁员", "乙": "收购"})
    classifier = asking(address)
    assert classifier.predict_proba(["甲公司", "乙公司"])[0].max() == 0
    assert classifier.format_errors == 1
    classifier.save(tmp_path)
    assert PromptClassifier.load(tmp_path).format_errors == 1


def test_tokens_that_the_server_tells_of_are_counted(serve):
    usage = {"prompt_tokens": 90, "completion_tokens": 4, "total_tokens": 94}
    address, handler = serve(script={"甲": "裁员"}, usage=usage)
    classifier = asking(address)
    classifier.predict_proba(["甲公司", "甲公司"])
    assert (classifier.model.tokens_read, classifier.model.tokens_written) == (180, 8)
    handler.usage = None
    classifier.predict_proba(["甲公司"])
    assert classifier.model.tokens_read == 180


def test_the_key_goes_to_the_server_and_into_no_file(serve, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret-of-the-desk")
    address, handler = serve(script={"": "裁员"})
    classifier = asking(address)
    classifier.predict_proba(["甲公司"])
    classifier.save(tmp_path)
    assert handler.asked[0][0]["Authorization"] == "Bearer secret-of-the-desk"
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and "secret" in path.read_text()]


def test_question_and_answer_can_be_shown(serve):
    address, _ = serve(script={"甲": "收购"})
    near = [Example("丙", ("裁员",), item_id=7, similarity=0.9)]
    reply = asking(address).answer("甲公司", near)
    assert (reply.answer, reply.labels, reply.examples) == ("收购", ("收购",), (7,))
    assert "新闻：「丙」\n标签：\n裁员\n" in reply.prompt


def test_a_wish_to_stop_ends_the_asking(serve):
    class Stop(Unwatched):
        def progress(self, done, message=""):
            raise Cancelled

    address, handler = serve(script={"": "裁员"})
    with pytest.raises(Cancelled):
        asking(address, threads=1).predict_proba(["甲"] * 500, watch=Stop())
    assert len(handler.asked) < 500


def test_the_probability_of_a_label_is_that_of_its_tokens_and_of_its_end():
    tokens = [("收", -0.1), ("购\n", -0.2), ("裁员", -0.3), ("\n", -0.4)]
    form = PromptForm(("收购", "裁员", "上市"), CHINESE, 3, 3)
    likely = {label: piece_probability(tokens, *form.find("收购\n裁员\n", label)) for label in form.labels[:2]}
    assert likely == pytest.approx({"收购": math.exp(-0.3), "裁员": math.exp(-0.7)})
    assert form.find("收购\n裁员\n", "上市") == (0, 0)
    # A product over no tokens would be certainty.
    assert piece_probability(tokens, 0, 0) is None
    assert piece_probability(tokens[:2], 3, 6) is None


def test_a_label_that_is_not_found_in_the_answer_is_no_surer_than_without_probabilities(serve):
    json_list = {"design": SampleDesign(answer="json")}
    scores = []
    for refuses in (False, True):
        # A label that is written with escapes is read as one, but not found by its letters.
        address, _ = serve(script={"": json.dumps(["裁员"])}, refuses_probabilities=refuses)
        scores.append(asking(address, **json_list).predict_proba(["甲公司"])[0].tolist())
    assert scores[0] == scores[1] == pytest.approx([0.8, 0.0])


def test_a_wrong_answer_is_asked_for_once_more(serve):
    class Second(Answers):
        """Answers rightly only where it was told what was wrong."""

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.asked.append(body["messages"])
            said = "裁员" if len(body["messages"]) == 3 else "我认为是裁员"
            message = {"role": "assistant", "content": said}
            choice = {"index": 0, "finish_reason": "stop", "message": message}
            self._send(200, {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]})

    address, handler = serve()
    handler.do_POST = Second.do_POST
    classifier = asking(address)
    assert classifier.predict_proba(["甲公司"])[0, 0] > 0.6
    assert len(handler.asked) == 2
    assert "我认为是裁员" in handler.asked[1][2]["content"]
    assert classifier.measure([Example("甲公司")], [[]]) == {
        "shortlist_recall": None,
        "format_errors": 1,
        "repaired": 1,
    }


@pytest.mark.parametrize(
    ("design", "answer"),
    [
        ({"answer": "json"}, '["收购","裁员"]'),
        ({"answer": "sentence"}, "这条新闻讲的是“收购”“裁员”。"),
        ({"answer": "json", "labels_as": "number"}, "[2, 1]"),
        ({"reasoning": True}, "甲公司买下乙公司\n标签：\n收购\n裁员"),
        ({"reasoning": True, "answer": "json"}, '甲公司买下乙公司\n标签：\n["收购", "裁员"]'),
    ],
)
def test_answers_of_every_form_become_scores(serve, design, answer):
    address, _ = serve(script={"甲": answer})
    classifier = asking(address, design=SampleDesign(**design))
    scores = classifier.predict_proba(["甲公司"])[0]
    assert classifier.format_errors == 0
    assert scores[1] > 0.6
    assert scores[0] > 0.6


@pytest.mark.slow
def test_a_real_server_serves_the_starter(tmp_path):
    """`transformers serve` refuses token probabilities; the starter answers labels though nothing holds it to them."""
    data = toy_data()
    starter = PromptRecipe(seconds=600.0)
    PromptClassifier.fit(starter, data, Unwatched(), tmp_path / "work").save(tmp_path / "saved")
    model, port = str(tmp_path / "saved" / "model"), free_port()
    command = [str(Path(sys.executable).with_name("transformers")), "serve", "--device", "cpu", "--port", str(port)]
    server = subprocess.Popen([*command, model], env={**os.environ, "HF_HUB_OFFLINE": "1"})
    try:
        wait_for(f"http://127.0.0.1:{port}/health")
        address = f"http://127.0.0.1:{port}/v1"
        recipe = replace(starter, checkpoint="none", endpoint=address, model=model, timeout_s=60.0)
        asked = PromptClassifier.fit(recipe, data, Unwatched(), tmp_path)
        scores = asked.predict_proba([item.text for item in data.validation])
        assert best_micro_f1(scores, target_matrix(data.validation, data.label_names)) > 0.8
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(address, seconds=120):
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
