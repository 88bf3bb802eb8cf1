"""What each way of tuning trains, held against the formulas of its paper or against the library's own numbers."""

from dataclasses import replace

import pytest
import torch
from transformers import (
    GPT2Config,
    GPT2ForSequenceClassification,
    LlamaConfig,
    LlamaForSequenceClassification,
    Phi3Config,
    Phi3ForSequenceClassification,
    Qwen2Config,
    Qwen2ForSequenceClassification,
    Qwen3Config,
    Qwen3ForSequenceClassification,
)

from classifier.bottlenecks import Bottleneck
from classifier.last_token import last_token_logits
from classifier.options.tuning import METHODS, SOFT_PROMPTS, Tuning
from classifier.rank_allocation import RankAllocation, keep_ranks_in_use, orthogonality
from classifier.tuning import PROJECTIONS, adapt, merged

PAD, LAYERS, WIDTH = 0, 2, 32
SHAPE = {"vocab_size": 60, "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "intermediate_size": 48}
HEADS = {"num_attention_heads": 4, "num_key_value_heads": 2, "pad_token_id": PAD, "num_labels": 3}
KINDS = {
    "qwen2": (Qwen2Config, Qwen2ForSequenceClassification),
    "qwen3": (Qwen3Config, Qwen3ForSequenceClassification),
    "llama": (LlamaConfig, LlamaForSequenceClassification),
}


def scorer(kind="qwen2"):
    torch.manual_seed(3)
    config, model = KINDS[kind]
    made = model(config(**SHAPE, **HEADS)).eval()
    # Larger than a new model's weights, so that differences show.
    with torch.no_grad():
        for parameter in made.parameters():
            if parameter.ndim == 2:
                parameter.mul_(8)
    return made


def tuning(method, **changes):
    return Tuning(method=method, **{"r": 4, "alpha": 8, "train_embeddings": method not in SOFT_PROMPTS} | changes)


def adapted(method, kind="qwen2", **changes):
    torch.manual_seed(4)
    return adapt(scorer(kind), tuning(method, **changes)).eval()


def trained_names(model):
    return {name for name, parameter in model.named_parameters() if parameter.requires_grad}


def disturbed(model):
    """The model as if something had been learned."""
    torch.manual_seed(5)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


def batch(*texts, left=False):
    length = max(map(len, texts)) + 3
    rows = [[PAD] * (length - len(t)) + t if left else t + [PAD] * (length - len(t)) for t in map(list, texts)]
    ids = torch.tensor(rows)
    return ids, (ids != PAD).long()


TEXTS = ([5, 6, 7, 8, 9, 10, 11], [12, 13], [14, 15, 16, 17])


PADDED = [("qwen2", method, False) for method in METHODS] + [
    *((kind, method, False) for kind in ("qwen3", "llama") for method in ("lora", "prefix", "prompt")),
    # Not with what stands before the text, and must stand next to it: batches here are padded on the right.
    *((kind, method, True) for kind in KINDS for method in ("lora", "bottleneck", "full")),
]


@pytest.mark.parametrize(("kind", "method", "left"), PADDED)
def test_a_text_scores_alone_as_it_does_in_a_padded_batch(kind, method, left):
    model = disturbed(adapted(method, kind))
    with torch.inference_mode():
        together = last_token_logits(model, *batch(*TEXTS, left=left))
        alone = torch.cat([last_token_logits(model, torch.tensor([t]), torch.ones(1, len(t)).long()) for t in TEXTS])
    torch.testing.assert_close(together, alone, atol=2e-4, rtol=1e-4)
    assert together.std(0).min() > 0.01


@pytest.mark.parametrize("method", METHODS)
def test_the_head_always_learns_and_the_input_table_where_it_should(method):
    for table in {False, method not in SOFT_PROMPTS}:
        names = trained_names(adapted(method, train_embeddings=table))
        assert any("score" in name for name in names)
        assert any("embed_tokens" in name for name in names) == table


@pytest.mark.parametrize("method", METHODS)
def test_what_was_pretrained_does_not_learn_unless_all_does(method):
    model = adapted(method, train_embeddings=False)
    frozen = {name for name, p in model.named_parameters() if not p.requires_grad}
    projections = [name for name in frozen if any(f"{part}." in name for part in PROJECTIONS)]
    assert bool(projections) == (method != "full")


@pytest.mark.parametrize("method", ["lora", "dora", "rslora", "adalora", "ia3", "bottleneck", "full"])
def test_a_new_adapter_changes_nothing(method):
    ids, mask = batch(*TEXTS)
    with torch.inference_mode():
        torch.testing.assert_close(
            last_token_logits(adapted(method), ids, mask), last_token_logits(scorer(), ids, mask), atol=1e-4, rtol=1e-4
        )


@pytest.mark.parametrize(("method", "scale"), [("lora", 8 / 4), ("rslora", 8 / 4**0.5)])
def test_what_lora_adds_is_scaled_as_its_paper_says(method, scale):
    layer = disturbed(adapted(method)).get_base_model().model.layers[0].self_attn.q_proj
    states = torch.randn(3, WIDTH)
    a, b = layer.lora_A["default"].weight, layer.lora_B["default"].weight
    torch.testing.assert_close(layer(states), layer.base_layer(states) + scale * states @ a.T @ b.T)


@pytest.mark.parametrize(("r", "alpha"), [(64, 128), (96, 192)])
def test_ranks_reach_every_projection(r, alpha):
    model = adapted("lora", r=r, alpha=alpha)
    ranks = [p.shape[0] for name, p in model.named_parameters() if "lora_A" in name]
    assert ranks == [r] * LAYERS * len(PROJECTIONS)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            lambda: GPT2ForSequenceClassification(
                GPT2Config(vocab_size=60, n_embd=32, n_layer=2, n_head=4, pad_token_id=PAD, num_labels=3)
            ),
            {"c_attn", "c_proj", "c_fc"},
        ),
        (
            lambda: Phi3ForSequenceClassification(Phi3Config(**SHAPE, **HEADS)),
            {"qkv_proj", "o_proj", "gate_up_proj", "down_proj"},
        ),
    ],
    ids=["gpt2", "phi3"],
)
@pytest.mark.parametrize("method", ["lora", "adalora", "bottleneck", "prefix", "prompt"])
def test_projections_of_other_names_are_found(made, expected, method):
    model = adapt(made(), tuning(method))
    names = trained_names(model)
    assert any("score" in name for name in names)
    if method == "lora":
        assert {name.split(".lora_A")[0].rsplit(".", 1)[1] for name in names if ".lora_A" in name} == expected
    ids, mask = batch(*TEXTS)
    assert last_token_logits(model.eval(), ids, mask).isfinite().all()


def test_a_bottleneck_is_what_its_paper_writes():
    layer = Bottleneck(8, 4, dropout=0.0)
    torch.nn.init.normal_(layer.up.weight)
    states = torch.randn(5, 8)
    narrow = torch.nn.functional.gelu(states @ layer.down.weight.T + layer.down.bias)
    assert narrow.shape == (5, 2)
    torch.testing.assert_close(layer(states), states + narrow @ layer.up.weight.T + layer.up.bias)


@pytest.mark.parametrize(("after_attention", "places"), [(False, 1), (True, 2)])
def test_bottlenecks_stand_behind_the_feed_forward_layer_or_behind_attention_too(after_attention, places):
    model = adapted("bottleneck", after_attention=after_attention, train_embeddings=False)
    narrow = WIDTH // Tuning().reduction
    each = 2 * WIDTH * narrow + narrow + WIDTH
    count = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert count == LAYERS * places * each + model.score.weight.numel()


def test_adalora_ends_with_its_budget_of_ranks_even_if_the_clock_jumps():
    model = adapted("adalora")
    allocation = RankAllocation(model)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    for done in (0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.9, 0.95):
        optimizer.zero_grad()
        last_token_logits(model.train(), *batch(*TEXTS)).square().sum().backward()
        optimizer.step()
        allocation.after_step(done)
    values = [parameter for name, parameter in model.named_parameters() if "lora_E" in name]
    assert sum(int((value != 0).sum()) for value in values) == 4 * LAYERS * len(PROJECTIONS)
    assert {len(value) for value in values} == {6}


def test_a_weight_that_lost_all_its_ranks_keeps_one():
    model = adapted("adalora")
    keep_ranks_in_use(model)
    assert {tuple(ranks) for ranks in model.active_peft_config.rank_pattern.values()} == {(True, *[False] * 5)}


def test_orthogonality_is_what_peft_adds_to_its_own_loss():
    model = disturbed(adapted("adalora"))
    ids, mask = batch(*TEXTS)
    targets = torch.rand(len(TEXTS), 3)
    said = model(input_ids=ids, attention_mask=mask, labels=targets)
    plain = torch.nn.functional.binary_cross_entropy_with_logits(said.logits, targets)
    torch.testing.assert_close(said.loss - plain, orthogonality(model))


@pytest.mark.parametrize("method", ["lora", "dora", "rslora", "adalora", "ia3", "full"])
def test_a_merged_model_says_the_same(method):
    model = disturbed(adapted(method))
    ids, mask = batch(*TEXTS)
    with torch.inference_mode():
        before = last_token_logits(model, ids, mask)
        plain = merged(model, tuning(method))
        torch.testing.assert_close(plain(input_ids=ids, attention_mask=mask).logits, before, atol=1e-3, rtol=1e-3)
    assert not {name for name, _ in plain.named_parameters()} ^ {name for name, _ in scorer().named_parameters()}


@pytest.mark.parametrize("method", ["prefix", "p_tuning_v2", "p_tuning", "prompt", "bottleneck"])
def test_what_no_weight_can_hold_is_not_merged(method):
    with pytest.raises(ValueError, match=f"{method} adds what no weight can hold"):
        merged(adapted(method), tuning(method))


def test_dora_passes_over_weights_without_a_direction():
    model = scorer()
    with torch.no_grad():
        model.model.layers[1].self_attn.o_proj.weight[3] = 0
    model = adapt(model, tuning("dora"))
    assert last_token_logits(model, *batch(*TEXTS)).isfinite().all()
    assert sum("lora_magnitude_vector" in name for name in trained_names(model)) == LAYERS * len(PROJECTIONS) - 1


def test_soft_prompts_refuse_to_train_a_table_that_is_not_looked_up():
    with pytest.raises(ValueError, match="train_embeddings: prompt"):
        replace(Tuning(), method="prompt")
