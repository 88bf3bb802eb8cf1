import copy
import itertools
import math
from functools import cache

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import Qwen2Config, Qwen2ForCausalLM

from classifier.last_layer import read_at
from classifier.options.sample_design import SampleDesign
from classifier.prompt_scoring import AnswerScorer
from classifier.prompt_tokens import answer_tokens
from classifier.prompt_wording import CHINESE
from classifier.prompting import PromptForm
from classifier.tokens import train_tokenizer
from classifier.trie import AnswerTokens, LabelTrie

FORMS = {
    "separator": AnswerTokens(((1, 2), (1, 3), (1, 2, 5)), others=(6,), separator=(7,), end=(8,)),
    "no separator": AnswerTokens(((1,), (2,), (3,), (4,)), others=(6,), separator=(), end=(8,)),
    "end begins like separator": AnswerTokens(((1, 2), (1, 3), (4,), (5,)), others=(6,), separator=(7,), end=(7, 7)),
    "nothing for none": AnswerTokens(((1, 2), (1, 3), (4,)), others=(), separator=(7,), end=(8,)),
    "nothing for none, end begins like separator": AnswerTokens(((1, 2), (3,)), others=(), separator=(7,), end=(7, 7)),
    "nothing for none, no separator": AnswerTokens(((1,), (2,), (3,)), others=(), separator=(), end=(8,)),
    "others begins a label": AnswerTokens(((6, 2), (1, 3), (4,)), others=(6,), separator=(7,), end=(8,)),
    "long separator": AnswerTokens(((1, 2), (3,), (4, 4, 4)), others=(4,), separator=(7, 9), end=(7, 8)),
}
PROMPTS = [[11, 12, 13, 14, 15], [16, 17], [18, 19, 20]]


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=32,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        initializer_range=0.6,
        tie_word_embeddings=True,
    )
    return Qwen2ForCausalLM(config).eval()


@pytest.fixture(scope="module")
def spelling():
    """A tokenizer that learned a few words, and a model that knows its tokens."""
    tokenizer = train_tokenizer(["收购", "收购 12", "裁员 1", '["收购"]'], 300)
    torch.manual_seed(1)
    shape = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = Qwen2Config(vocab_size=len(tokenizer), num_key_value_heads=1, initializer_range=0.6, **shape)
    return tokenizer, Qwen2ForCausalLM(config).eval()


DESIGNS = {
    "lines": {},
    "json": {"answer": "json"},
    "sentence": {"answer": "sentence"},
    "numbers": {"labels_as": "number"},
    "numbers in json": {"labels_as": "number", "answer": "json"},
    "silence": {"placeholder": False},
    "silence in json": {"placeholder": False, "answer": "json"},
    "silence in a sentence": {"placeholder": False, "answer": "sentence"},
}


def padded(prompts, width=None):
    width = width or max(map(len, prompts))
    ids = torch.tensor([[0] * (width - len(prompt)) + prompt for prompt in prompts])
    return ids, torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts])


def exhaustive(model, answer, prompt):
    """Sum the probabilities of all answers that contain a label, each read token by token in a row of its own."""
    trie, scores = LabelTrie(answer), torch.zeros(len(answer.labels))

    @cache
    def likely(so_far, token):
        with torch.inference_mode():
            logits = model(torch.tensor([prompt + list(so_far)])).logits[0, -1]
        allowed = trie.allowed(so_far)
        return float(logits[allowed].softmax(0)[allowed.index(token)])

    for size in range(len(answer.labels) + 1):
        for said in itertools.permutations(range(len(answer.labels)), size):
            tokens = answer.write(said)
            scores[list(said)] += math.prod(likely(tokens[:place], token) for place, token in enumerate(tokens))
    return scores.numpy()


@pytest.mark.parametrize("form", FORMS)
def test_scores_are_those_of_all_answers_written_out(model, form, monkeypatch):
    monkeypatch.setattr("classifier.prompt_scoring.NEGLIGIBLE", 0.0)
    scorer = AnswerScorer(model, FORMS[form], beams=100, max_labels=4)
    scores = scorer.score(*padded(PROMPTS[:2]))
    for row, prompt in enumerate(PROMPTS[:2]):
        assert scores[row] == pytest.approx(exhaustive(model, FORMS[form], prompt), abs=1e-4)


@pytest.mark.parametrize("form", FORMS)
def test_padding_and_batch_size_change_nothing(model, form):
    scorer = AnswerScorer(model, FORMS[form])
    together = scorer.score(*padded(PROMPTS, width=9))
    for row, prompt in enumerate(PROMPTS):
        assert scorer.score(*padded([prompt]))[0] == pytest.approx(together[row], abs=1e-5)


@pytest.mark.parametrize("form", FORMS)
def test_a_prefix_read_once_changes_nothing(model, form):
    scorer, begins = AnswerScorer(model, FORMS[form]), [21, 22, 23, 24]
    whole = scorer.score(*padded([begins + prompt for prompt in PROMPTS]))
    prefix = scorer.read(begins)
    for _ in range(2):
        assert scorer.score(*padded(PROMPTS), prefix) == pytest.approx(whole, abs=1e-5)
    assert scorer.score(*padded(PROMPTS)) != pytest.approx(whole, abs=1e-3)


@pytest.mark.parametrize("begins", [[], [21, 22, 23, 24]])
def test_a_last_layer_that_attends_only_where_it_is_read_changes_nothing(model, begins, monkeypatch):
    def score():
        scorer = AnswerScorer(model, FORMS["separator"])
        prefix = scorer.read(begins)
        with FlopCounterMode(display=False) as counted:
            return scorer.score(*padded(PROMPTS), prefix), counted.get_total_flops()

    sparing, work = score()
    monkeypatch.setattr("classifier.prompt_scoring.read_at", lambda _places, length: read_at(None, length))
    whole, all_work = score()
    assert sparing == pytest.approx(whole, abs=1e-5)
    assert work < all_work


def test_a_model_that_attends_in_another_way_gives_the_same_scores(model):
    other = copy.deepcopy(model)
    other.set_attn_implementation("eager")
    scores = [AnswerScorer(each, FORMS["separator"]).score(*padded(PROMPTS)) for each in (model, other)]
    assert scores[0] == pytest.approx(scores[1], abs=1e-5)
    assert other.config._attn_implementation == "eager"


def test_few_beams_only_lose_unlikely_answers(model):
    answer = FORMS["separator"]
    narrow = AnswerScorer(model, answer, beams=1, max_labels=2).score(*padded(PROMPTS))
    wide = AnswerScorer(model, answer, beams=50, max_labels=4).score(*padded(PROMPTS))
    assert (narrow <= wide + 1e-5).all()
    assert narrow.max() > 0


def test_generate_held_to_the_trie_says_the_likeliest_first_label(model):
    answer = FORMS["separator"]
    scorer = AnswerScorer(model, answer, max_labels=1)
    ids, seen = padded(PROMPTS)
    generated = model.generate(
        input_ids=ids,
        attention_mask=seen,
        num_beams=8,
        max_new_tokens=24,
        eos_token_id=answer.end[0],
        pad_token_id=answer.end[0],
        do_sample=False,
        prefix_allowed_tokens_fn=scorer.trie.prefix_allowed_tokens_fn(ids.shape[1]),
    )
    endings = {answer.write(said) for n in range(4) for said in itertools.permutations(range(3), n)}
    for row in generated[:, ids.shape[1] :].tolist():
        end = row.index(answer.end[0])
        assert tuple(row[: end + 1]) in endings


@pytest.mark.parametrize("design", DESIGNS)
def test_answers_of_every_design_are_scored_as_if_written_out(spelling, design, monkeypatch):
    monkeypatch.setattr("classifier.prompt_scoring.NEGLIGIBLE", 0.0)
    tokenizer, model = spelling
    form = PromptForm(("收购", "收购 12", "裁员"), CHINESE, 3, 3, design=SampleDesign(**DESIGNS[design]))
    answer = answer_tokens(tokenizer, form)
    prompt = tokenizer(form.write("某公司") + form.answers.opening, add_special_tokens=False)["input_ids"][-20:]
    scores = AnswerScorer(model, answer, beams=100, max_labels=3).score(*padded([prompt]))[0]
    assert scores == pytest.approx(exhaustive(model, answer, prompt), abs=1e-4)
    assert scores.max() > 0


@pytest.mark.parametrize("design", DESIGNS)
def test_every_answer_that_can_be_said_is_read_without_an_error(spelling, design):
    tokenizer, _ = spelling
    form = PromptForm(("收购", "收购 12", "裁员"), CHINESE, 3, 3, design=SampleDesign(**DESIGNS[design]))
    answer = answer_tokens(tokenizer, form)
    for size in range(4):
        for said in itertools.permutations(range(3), size):
            read = form.read(form.answers.opening + tokenizer.decode(answer.write(said)))
            assert read.errors == ()
            assert read.labels == tuple(form.labels[number] for number in said)
