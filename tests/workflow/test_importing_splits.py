"""Splits are decided once: near-duplicates lie together, rare labels stay in train, a file may bring its own."""

import random
from collections import Counter

import pytest
from sqlalchemy import select

from storage.known import count_labels_by_split
from storage.tables import Item, NearDuplicateKey
from tests.workflow.bringing import write_jsonl
from workflow.dealing import MEASURED, Dealer, choose_ratios
from workflow.importing import Importing
from workflow.placing import MOST_COMPARED

WORDS = "云岭远山星河海棠北辰青禾长风明湖银杏沧澜瑞石南屏金穗天澄朗月东篱启明华垦鹿鸣九畹白鹭"


LENGTH = 150


def make_texts(count, seed=0):
    dice = random.Random(seed)
    return ["".join(dice.choices(WORDS, k=LENGTH)) for _ in range(count)]


def splits_by_text(database):
    with database.read() as session:
        return dict(session.execute(select(Item.text, Item.split)).all())


def test_labels_are_spread_over_the_splits_and_rare_ones_stay_in_train(database, tmp_path):
    labels = ["常见"] * 600 + ["少见"] * 60 + ["罕见"] * 4
    rows = [{"text": text, "labels": [label]} for text, label in zip(make_texts(664), labels, strict=True)]
    report = Importing(database, tmp_path).run(write_jsonl(tmp_path / "a.jsonl", rows))
    with database.read() as session:
        found = Counter(count_labels_by_split(session))
    assert {split: found["常见", split] for split in report.splits} == pytest.approx(
        {"train": 480, "validation": 60, "gold": 60}, abs=6
    )
    assert found["少见", "gold"] in range(4, 9)
    assert found["罕见", "train"] == 4


def test_copies_of_a_story_never_straddle_splits(database, tmp_path):
    texts = make_texts(120)
    rows = [{"text": text + tail, "labels": ["甲"]} for text in texts for tail in ("", "。", "（完）", "！快讯")]
    random.Random(1).shuffle(rows)
    Importing(database, tmp_path).run(write_jsonl(tmp_path / "a.jsonl", rows))
    later = write_jsonl(tmp_path / "b.jsonl", [{"text": f"{text}更新", "labels": ["乙"]} for text in texts])
    Importing(database, tmp_path).run(later)
    of_story = {}
    for text, split in splits_by_text(database).items():
        of_story.setdefault(text[:LENGTH], set()).add(split)
    assert set(map(len, of_story.values())) == {1}
    assert {split for splits in of_story.values() for split in splits} == {"train", "validation", "gold"}
    with database.read() as session:
        clusters = Counter(session.scalars(select(Item.cluster)))
    assert len(clusters) == 120
    assert 0 not in clusters


def test_unlabelled_items_are_train_unless_they_resemble_gold(database, tmp_path):
    texts = make_texts(20)
    Importing(database, tmp_path).run(
        write_jsonl(tmp_path / "a.jsonl", [{"text": text, "labels": ["甲"]} for text in texts[:10]]), split="gold"
    )
    Importing(database, tmp_path).run(write_jsonl(tmp_path / "b.jsonl", [{"text": f"{text}。续"} for text in texts]))
    found = splits_by_text(database)
    assert {found[f"{text}。续"] for text in texts[:10]} == {"gold"}
    assert {found[f"{text}。续"] for text in texts[10:]} == {"train"}


def test_a_file_with_a_split_of_its_own_keeps_it_and_its_clusters_are_known(database, tmp_path):
    bring, texts = Importing(database, tmp_path), make_texts(30)
    bring.run(write_jsonl(tmp_path / "a.jsonl", [{"text": t, "labels": ["甲"]} for t in texts]), split="train")
    report = bring.run(
        write_jsonl(tmp_path / "b.jsonl", [{"text": t + "续", "labels": ["甲"]} for t in texts]), split="gold"
    )
    assert report.splits == {"gold": 30}
    with database.read() as session:
        # Training leaves out what shares a cluster with gold, so the official gold file stays honest.
        assert len(set(session.scalars(select(Item.cluster).where(Item.split == "gold")))) == 30


def test_a_column_may_name_the_split(database, tmp_path):
    rows = [
        {"text": t, "labels": ["甲"], "split": s} for t, s in zip(make_texts(3), ("dev", "test", "train"), strict=True)
    ]
    report = Importing(database, tmp_path).run(write_jsonl(tmp_path / "a.jsonl", rows))
    assert report.splits == {"validation": 1, "gold": 1, "train": 1}


def test_where_gold_came_with_a_file_of_its_own_the_rest_is_for_train_and_validation(database, tmp_path):
    bring, texts = Importing(database, tmp_path), make_texts(400)
    bring.run(write_jsonl(tmp_path / "a.jsonl", [{"text": t, "labels": ["甲"]} for t in texts[:100]]), split="gold")
    report = bring.run(write_jsonl(tmp_path / "b.jsonl", [{"text": t, "labels": ["甲"]} for t in texts[100:]]))
    assert "gold" not in report.splits
    assert report.splits["validation"] in range(28, 45)


def test_the_order_of_a_set_decides_nothing():
    names = [f"label {place}" for place in range(10)]
    dealer = Dealer()
    dealer.deal({1: frozenset(names)})
    assert list(dealer.columns) == names


def test_gold_and_validation_stop_growing_when_they_say_enough():
    assert choose_ratios(100) == pytest.approx((0.8, 0.1, 0.1))
    assert choose_ratios(100_000)[2] * 100_000 == MEASURED


def test_of_a_common_phrase_only_so_many_keys_are_kept_as_are_compared(database, tmp_path):
    """Guards against imports that took ever longer: each row was read beside all that share its phrase."""
    (phrase,) = make_texts(1)
    importing = Importing(database, tmp_path)
    for file in range(3):
        rows = [{"text": f"{phrase}{file * 30 + number}"} for number in range(30)]
        importing.run(write_jsonl(tmp_path / f"{file}.jsonl", rows))
    with database.read() as session:
        holders = Counter(session.scalars(select(NearDuplicateKey.key)))
        clusters = set(session.scalars(select(Item.cluster)))
    assert max(holders.values()) == MOST_COMPARED
    assert len(clusters) == 1
