"""Every named recipe of the asked LLM: fitted, saved, loaded, saying the same; with a checkpoint and the starter."""

from dataclasses import replace

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding

from classifier import lineup
from classifier.examples import Label
from classifier.options.changes import changed
from classifier.presets import presets_of
from classifier.prompt import PromptClassifier
from classifier.prompt_recipe import PromptRecipe
from classifier.recipes import RetrieverRecipe
from classifier.retriever import Retriever
from classifier.sizes import parameters
from classifier.watch import Cancelled, Unwatched
from tests.classifier.test_prompt import checkpoint
from tests.classifier.toy import Recorder, toy_data

PRESETS = {preset.name: preset for preset in presets_of("prompt")}
CHATS = {name: (False, True) for name in ("prompt", "prompt-json", "prompt-reasoning")}
"""Recipes that are tried with a base and with a chat model; the others with one of them."""
LABELS = (
    Label("收购", "一家公司买下另一家", "公司"),
    Label("裁员", "公司减少员工", "公司"),
    Label("recall", "a product is taken back", "product"),
)


@pytest.fixture(scope="module")
def data():
    return replace(toy_data(48), labels=LABELS)


@pytest.fixture(scope="module")
def retriever(data, tmp_path_factory):
    return lineup.fit_retriever(RetrieverRecipe(), data, Unwatched(), tmp_path_factory.mktemp("retriever"))


def fitted(name, recipe, data, retriever, workspace):
    recipe = changed(PRESETS[name].apply(recipe), {"design": {"reasoning_tokens": 6}})
    return lineup.fit("prompt", recipe, data, Unwatched(), workspace, retriever)


def says_the_same_when_loaded(model, data, directory):
    texts, near = [item.text for item in data.validation[:4]], [neighbours(data)] * 4
    said = model.predict_proba(texts, near)
    assert said.shape == (4, 3)
    assert 0 <= said.min() <= said.max() <= 1
    assert said.max() > 0
    model.save(directory)
    loaded = lineup.load("prompt", directory)
    assert loaded.recipe == model.recipe
    assert loaded.predict_proba(texts, near) == pytest.approx(said, abs=1e-3)
    assert loaded.shown(texts, near) == model.shown(texts, near)
    reply = loaded.answer(texts[0], near[0])
    assert set(reply.labels) <= set(loaded.labels)
    assert loaded.by_group or not loaded.model.form.read(reply.answer).errors
    return loaded


def neighbours(data):
    return [replace(item, similarity=1 - place / 20) for place, item in enumerate(data.train[:12])]


@pytest.mark.parametrize(
    ("name", "chat"),
    [(name, chat) for name in PRESETS for chat in CHATS.get(name, (len(name) % 2 == 0,)) if name != "prompt-tuned"],
)
def test_a_checkpoint_takes_every_recipe(name, chat, data, retriever, tmp_path):
    recipe = checkpoint(tmp_path / "hub", data, chat)
    model = fitted(name, recipe, data, retriever, tmp_path / "work")
    says_the_same_when_loaded(model, data, tmp_path / "saved")
    assert not list((tmp_path / "saved").glob("model/*.safetensors"))


@pytest.mark.parametrize("chat", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_checkpoint_is_tuned_and_only_its_adapter_saved(chat, data, tmp_path):
    recipe = checkpoint(tmp_path / "hub", data, chat)
    untuned = lineup.fit("prompt", recipe, data, Unwatched(), tmp_path / "asked")
    watch = Recorder()
    tuned = changed(PRESETS["prompt-tuned"].apply(recipe), {"tuning": {"epochs": 6, "learning_rate": 1e-2}})
    model = lineup.fit("prompt", tuned, data, watch, tmp_path / "work")
    losses = [value for _, value in watch.points["loss"]]
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])
    texts = [item.text for item in data.validation]
    assert np.abs(model.predict_proba(texts) - untuned.predict_proba(texts)).max() > 0.05
    trained, weights = parameters(model)
    assert 0 < trained < weights
    assert parameters(untuned)[0] == 0
    says_the_same_when_loaded(model, data, tmp_path / "saved")
    names = {path.name for path in (tmp_path / "saved" / "model").iterdir()}
    assert names == {"adapter_config.json", "adapter_model.safetensors"}


def test_tuning_heeds_a_wish_to_stop(data, tmp_path):
    recipe = PRESETS["prompt-tuned"].apply(checkpoint(tmp_path / "hub", data))
    with pytest.raises(Cancelled):
        lineup.fit("prompt", recipe, data, Recorder(stop_after=80), tmp_path / "work")


def test_tuning_ends_with_its_time(data, tmp_path):
    recipe = checkpoint(tmp_path / "hub", data)
    short = changed(PRESETS["prompt-tuned"].apply(recipe), {"tuning": {"epochs": 1000, "seconds": 0.01}})
    model = lineup.fit("prompt", short, data, Unwatched(), tmp_path / "work")
    assert np.isfinite(model.predict_proba(["收购"])).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in PRESETS if name not in {"prompt", "prompt-reasoning"}])
def test_the_starter_takes_every_recipe(name, data, retriever, tmp_path):
    model = fitted(name, PromptRecipe(seconds=600.0, epochs=1), data, retriever, tmp_path / "work")
    loaded = says_the_same_when_loaded(model, data, tmp_path / "saved")
    scores = loaded.predict_proba(["the company said recall 第3号", "市场认为 裁员 第7号"])
    assert scores.argmax(1).tolist() == [2, 1]


def test_the_starter_refuses_to_reason(data, tmp_path):
    with pytest.raises(ValueError, match="too small to reason"):
        fitted("prompt-reasoning", PromptRecipe(), data, None, tmp_path)


def test_descriptions_need_a_retriever(data, tmp_path):
    with pytest.raises(ValueError, match="There is no retriever yet"):
        fitted("prompt-descriptions", checkpoint(tmp_path / "hub", data), data, None, tmp_path)


def test_descriptions_order_a_shortlist(data, tmp_path):
    static = StaticEmbedding(checkpoint_tokenizer(tmp_path, data), embedding_dim=16)
    retriever = Retriever(SentenceTransformer(modules=[static], device="cpu"), RetrieverRecipe())
    recipe = replace(checkpoint(tmp_path / "hub", data), shortlist=1)
    model = fitted("prompt-descriptions", recipe, data, retriever, tmp_path / "work")
    for label in LABELS:
        assert model.model.form.listed(f"{label.name}: {label.description}") == [label.name]
    items = [
        replace(data.train[0], text=f"{label.name}: {label.description}", labels=(label.name,)) for label in LABELS
    ]
    assert model.measure(items, [()] * 3)["shortlist_recall"] == 1.0
    assert model.measure([replace(items[0], labels=("裁员", "收购"))], [()])["shortlist_recall"] == 0.5


def checkpoint_tokenizer(directory, data):
    checkpoint(directory / "words", data)
    from classifier.tokens import load_tokenizer

    return load_tokenizer(directory / "words")


def test_groups_multiply(data, tmp_path):
    recipe = changed(checkpoint(tmp_path / "hub", data), {"asking": {"scope": "groups", "groups": 2}})
    model = PromptClassifier.fit(recipe, data, Unwatched(), tmp_path)
    text = data.validation[0].text
    by_group = model.by_group.scores([model.by_group.form.write(text)], np.zeros((1, 2)), Unwatched())[0]
    company = model.model.with_labels(LABELS[:2])
    within = company.scores([company.form.write(text)], np.zeros((1, 2)), Unwatched())[0]
    assert model.predict_proba([text])[0, :2] == pytest.approx(by_group[0] * within, abs=1e-5)
    assert "可选标签：\n收购\n裁员\nothers\n" in company.form.write(text)
