"""How a classifier stands to a label: what the filter lists is what the map counts, on a real SQLite file."""

import pytest
from sqlalchemy import delete

from storage import cells, queue
from storage.queue import QueueFilter
from storage.tables import Prediction
from workflow.annotating import Said, annotate
from workflow.labels import Labels
from workflow.standings import refresh

RECALL, PLEDGE, FORECAST = 1, 2, 3
NAMES = {RECALL: "产品召回", PLEDGE: "股权质押", FORECAST: "业绩预告"}


@pytest.fixture
def decided(spoken):
    """On item 1 bert says 2, the others 1; on 2 all say 2; on 3 they say 1, 2, 3. People said 1 of the item 2."""
    with spoken.write() as session:
        annotate(session, Said(2, "submitted", "lin", labels=(NAMES[RECALL],)))
        refresh(session, [2])
    return spoken


def ids(database, **chosen):
    with database.read() as session:
        return sorted(queue.list_ids(session, QueueFilter(state="", **chosen), 10))


def stances(database, against):
    with database.read() as session:
        return cells.count_by_stance(session, QueueFilter(state=""), against)


@pytest.mark.parametrize(
    ("classifier", "stance", "label", "expected"),
    [
        ("bert", "alone", PLEDGE, [1]),
        ("bert", "alone", RECALL, [3]),
        ("bert", "outvoted", RECALL, [1]),
        ("llm_head", "outvoted", RECALL, []),
        ("prompt", "alone", FORECAST, [3]),
        ("bert", "beyond_truth", PLEDGE, [2]),
        ("bert", "short_of_truth", RECALL, [2]),
    ],
)
def test_a_stance_lists_the_items_on_which_it_is_taken(decided, classifier, stance, label, expected):
    assert ids(decided, classifier=classifier, stance=stance, label=NAMES[label]) == expected


def test_without_a_label_any_label_counts_and_an_item_counts_once(decided):
    assert ids(decided, classifier="bert", stance="alone") == [1, 3]
    assert stances(decided, "classifiers").any_label[("bert", "alone")] == 2


@pytest.mark.parametrize("against", ["people", "classifiers"])
def test_every_number_of_the_map_is_the_length_of_its_list(decided, against):
    counted = stances(decided, against)
    for label_id, counts in counted.cells.items():
        for (classifier, stance), count in counts.items():
            assert len(ids(decided, classifier=classifier, stance=stance, label=NAMES[label_id])) == count
    for (classifier, stance), count in counted.any_label.items():
        assert len(ids(decided, classifier=classifier, stance=stance)) == count


def test_only_what_could_be_measured_is_counted(decided):
    assert stances(decided, "people").items == 1
    assert stances(decided, "classifiers").items == 3


def test_who_has_not_spoken_of_an_item_misses_nothing_and_outvotes_nobody(decided):
    with decided.write() as session:
        session.execute(delete(Prediction).where(Prediction.item_id == 2, Prediction.version_id == 1))
        session.execute(delete(Prediction).where(Prediction.item_id == 1, Prediction.version_id == 3))
        refresh(session, [1, 2])
    assert ids(decided, classifier="bert", stance="short_of_truth") == []
    assert ids(decided, classifier="bert", stance="alone", label=NAMES[PLEDGE]) == []
    assert ids(decided, classifier="bert", stance="outvoted") == []


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [(PLEDGE, RECALL, [1]), (RECALL, FORECAST, [3]), (RECALL, RECALL, []), (PLEDGE, None, [])],
)
def test_a_pair_lists_where_one_says_this_and_the_other_that(decided, mine, theirs, expected):
    names = {"label": NAMES.get(mine, ""), "rival_label": NAMES.get(theirs, "")}
    assert ids(decided, classifier="bert", stance="instead", rival="prompt", **names) == expected


def test_pairs_count_what_their_filter_lists_nothing_among_them(decided):
    with decided.write() as session:
        session.get(Prediction, (1, 1)).proposed = []
        refresh(session, [1])
    with decided.read() as session:
        counted = cells.count_pairs(session, QueueFilter(state=""), "bert", "prompt")
        turned = cells.count_pairs(session, QueueFilter(state=""), "prompt", "bert")
    assert counted == {(None, RECALL): 1, (RECALL, FORECAST): 1}
    assert turned == {(theirs, mine): count for (mine, theirs), count in counted.items()}
    assert ids(decided, classifier="bert", stance="instead", rival="prompt", rival_label=NAMES[RECALL]) == [1]


def test_an_archived_label_is_in_no_cell(decided):
    Labels(decided).archive(PLEDGE)
    assert PLEDGE not in stances(decided, "classifiers").cells
    assert ids(decided, classifier="bert", stance="alone") == [3]
