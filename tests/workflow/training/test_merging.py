"""A version of `llm_head` as one plain checkpoint, out of a desk on which it was trained."""

import numpy as np
import pytest
import torch
from sqlalchemy import select
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from storage import versions
from storage.tables import Version
from workflow.errors import NotFound, Refused
from workflow.merging import Merging


def merging(desk):
    return Merging(desk.database, desk.data)


@pytest.mark.parametrize("number", [None, 1])
def test_the_live_version_and_any_other_say_the_same_merged(trained, tmp_path, number):
    told = merging(trained).merge(tmp_path / "merged", number)
    (labels,) = trained.read(select(Version.labels).where(Version.classifier == "llm_head"))[0]
    assert told == {"version": 1, "directory": str(tmp_path / "merged"), "labels": len(labels)}
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "merged").eval()
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "merged")
    text = "海澜科技号：控股股东办理了股权质押"
    with torch.inference_mode():
        scores = model(**tokenizer(text, return_tensors="pt")).logits.sigmoid()[0].numpy()
    own = trained.models.classifier("llm_head").model.predict_proba([text])[0]
    # The classifier may compute in half precision.
    np.testing.assert_allclose(scores, own, atol=0.02)
    assert [model.config.id2label[column] for column in range(len(labels))] == labels


def test_nothing_is_written_over_and_nothing_is_made_up(trained, tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("dear")
    with pytest.raises(Refused, match="is not empty"):
        merging(trained).merge(tmp_path / "taken")
    with pytest.raises(NotFound, match="no version 7 of llm_head"):
        merging(trained).merge(tmp_path / "new", 7)
    assert not (tmp_path / "new").exists()


def test_without_a_live_version_one_has_to_be_named(trained, tmp_path):
    with trained.database.write() as session:
        versions.get_live(session, "llm_head").status = "retired"
    with pytest.raises(NotFound, match="name one with --version"):
        merging(trained).merge(tmp_path / "new")
