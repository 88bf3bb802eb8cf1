"""The last layer's feed-forward part, computed only where it is read: the same answers and gradients, less work."""

from threading import Thread

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from classifier import last_layer, lineup
from classifier.presets import PRESETS, preset
from classifier.profiles import PROFILES
from classifier.watch import Unwatched
from tests.classifier.test_checkpoints import DECODERS, ENCODERS, checkpoint
from tests.classifier.toy import toy_data

TEXTS = ["公司今天宣布 收购", "据报道", "the company said recall 第1号 市场认为 on Monday"]


@pytest.fixture
def fitted(tmp_path):
    def fit(name, kind):
        kinds = ENCODERS if kind in ENCODERS else DECODERS
        classifier = PRESETS[name].classifier
        recipe = PROFILES["starter"].recipe(classifier)
        if kind != "starter":
            recipe = recipe.with_checkpoint(checkpoint(tmp_path / "hub", kinds, kind))
        return lineup.fit(classifier, preset(name).apply(recipe), toy_data(32), Unwatched(), tmp_path / "workspace")

    return fit


def answers_and_gradients(model):
    model.model.zero_grad()
    with FlopCounterMode(display=False) as counted:
        logits = model.logits(model.reader().read(TEXTS))
        logits.square().sum().backward()
    gradients = {name: p.grad.clone() for name, p in model.model.named_parameters() if p.grad is not None}
    return logits.detach(), gradients, counted.get_total_flops()


@pytest.mark.parametrize(
    ("name", "kind", "spares"),
    [
        *[("bert", kind, True) for kind in (*ENCODERS, "starter")],
        *[("llm-full", kind, True) for kind in (*DECODERS, "starter")],
        ("llm-lora", "qwen2", True),
        ("llm-dora", "starter", True),
        ("llm-ia3", "qwen2", True),
        ("llm-prefix", "qwen2", True),
        ("llm-adapter", "qwen2", True),
        # Learned vectors before the text move all places; a gap is read where it stands.
        ("llm-p-tuning", "qwen2", False),
        ("bert-pet", "bert", False),
    ],
)
def test_what_is_left_out_changes_no_answer_and_no_gradient(fitted, monkeypatch, name, kind, spares):
    model = fitted(name, kind)
    # In half precision the order of the sums would show.
    monkeypatch.setattr("classifier.sequence.half_precision", torch.enable_grad)
    logits, gradients, work = answers_and_gradients(model)
    monkeypatch.setattr("classifier.sequence.read_at", lambda _places, length: last_layer.read_at(None, length))
    whole, all_gradients, all_work = answers_and_gradients(model)
    torch.testing.assert_close(logits, whole, atol=1e-5, rtol=1e-4)
    for key, gradient in all_gradients.items():
        torch.testing.assert_close(gradients[key], gradient, atol=1e-4, rtol=1e-3)
    assert (work < all_work) == spares


def test_a_thread_that_reads_all_is_not_disturbed_by_one_that_does_not(fitted):
    model = fitted("llm-full", "qwen2")
    ids = torch.tensor([model.tokenizer("公司今天宣布 收购")["input_ids"]])
    with torch.inference_mode():
        alone = model.model.model(input_ids=ids).last_hidden_state
    found = []

    def read_all():
        with torch.inference_mode():
            found.append(model.model.model(input_ids=ids).last_hidden_state)

    with last_layer.read_at(torch.tensor([0]), ids.shape[1]):
        other = Thread(target=read_all)
        other.start()
        other.join()
    torch.testing.assert_close(found[0], alone)
