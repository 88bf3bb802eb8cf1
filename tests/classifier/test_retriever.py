import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import BertConfig, BertModel

from classifier import lineup
from classifier.recipes import RetrieverRecipe
from classifier.tokens import train_tokenizer
from classifier.watch import Unwatched
from tests.classifier.toy import toy_data

TEXTS = ["公司今天宣布 收购 第1号", "消息人士称 收购 第900号", "据报道 裁员 第3号"]


@pytest.fixture(scope="module")
def retriever(tmp_path_factory):
    return lineup.fit_retriever(RetrieverRecipe(), toy_data(), Unwatched(), tmp_path_factory.mktemp("workspace"))


def test_texts_of_one_event_are_near_each_other(retriever):
    vectors = retriever.encode(TEXTS)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3


def test_vectors_are_of_length_one_even_of_an_empty_text(retriever):
    vectors = retriever.encode([*TEXTS, "", " \n"])
    assert vectors.dtype == np.float32
    assert vectors.shape == (5, retriever.width)
    np.testing.assert_allclose(np.linalg.norm(vectors[:3], axis=1), 1, atol=1e-5)
    assert np.isfinite(vectors).all()
    assert retriever.encode([]).shape == (0, retriever.width)


def test_a_saved_retriever_encodes_as_before(retriever, tmp_path):
    retriever.save(tmp_path)
    np.testing.assert_allclose(lineup.load_retriever(tmp_path).encode(TEXTS), retriever.encode(TEXTS), atol=1e-6)


def test_sentence_transformers_opens_the_starter_and_says_the_same(retriever, tmp_path):
    retriever.save(tmp_path)
    texts = [*TEXTS, "", TEXTS[0] * 500]
    opened = SentenceTransformer(str(tmp_path / "encoder"), device="cpu")
    np.testing.assert_allclose(retriever.encode(texts), opened.encode(texts, normalize_embeddings=True), atol=1e-6)


def test_an_unfinished_directory_is_refused(retriever, tmp_path):
    retriever.save(tmp_path)
    (tmp_path / "metadata.json").unlink()
    with pytest.raises(FileNotFoundError, match="no complete model"):
        lineup.load_retriever(tmp_path)


def test_any_sentence_transformers_checkpoint_takes_its_place(tmp_path):
    tokenizer = train_tokenizer(TEXTS, 300)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    BertModel(config).save_pretrained(tmp_path / "bert")
    tokenizer.save_pretrained(tmp_path / "bert")
    body = Transformer(str(tmp_path / "bert"))
    SentenceTransformer(modules=[body, Pooling(16)], device="cpu").save(str(tmp_path / "hub"))
    recipe = RetrieverRecipe(checkpoint=str(tmp_path / "hub"))
    made = lineup.fit_retriever(recipe, toy_data(), Unwatched(), tmp_path / "workspace")
    made.save(tmp_path / "saved")
    assert not (tmp_path / "saved" / "encoder").exists()
    loaded = lineup.load_retriever(tmp_path / "saved")
    assert loaded.width == 16
    np.testing.assert_allclose(loaded.encode(TEXTS), made.encode(TEXTS), atol=1e-5)
