"""Starters before their first step: BERT and Qwen2 say what the linear SVM says that was written into them."""

import numpy as np
import pytest
import torch
from scipy.special import expit

from classifier.batches import encode, padded
from classifier.foundation import Foundation, lay_foundation
from classifier.starters import small_bert, small_qwen2_scorer
from classifier.token_svm import TokenSvm
from classifier.warm_start import MOST_LABEL_DIMENSIONS, SHARPNESS
from classifier.watch import Unwatched
from tests.classifier.toy import toy_data

TEXTS = ["公司今天宣布 收购 第1号", "裁员", "the company said recall on Monday " * 8, ""]


@pytest.fixture(scope="module")
def foundation(tmp_path_factory):
    return lay_foundation(toy_data(), tmp_path_factory.mktemp("workspace"), Unwatched())


def said_by_svm(foundation, texts):
    svm = foundation.svm
    ids = [foundation.tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
    margins = [svm.weights[text].sum(dim=0) / (len(text) + svm.length) + svm.bias for text in ids]
    return expit(SHARPNESS * torch.stack(margins).numpy())


@torch.inference_mode()
def said_by(model, foundation, texts):
    batch = padded(encode(foundation.tokenizer, texts, 128), foundation.tokenizer.pad_token_id)
    return torch.sigmoid(model.eval()(**batch).logits).numpy()


@pytest.mark.parametrize("make", [small_bert, small_qwen2_scorer])
def test_a_starter_begins_as_the_svm(foundation, make):
    model = make(foundation, toy_data().label_names)
    np.testing.assert_allclose(said_by(model, foundation, TEXTS), said_by_svm(foundation, TEXTS), atol=0.05)


@pytest.mark.parametrize("make", [small_bert, small_qwen2_scorer])
def test_more_labels_than_room_are_pressed_into_it(foundation, make):
    chance = torch.Generator().manual_seed(0)
    vocabulary, labels = len(foundation.tokenizer), MOST_LABEL_DIMENSIONS + 60
    # Labels that share words, as those of one group do.
    weights = torch.randn(vocabulary, 40, generator=chance) @ torch.randn(40, labels, generator=chance)
    weights[foundation.tokenizer.all_special_ids] = 0
    crowded = Foundation(foundation.tokenizer, foundation.embeddings, TokenSvm(weights, torch.zeros(labels), 12.0))
    model = make(crowded, [str(number) for number in range(labels)])
    # Three texts alone would leave it to the processor's rounding on which side of the bound they come out.
    texts = [*TEXTS[:3], *(example.text for example in toy_data().train[:60])]
    likely = said_by_svm(crowded, texts) > 0.5
    assert ((said_by(model, crowded, texts) > 0.5) == likely).mean() > 0.96


@pytest.mark.parametrize("make", [small_bert, small_qwen2_scorer])
def test_every_part_can_learn(foundation, make):
    model = make(foundation, toy_data().label_names)
    batch = padded(encode(foundation.tokenizer, TEXTS, 128), foundation.tokenizer.pad_token_id)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for _ in range(3):
        optimizer.zero_grad()
        model(**batch).logits.square().sum().backward()
        optimizer.step()
    silent = {
        name for name, parameter in model.named_parameters() if parameter.grad is None or not parameter.grad.any()
    }
    # Keys get no gradient from a bias that all of them share.
    assert not {name for name in silent if not name.endswith(("key.bias", "k_proj.bias"))}
