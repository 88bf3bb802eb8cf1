"""The shipped sample is rich, known to the last wrong label, and goes away without a trace."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from storage.heard import has_heard, heard
from storage.tables import Claim, Item, Job, Label, NearDuplicateKey, Standing, Truth, Version
from storage.versions import add_version
from tests.workflow.bringing import count, labels_of, write_jsonl
from workflow.import_views import ImportPlan
from workflow.importing import Importing
from workflow.sample import NOISE_SHARE, make_sample


@pytest.fixture(scope="module")
def sample():
    return make_sample()


def labelled(sample, split):
    return [row for row in sample.rows if row.labels is not None and row.split == split]


def test_it_is_always_the_same(sample):
    assert make_sample() == sample


def test_it_has_the_promised_make_up(sample):
    queue = [row for row in sample.rows if row.labels is None]
    assert 2_900 <= len(sample.rows) <= 3_400
    assert 850 <= len(queue) <= 1_050
    assert len(sample.labels) >= 60
    assert all(label.description and label.group for label in sample.labels)
    sizes = Counter(len(row.labels) for split in ("train", "validation", "gold") for row in labelled(sample, split))
    assert sizes[0] > 100
    assert sizes[2] > 500
    english = sum(row.text.isascii() for row in sample.rows) / len(sample.rows)
    assert 0.15 < english < 0.25
    assert all(row.source and row.published_at for row in sample.rows)


def test_half_of_the_labels_are_rare_and_each_can_be_learned_and_measured(sample):
    train = Counter(label for row in labelled(sample, "train") for label in row.labels)
    gold = Counter(label for row in labelled(sample, "gold") for label in row.labels)
    rare = [label.name for label in sample.labels if train[label.name] < 50]
    assert 0.4 < len(rare) / len(sample.labels) < 0.7
    assert sum(5 <= train[name] <= 20 for name in rare) > 20
    assert all(train[label.name] >= 3 for label in sample.labels)
    assert sum(gold[label.name] > 0 for label in sample.labels) >= 60


def test_no_text_comes_twice_and_no_slot_is_left_open(sample):
    assert len({row.text for row in sample.rows}) == len(sample.rows)
    assert not any(set(row.text) & set("{}[]|") for row in sample.rows)
    assert all(15 <= len(row.text) <= 500 for row in sample.rows)


def test_wrong_labels_are_a_known_share_and_never_in_gold(sample):
    by_id = {row.external_id: row for row in sample.rows}
    outside_gold = len(labelled(sample, "train")) + len(labelled(sample, "validation"))
    assert len(sample.wrong) == round(NOISE_SHARE * outside_gold)
    assert {by_id[wrong].split for wrong in sample.wrong} <= {"train", "validation"}


@pytest.mark.slow
def test_a_linear_model_does_well_and_not_perfectly(sample):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics import f1_score
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import MultiLabelBinarizer
    from sklearn.svm import LinearSVC

    binarizer = MultiLabelBinarizer(classes=[label.name for label in sample.labels])
    texts, targets = {}, {}
    for split in ("train", "validation", "gold"):
        texts[split] = [row.text for row in labelled(sample, split)]
        targets[split] = binarizer.fit_transform([row.labels for row in labelled(sample, split)])
    words = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
    model = OneVsRestClassifier(LinearSVC()).fit(words.fit_transform(texts["train"]), targets["train"])
    scores = {split: model.decision_function(words.transform(texts[split])) for split in ("validation", "gold")}

    def micro_f1(split, threshold):
        return f1_score(targets[split], scores[split] > threshold, average="micro")

    best = max((step / 20 for step in range(-20, 5)), key=lambda threshold: micro_f1("validation", threshold))
    assert 0.85 <= micro_f1("gold", best) <= 0.95


def test_loading_it_twice_adds_nothing_twice(database, tmp_path):
    bring = Importing(database, tmp_path)
    first, again = bring.load_sample(), bring.load_sample()
    assert (first.added, again.added) == (first.rows, 0)
    assert bring.sample_present()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Item).where(~Item.is_sample)) == 0


def test_removing_it_leaves_only_what_is_real(database, tmp_path, sample):
    bring = Importing(database, tmp_path)
    bring.load_sample()
    shared = next(row for row in sample.rows if row.labels and len(row.labels) == 1)
    unlabelled = next(row for row in sample.rows if row.labels and row is not shared)
    name = sample.labels[0].name
    bring.run(
        write_jsonl(
            tmp_path / "a.jsonl",
            [{"text": shared.text, "labels": ["自己的标签"]}, {"text": "真实的消息", "labels": [name]}],
        )
    )
    bring.run(write_jsonl(tmp_path / "b.jsonl", [{"text": unlabelled.text, "id": "real"}]))
    version, folder = add_live_version(database, tmp_path)
    removed = bring.remove_sample()

    assert removed["versions"] == 1
    assert removed["items"] == len(sample.rows) - 2
    assert not bring.sample_present()
    assert not folder.exists()
    assert labels_of(database, shared.text) == ({"自己的标签"}, "import")
    assert labels_of(database, unlabelled.text) is None
    assert count(database, Item) == count(database, Standing) == 3
    assert count(database, Truth) == 2
    with database.read() as session:
        assert set(session.scalars(select(Label.name))) == {"自己的标签", name}
        assert session.get(Version, version) is None
        assert not session.scalars(select(Claim).where(Claim.bert)).all()
        assert heard(["prompt"]) in session.scalars(select(Standing.heard)).all()
        assert not session.scalars(select(Standing).where(has_heard(Standing.heard, "bert"))).all()
        assert session.scalar(select(Job.status)) == "cancelled"
        assert set(session.scalars(select(NearDuplicateKey.item_id))) == set(session.scalars(select(Item.id)))
        assert session.scalars(select(Item.external_id).where(Item.text == unlabelled.text)).one() == "real"


def add_live_version(database, data):
    """Store a live version trained on the sample, with a claim on a real item and a job that waits."""
    with database.write() as session:
        version = Version(classifier="bert", number=1, status="live", is_sample=True)
        session.add_all([version, Job(kind="retrain")])
        session.flush()
        real = session.scalars(select(Item.id).where(~Item.is_sample)).first()
        label = session.scalars(select(Label.id).where(Label.is_sample)).first()
        session.add(Claim(item_id=real, label_id=label, bert=True))
        session.get_one(Standing, real).heard = heard(["bert", "prompt"])
        folder = data / "versions" / "bert" / str(version.id)
    folder.mkdir(parents=True)
    (folder / "metadata.json").write_text("{}")
    return version.id, folder


def test_what_comes_after_it_never_has_its_ids(database, tmp_path):
    """Bug: open pages and models in memory took the first real items and versions for the sample's."""
    bring = Importing(database, tmp_path)
    bring.load_sample()
    add_bert(database)
    before = highest_ids(database)
    bring.remove_sample()
    bring.run(write_jsonl(tmp_path / "a.jsonl", [{"text": "真实的消息", "labels": ["甲"]}]))
    add_bert(database)
    assert highest_ids(database) == [last + 1 for last in before]


def add_bert(database):
    with database.write() as session:
        add_version(session, Version(classifier="bert", is_sample=True))


def highest_ids(database):
    with database.read() as session:
        return [session.scalar(select(func.max(table.id))) for table in (Item, Label, Version)]


def test_an_import_can_take_the_place_of_the_sample(database, tmp_path):
    bring = Importing(database, tmp_path)
    bring.load_sample()
    path = write_jsonl(tmp_path / "a.jsonl", [{"text": "真实的消息", "labels": ["甲"]}])
    report = bring.carry_out(path, ImportPlan(keep_sample=False))
    assert not report.sample_present
    assert count(database, Item) == count(database, Label) == 1
