"""Labels as words in a gap: scored by the masked language model's own head, in a template that is never cut."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from transformers import AutoModelForMaskedLM

from classifier import lineup
from classifier.batches import padded
from classifier.bert import BertClassifier
from classifier.cloze import NOTHING, SLOT, ClozeModel, Gap, load_language_model
from classifier.cloze_training import pool, with_soft_targets
from classifier.layers import depths
from classifier.lessons import Lesson
from classifier.masked_language import learn_language
from classifier.options.cloze import Cloze
from classifier.presets import preset
from classifier.profiles import PROFILES
from classifier.starters import POSITIONS
from classifier.targets import target_matrix
from classifier.tokens import load_tokenizer, train_tokenizer
from classifier.training import Schedule
from classifier.trigger_search import promised, search_triggers, slot_gradients
from classifier.validation import best_micro_f1
from classifier.watch import Unwatched
from tests.classifier.test_checkpoints import ENCODERS, checkpoint
from tests.classifier.toy import Recorder, toy_data

LABELS = ("收购", "裁员", "recall")


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer([example.text for example in toy_data().train], 400)


@pytest.mark.parametrize("kind", ENCODERS)
def test_its_layers_are_those_of_its_language_model_and_the_offsets_are_its_head(tmp_path, kind):
    source = checkpoint(tmp_path / "hub", ENCODERS, kind)
    places, layers = depths(ClozeModel(load_language_model(source), torch.tensor([[40]]), 3))
    assert layers == 2
    assert places["offset.bias"] == 3
    assert {depth for name, depth in places.items() if "embeddings" in name} == {0}


@pytest.mark.parametrize("kind", ENCODERS)
def test_a_label_scores_as_its_tokens_do_in_the_whole_model(tmp_path, kind):
    source = checkpoint(tmp_path / "hub", ENCODERS, kind)
    tokenizer, whole = load_tokenizer(source), AutoModelForMaskedLM.from_pretrained(source, dtype=torch.float32).eval()
    words = torch.tensor([[40, 41, 42], [43, NOTHING, NOTHING], [44, 40, NOTHING]])
    model = ClozeModel(load_language_model(source), words, tokenizer.mask_token_id).eval()
    model.offset.bias.data = torch.tensor([0.5, -1.0, 0.0])
    mask = tokenizer.mask_token_id
    batch = padded([[1, mask, mask, mask, 50, 51, 2], [1, 60, 61, 62, 63, mask, mask, mask, 64, 2]], 0)
    with torch.inference_mode():
        said = model(**batch).logits
        full = whole(**batch).logits
    for row, first in ((0, 1), (1, 5)):
        expected = [
            full[row, [first, first + 1, first + 2], [40, 41, 42]].mean() + 0.5,
            full[row, first, 43] - 1.0,
            full[row, [first, first + 1], [44, 40]].mean(),
        ]
        torch.testing.assert_close(said[row], torch.stack(expected), atol=1e-5, rtol=1e-5)


def test_the_template_stands_around_the_text_inside_the_tokenizers_frame(tokenizer):
    gap = Gap(tokenizer, Cloze(template="{mask}: {text} {trigger}.", triggers=2))
    frame = gap.frame(3, (SLOT, SLOT))
    colon, dot = (tokenizer(mark, add_special_tokens=False)["input_ids"] for mark in ":.")
    mask = tokenizer.mask_token_id
    assert frame.before == (tokenizer.cls_token_id, mask, mask, mask, *colon)
    assert frame.after == (SLOT, SLOT, *dot, tokenizer.sep_token_id)


def test_a_long_text_is_cut_and_not_its_template(tmp_path):
    recipe = replace(preset("bert-pet").apply(PROFILES["starter"].recipe("bert")), seconds=1.0, max_length=24)
    model = lineup.fit("bert", recipe, toy_data(32), Unwatched(), tmp_path)
    ((window,),) = model.reader().read(["公司今天宣布 " * 100])
    assert len(window) == 24
    assert window.count(model.tokenizer.mask_token_id) == model.model.words.shape[1]
    assert model.tokens_read(["公司今天宣布 " * 100])[0].read == 24 - len(model.reader().frame)


def test_words_are_the_names_unless_others_are_given(tokenizer):
    plain = Gap(tokenizer, Cloze(template="{mask}{text}")).words(LABELS)
    other = Gap(tokenizer, Cloze(template="{mask}{text}", words={"收购": "买"})).words(LABELS)
    assert [token for token in plain[0].tolist() if token != NOTHING] == tokenizer("收购", add_special_tokens=False)[
        "input_ids"
    ]
    assert [token for token in other[0].tolist() if token != NOTHING] == tokenizer("买", add_special_tokens=False)[
        "input_ids"
    ]
    width = max(plain.shape[1], other.shape[1])
    padded_rows = [nn.functional.pad(rows[1:], (0, width - rows.shape[1]), value=NOTHING) for rows in (plain, other)]
    assert torch.equal(*padded_rows)


def test_labels_that_read_alike_are_refused(tokenizer):
    with pytest.raises(ValueError, match="裁员 and 收购 read alike"):
        Gap(tokenizer, Cloze(template="{mask}{text}", words={"收购": "买", "裁员": "买"})).words(LABELS)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"template": "{text}"}, "{mask} exactly once"),
        ({"template": "{mask} {mask} {text}"}, "{mask} exactly once"),
        ({"template": "{mask}"}, "{text} exactly once"),
        ({"template": "{mask}{text}", "triggers": 2}, "{trigger} exactly once"),
        ({"template": "{mask}{text}{trigger}"}, "triggers is 0"),
        ({"template": "{mask}{text}", "student": True, "patterns": ["{text}"]}, "{mask} exactly once, not '{text}'"),
        ({"template": "{mask}{text}", "patterns": ["{text}{mask}"]}, "teach a student"),
        ({"patterns": ["{text}{mask}"], "student": True}, "stand beside a template"),
    ],
)
def test_a_template_without_its_marks_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        Cloze(**values)


def test_calibrated_labels_are_proposed_as_often_as_they_occur():
    model = ClozeModel(nn.Linear(1, 1), torch.tensor([[1], [2]]), 0)
    model.calibrate(torch.tensor([3.0, -4.0]), torch.tensor([0.1, 0.5]))
    torch.testing.assert_close(torch.sigmoid(model.offset(torch.tensor([3.0, -4.0]))), torch.tensor([0.1, 0.5]))


def test_the_most_promising_tokens_are_those_against_the_gradient():
    table = torch.tensor([[1.0, 0.0], [-2.0, 0.0], [0.0, 5.0], [-1.0, -1.0], [-9.0, 0.0]])
    assert promised(table, torch.tensor([1.0, 0.0]), 2, barred=[4]) == [1, 3]


def bags(weights):
    """A model of embeddings alone: the loss is linear in them, so the gradient tells the whole truth."""
    embedding = nn.Embedding.from_pretrained(weights, freeze=False)

    def loss(lesson):
        ids = torch.tensor([window for text in lesson.windows for window in text])
        return (embedding(ids) * torch.tensor([1.0, 2.0])).sum() / len(ids)

    return embedding, loss


def test_the_search_finds_the_tokens_with_the_least_loss():
    torch.manual_seed(0)
    weights = torch.randn(30, 2)
    embedding, loss = bags(weights)
    lessons = [Lesson([[[7, SLOT, SLOT, 9]], [[SLOT, SLOT, 3, 4]]], torch.zeros(2, 1))]
    best = (weights @ torch.tensor([1.0, 2.0])).argmin().item()
    cloze = Cloze(template="{text}{trigger}{mask}", triggers=2, rounds=2, candidates=3)
    assert best > 1
    assert search_triggers(embedding, lessons, loss, cloze, [0, 1], 60.0, Unwatched()) == [best, best]
    assert torch.equal(embedding.weight, weights)


def test_a_search_among_nothing_better_keeps_what_stands_there():
    weights = torch.zeros(5, 2)
    embedding, loss = bags(weights)
    lessons = [Lesson([[[SLOT, 3]]], torch.zeros(1, 1))]
    cloze = Cloze(template="{text}{trigger}{mask}", triggers=1, rounds=3)
    assert search_triggers(embedding, lessons, loss, cloze, [1], 60.0, Unwatched()) == [1]


def test_a_search_without_time_finds_nothing():
    embedding, loss = bags(torch.randn(5, 2))
    lessons = [Lesson([[[SLOT, 3]]], torch.zeros(1, 1))]
    cloze = Cloze(template="{text}{trigger}{mask}", triggers=1)
    assert search_triggers(embedding, lessons, loss, cloze, [1], 1e-9, Unwatched()) == [1]


def test_gradients_are_taken_at_the_slots_wherever_they_stand():
    embedding, loss = bags(torch.ones(10, 2))
    lesson = Lesson([[[5, SLOT]], [[SLOT, 5]]], torch.zeros(2, 1))
    # Each of two texts adds its half of the loss's slope (1, 2).
    torch.testing.assert_close(slot_gradients(embedding, lesson, loss, [3]), torch.tensor([[1.0, 2.0]]))


@pytest.mark.slow
def test_a_cloze_learns_what_a_word_means(tmp_path):
    recipe = replace(
        preset("bert-pet").apply(PROFILES["starter"].recipe("bert")), epochs=30, seconds=25.0, batch_size=8
    )
    data = toy_data()
    model = lineup.fit("bert", recipe, data, Unwatched(), tmp_path)
    scores = model.predict_proba([example.text for example in data.validation])
    assert best_micro_f1(scores, target_matrix(data.validation, model.labels)) > 0.9


def test_found_triggers_are_kept_with_the_model(tmp_path):
    recipe = replace(preset("bert-autoprompt").apply(PROFILES["starter"].recipe("bert")), epochs=1, seconds=4.0)
    model = lineup.fit("bert", recipe, toy_data(32), Unwatched(), tmp_path)
    model.save(tmp_path / "saved")
    loaded = lineup.load("bert", tmp_path / "saved")
    assert len(loaded.model.triggers) == 4
    assert SLOT not in loaded.model.triggers
    assert loaded.model.triggers == model.model.triggers
    assert loaded.reader().frame == model.reader().frame


def test_what_is_unknown_of_a_text_helps_no_trigger(tmp_path, monkeypatch):
    recipe = replace(preset("bert-autoprompt").apply(PROFILES["starter"].recipe("bert")), epochs=1, seconds=2.0)
    losses = []

    def search(embedding, lessons, loss, *_):
        windows = [[[token if token != SLOT else 1 for token in ids] for ids in text] for text in lessons[0].windows]
        for unknown in (None, torch.ones_like(lessons[0].targets, dtype=torch.bool)):
            losses.append(loss(replace(lessons[0], windows=windows, unknown=unknown)).item())
        return [1] * 4

    monkeypatch.setattr("classifier.cloze_training.search_triggers", search)
    lineup.fit("bert", recipe, toy_data(32), Unwatched(), tmp_path)
    assert losses[0] > losses[1] == 0


def test_teachers_give_the_pool_the_mean_of_what_they_say_and_leave_the_labelled_alone():
    recipe = SimpleNamespace(seed=0, cloze=Cloze(pool=2))
    data = replace(toy_data(16), unlabelled=("a", "b", "c"))
    texts = pool(recipe, data)
    assert set(texts) < set(data.unlabelled)
    said = np.array([[[0.25, 0.5], [0.75, 0.0]], [[0.75, 0.5], [0.25, 1.0]]], dtype=np.float32)
    taught = with_soft_targets(data, texts, said)
    assert taught.train[: len(data.train)] == data.train
    assert taught.validation == data.validation
    soft = taught.train[len(data.train) :]
    assert [(example.text, example.soft_targets) for example in soft] == [
        (texts[0], (0.5, 0.5)),
        (texts[1], (0.5, 0.5)),
    ]


def test_each_template_has_a_teacher_of_its_own_and_the_student_learns_from_their_mean(tmp_path, monkeypatch):
    recipe = replace(preset("bert-pet-patterns").apply(PROFILES["starter"].recipe("bert")), seconds=3.0)
    data = replace(toy_data(32), unlabelled=tuple(example.text for example in toy_data(8).train))
    said, learned = {}, []
    ask, learn = BertClassifier.predict_proba, BertClassifier._fit_head.__func__

    def predict_proba(teacher, texts, **options):
        said[teacher.recipe.cloze.template] = ask(teacher, texts, **options)
        return said[teacher.recipe.cloze.template]

    def fit_head(cls, recipe, taught, *rest, **options):
        learned.extend(example.soft_targets for example in taught.train if example.soft_targets)
        return learn(cls, recipe, taught, *rest, **options)

    monkeypatch.setattr(BertClassifier, "predict_proba", predict_proba)
    monkeypatch.setattr(BertClassifier, "_fit_head", classmethod(fit_head))
    lineup.fit("bert", recipe, data, Unwatched(), tmp_path)
    assert list(said) == recipe.cloze.templates
    assert len({scores.tobytes() for scores in said.values()}) == 3
    np.testing.assert_allclose(learned, np.mean(list(said.values()), axis=0), rtol=1e-6)


def test_reading_texts_teaches_their_language(tokenizer):
    torch.manual_seed(0)
    configuration, build = ENCODERS["bert"]
    shape = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    model = build(configuration(vocab_size=len(tokenizer), max_position_embeddings=POSITIONS, **shape))
    watch = Recorder()
    texts = [example.text for example in toy_data().train]
    learn_language(model, tokenizer, texts, Schedule(epochs=40, learning_rate=5e-3, seconds=60.0), watch)
    losses = [value for _, value in watch.points["loss"]]
    assert losses[-1] < losses[0] / 1.5


def test_a_text_in_which_nothing_is_masked_is_no_accident(tokenizer):
    configuration, build = ENCODERS["bert"]
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    model = build(configuration(vocab_size=len(tokenizer), **shape))
    schedule = Schedule(epochs=12, learning_rate=1e-3, seconds=20.0)
    learn_language(model, tokenizer, ["裁"], schedule, Unwatched())
    assert all(torch.isfinite(parameter).all() for parameter in model.parameters())
