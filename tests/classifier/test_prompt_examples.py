import numpy as np
import pytest
from sentence_transformers import CrossEncoder
from transformers import BertConfig, BertForSequenceClassification

from classifier.examples import Example
from classifier.options.retrieval import Retrieval
from classifier.prompt_examples import Chooser, likeness, mmr
from classifier.tokens import train_tokenizer

NEAR = [Example(text, item_id=n, similarity=s) for n, (text, s) in enumerate([("甲", 0.5), ("乙", 0.9), ("丙", 0.7)])]


def ids(examples):
    return [example.item_id for example in examples]


def test_mmr_by_hand():
    """Of two that are the same and a third that is worse but other, the third comes second when diversity counts.

    With diversity 0.5: first 0 (0.5·0.9); then 1: 0.45 - 0.5·1.0 = -0.05, 2: 0.5·0.6 - 0.5·0.1 = 0.25.
    """
    relevance = np.array([0.9, 0.9, 0.6])
    alike = np.array([[1.0, 1.0, 0.1], [1.0, 1.0, 0.1], [0.1, 0.1, 1.0]])
    assert mmr(relevance, alike, 3, 0.5) == [0, 2, 1]
    assert mmr(relevance, alike, 3, 0.0) == [0, 1, 2]
    assert mmr(relevance, alike, 2, 0.5) == [0, 2]


def test_likeness_is_a_cosine_of_letters():
    alike = likeness(["某公司裁员百人", "某公司裁员百人", "the quick brown fox"])
    assert alike[0, 1] == pytest.approx(1.0)
    assert alike[0, 2] == pytest.approx(0.0)


def test_examples_by_mmr_are_not_all_the_same():
    copies = [Example("公司宣布裁员一百人", item_id=n, similarity=0.9 - n / 100) for n in range(3)]
    other = Example("天气转凉", item_id=9, similarity=0.5)
    assert ids(Chooser(Retrieval(rank="mmr", diversity=0.5))("问", [*copies, other], 2)) == [9, 0]
    assert ids(Chooser()("问", [*copies, other], 2)) == [1, 0]


def test_orders():
    assert ids(Chooser(Retrieval(order="ascending"))("问", NEAR, 3)) == [0, 2, 1]
    assert ids(Chooser(Retrieval(order="descending"))("问", NEAR, 3)) == [1, 2, 0]
    orders = {tuple(ids(Chooser(Retrieval(order="random"))(f"问{n}", NEAR, 3))) for n in range(40)}
    assert len(orders) == 6
    again = [ids(Chooser(Retrieval(order="random"))("问", NEAR, 3)) for _ in range(3)]
    assert again[0] == again[1] == again[2]


def test_a_cross_encoder_by_path_ranks(tmp_path):
    tokenizer = train_tokenizer(["甲乙丙问"], 300)
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    config = BertConfig(vocab_size=len(tokenizer), num_labels=1, pad_token_id=tokenizer.pad_token_id, **shape)
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(str(tmp_path))
    scores = CrossEncoder(str(tmp_path)).predict([("问", example.text) for example in NEAR])
    best = [NEAR[place].item_id for place in np.argsort(-scores)[:2]]
    options = Retrieval(rank="cross-encoder", cross_encoder=str(tmp_path), order="descending")
    assert ids(Chooser(options)("问", NEAR, 2)) == best


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"rank": "luck"}, "rank"), ({"rank": "cross-encoder"}, "cross_encoder"), ({"diversity": 1.5}, "diversity")],
)
def test_wrong_options_are_refused(wrong, field):
    with pytest.raises(ValueError, match=f"^{field}:"):
        Retrieval(**wrong)
