"""Labels are added once, renamed, described, archived; never lost."""

import pytest

from storage import truths
from workflow.annotating import Said, annotate
from workflow.errors import BadInput, NotFound, Refused
from workflow.labels import Labels


@pytest.fixture
def labels(desk):
    return Labels(desk)


def test_a_new_label_is_listed_with_its_group(labels):
    added = labels.add("  高管  减持 ", "高管卖出股份", "股权")
    assert added.name == "高管 减持"
    assert (added.group, added.band, added.train) == ("股权", "tail", 0)
    assert added in labels.list()


def test_a_name_is_given_once(labels):
    with pytest.raises(Refused, match="already a label '产品召回'"):
        labels.add("产品召回")
    with pytest.raises(Refused, match="already"):
        labels.rename(2, "产品召回")
    assert labels.rename(1, "产品召回").name == "产品召回"


@pytest.mark.parametrize(("name", "reason"), [(" ", "needs a name"), ("长" * 201, "201 characters")])
def test_a_name_that_cannot_be_used_is_refused_with_the_reason(labels, name, reason):
    with pytest.raises(BadInput, match=reason):
        labels.add(name)


def test_a_renamed_label_keeps_its_items(labels, desk):
    with desk.write() as session:
        annotate(session, Said(1, "submitted", "lin", labels=("产品召回",)))
    assert labels.rename(1, "召回").train == 1
    with desk.read() as session:
        assert truths.get_truth(session, 1).labels == {1: "召回"}


def test_an_archived_label_cannot_be_given_and_comes_back(labels, desk):
    labels.archive(1)
    assert "产品召回" not in [label.name for label in labels.list()]
    assert [label.name for label in labels.list(include_archived=True) if label.archived] == ["产品召回"]
    with pytest.raises(BadInput), desk.write() as session:
        annotate(session, Said(1, "submitted", "lin", labels=("产品召回",)))
    with pytest.raises(Refused, match="archived"):
        labels.add("产品召回")
    labels.restore(1)
    assert "产品召回" in [label.name for label in labels.list()]


def test_an_unknown_label_is_told(labels):
    with pytest.raises(NotFound, match="no label 99"):
        labels.describe(99, "", "")
