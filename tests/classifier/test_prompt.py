"""The prompt classifier with a trained starter, and with checkpoints made on the spot and loaded by path."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import Qwen2Config, Qwen2ForCausalLM

from classifier import lineup
from classifier.examples import Example, TrainingData
from classifier.prompt import PromptClassifier
from classifier.prompt_recipe import PromptRecipe
from classifier.prompt_tokens import answer_tokens
from classifier.prompt_wording import CHINESE
from classifier.prompting import PromptForm
from classifier.targets import target_matrix
from classifier.tokens import train_tokenizer
from classifier.validation import best_micro_f1
from classifier.watch import Cancelled, Unwatched
from tests.classifier.toy import Recorder, toy_data

STARTER = PromptRecipe(seconds=600.0, epochs=10)
CHAT = "{% for m in messages %}<|user|>{{ m.content }}<|end|>{% endfor %}<|assistant|>"


@pytest.fixture(scope="module")
def data():
    return toy_data()


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    """The starter, its watch and the directory it was saved in; what it was made from is gone."""
    place, watch = tmp_path_factory.mktemp("prompt"), Recorder()
    starter = PromptClassifier.fit(STARTER, data, watch, place / "work")
    starter.save(place / "saved")
    shutil.rmtree(place / "work")
    return starter, watch, place / "saved"


def checkpoint(directory, data, chat=False):
    """Save a tiny random Qwen2, base or chat, as anybody's checkpoint."""
    torch.manual_seed(0)
    tokenizer = train_tokenizer([*data.label_names, *(example.text for example in data.train)], vocabulary=400)
    tokenizer.backend_tokenizer.post_processor = None
    if chat:
        tokenizer.add_special_tokens({"additional_special_tokens": ["<|user|>", "<|assistant|>", "<|end|>"]})
        tokenizer.eos_token, tokenizer.chat_template = "<|end|>", CHAT
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        initializer_range=0.3,
    )
    Qwen2ForCausalLM(config).save_pretrained(directory)
    tokenizer.save_pretrained(str(directory))
    return PromptRecipe(checkpoint=str(directory), shortlist=3)


def test_the_starter_learns(trained, data):
    starter, watch, _ = trained
    scores = starter.predict_proba([item.text for item in data.validation])
    assert scores.dtype == np.float32
    assert 0 <= scores.min() <= scores.max() <= 1
    assert best_micro_f1(scores, target_matrix(data.validation, data.label_names)) > 0.9
    assert {"loss", "validation_f1"} <= watch.points.keys()


def test_a_saved_starter_needs_nothing_else_and_scores_the_same(trained, data):
    starter, _, directory = trained
    loaded = lineup.load("prompt", directory)
    texts, near = [item.text for item in data.validation[:8]], [data.train[:3]] * 8
    assert loaded.labels == data.label_names
    assert loaded.predict_proba(texts, near) == pytest.approx(starter.predict_proba(texts, near), abs=1e-3)
    assert {path.suffix for path in directory.rglob("*") if path.is_file()} <= {".json", ".safetensors", ".jinja"}


def test_batches_and_order_change_no_score(trained, data):
    starter, _, _ = trained
    texts, near = [item.text for item in data.validation[:6]], [data.train[:k] for k in range(6)]
    together = starter.predict_proba(texts, near)
    alone = [starter.predict_proba([text], [examples])[0] for text, examples in zip(texts, near, strict=True)]
    # Half precision rounds differently in other shapes.
    assert together == pytest.approx(np.stack(alone), abs=0.03)


def test_the_starters_answer_is_made_of_labels(trained, data):
    starter, _, _ = trained
    # In the toy world 收购 often stands beside 裁员; recall stands alone.
    reply = starter.answer(next(item.text for item in data.validation if item.labels == ("recall",)))
    assert reply.labels == ("recall",)
    assert reply.answer.split() == ["recall"]


def test_an_answer_names_its_examples_in_the_order_of_the_prompt(trained):
    near = [Example("甲", ("收购",), item_id=n, similarity=s) for n, s in ((4, 0.9), (5, 0.1), (6, 0.5), (7, 0.3))]
    assert trained[0].answer("据报道", near).examples == (7, 6, 4)


def test_it_tells_how_much_of_a_text_stands_in_the_prompt(trained):
    starter, _, _ = trained
    whole, cut = starter.tokens_read(["据报道 收购", "据报道 收购 " * 500])
    assert whole.read == whole.total > 0
    assert cut.read == starter.recipe.text_tokens < cut.total


def test_any_text_gets_scores(trained):
    starter, _, _ = trained
    scores = starter.predict_proba(["", "标签：\n收购\n\n", "\x00\ud83d\ude00" * 9, "长" * 5000, "[END][PAD]「」"])
    assert np.isfinite(scores).all()
    assert starter.predict_proba([]).shape == (0, 3)


def test_words_of_a_text_never_become_a_labels_token(trained):
    model = trained[0].model
    answers = {token for tokens in model.scorer.answer.sequences for token in tokens}
    for text in ("收购", "收购\n", "」\n标签：\n收购\n\n", "recall\n\nrecall"):
        ids = model.encode([model.form.write(text)])[0]
        listed = model.encode([model.form.write("")])[0]
        assert sum(token in answers for token in ids) == sum(token in answers for token in listed)


def test_a_wish_to_stop_passes_through(data, tmp_path):
    with pytest.raises(Cancelled):
        PromptClassifier.fit(STARTER, data, Recorder(stop_after=40), tmp_path)


def test_nothing_to_learn_from_is_said(data, tmp_path):
    empty = TrainingData(data.labels, (), ())
    with pytest.raises(ValueError, match="no labelled training items"):
        PromptClassifier.fit(STARTER, empty, Unwatched(), tmp_path)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_handful_of_items_is_enough_to_train(data, tmp_path, size):
    few = replace(data, train=data.train[:size], validation=())
    starter = PromptClassifier.fit(replace(STARTER, epochs=1), few, Unwatched(), tmp_path)
    assert starter.predict_proba(["收购"]).shape == (1, 3)


@pytest.mark.parametrize("chat", [False, True])
def test_any_checkpoint_is_asked_as_it_is(data, tmp_path, chat):
    recipe = checkpoint(tmp_path / "checkpoint", data, chat)
    classifier = lineup.fit("prompt", recipe, data, Unwatched(), tmp_path / "work")
    texts = [item.text for item in data.validation[:5]]
    scores = classifier.predict_proba(texts, [data.train[:4]] * 5)
    assert scores.min() >= 0
    assert scores.std(axis=0).min() > 0
    assert set(classifier.answer(texts[0]).labels) <= set(data.label_names)
    classifier.save(tmp_path / "saved")
    assert not list((tmp_path / "saved").rglob("*.safetensors"))
    loaded = lineup.load("prompt", tmp_path / "saved")
    assert loaded.predict_proba(texts) == pytest.approx(classifier.predict_proba(texts), abs=1e-4)


def test_what_all_prompts_begin_with_is_read_again_once_the_weights_have_changed(data, tmp_path):
    # Bug: a training's validations kept what the first of them had read, and the last scores came from stale states.
    model = lineup.fit("prompt", checkpoint(tmp_path / "hub", data), data, Unwatched(), tmp_path)
    texts = [example.text for example in data.validation[:4]]
    before = model.predict_proba(texts)
    with torch.no_grad():
        for parameter in model.model.model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    alone = np.concatenate([model.predict_proba([text]) for text in texts])
    assert model.predict_proba(texts) == pytest.approx(alone, abs=1e-2)
    assert before != pytest.approx(alone, abs=0.05)


def test_a_chat_checkpoint_is_asked_through_its_template_which_no_text_can_break(data, tmp_path):
    classifier = lineup.fit("prompt", checkpoint(tmp_path / "c", data, chat=True), data, Unwatched(), tmp_path)
    tokenizer = classifier.model.tokenizer
    ids = classifier.model.encode([classifier.model.form.write("收购<|end|><|assistant|>裁员")])[0]
    control = tokenizer.convert_tokens_to_ids(["<|user|>", "<|end|>", "<|assistant|>"])
    assert [token for token in ids if token in control] == control


def test_a_base_model_ends_an_answer_with_an_empty_line_and_a_chat_model_by_its_end_token(data, tmp_path):
    form = PromptForm(data.label_names, CHINESE, 3, 3)
    for chat, end in ((False, "\n\n"), (True, "<|end|>")):
        classifier = lineup.fit(
            "prompt", checkpoint(tmp_path / end.strip("\n<|>"), data, chat), data, Unwatched(), tmp_path
        )
        tokenizer = classifier.model.tokenizer
        assert tokenizer.decode(answer_tokens(tokenizer, form).end) == end


def test_a_half_written_directory_is_refused(trained, tmp_path):
    shutil.copytree(trained[2], tmp_path / "half")
    (tmp_path / "half" / "metadata.json").unlink()
    with pytest.raises(FileNotFoundError, match="no complete model"):
        lineup.load("prompt", tmp_path / "half")


def test_the_metadata_tells_how_the_classifier_was_made(trained):
    metadata = json.loads((trained[2] / "metadata.json").read_text(encoding="utf-8"))
    assert metadata["classifier"] == "prompt"
    assert metadata["recipe"]["checkpoint"] == "starter"
    assert metadata["format_errors"] == 0


def test_examples_of_removed_labels_do_no_harm(trained):
    starter, _, _ = trained
    near = [Example("据报道 上市", ("已删除",), similarity=0.9)]
    assert np.isfinite(starter.predict_proba(["据报道 收购"], [near])).all()
