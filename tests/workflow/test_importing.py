"""An import stores good rows, lists bad ones, and never stores a text twice."""

import csv
import random
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from time import sleep

import pandas
import pytest
from sqlalchemy import func, select

from classifier.watch import Cancelled, Unwatched
from storage import search
from storage.importing import shuffle_key
from storage.tables import Claim, Conflict, Import, Item, Label, Standing, Truth, TruthLabel
from tests.workflow.bringing import count, labels_of, write_jsonl
from workflow import import_run, importing
from workflow.annotating import Said, annotate
from workflow.errors import BadInput
from workflow.import_views import ImportPlan
from workflow.importing import Importing
from workflow.standings import refresh


@pytest.fixture
def desk_importing(database, tmp_path):
    return Importing(database, tmp_path)


ROWS = [
    {"id": "1", "text": "云岭银行股东质押三成股权", "labels": ["财经-质押"], "source": "快讯", "date": "2026-03-01"},
    {"id": "2", "text": "远山科技召回两批水泵", "labels": ["产品-召回", "财经-质押"]},
    {"id": "3", "text": "今日市场平稳", "labels": []},
    {"id": "4", "text": "还没有人看过的一条消息", "labels": None},
]


def test_items_truths_claims_places_and_search_are_written(desk_importing, database, tmp_path):
    report = desk_importing.run(write_jsonl(tmp_path / "a.jsonl", ROWS))
    assert (report.rows, report.added, report.labelled, report.rejected, report.rejects) == (4, 4, 3, 0, "")
    assert set(report.new_labels) == {"财经-质押", "产品-召回"}
    assert labels_of(database, "远山科技召回两批水泵") == ({"产品-召回", "财经-质押"}, "import")
    assert labels_of(database, "今日市场平稳") == (set(), "import")
    assert labels_of(database, "还没有人看过的一条消息") is None
    with database.read() as session:
        states = dict(session.execute(select(Item.external_id, Standing.state).join(Standing)).all())
        assert states == {"1": "labelled", "2": "labelled", "3": "labelled", "4": "open"}
        first = session.scalar(select(Standing).join(Item).where(Item.external_id == "1"))
        assert (first.source, first.published_at.day, first.shuffle) == ("快讯", 1, shuffle_key(first.item_id))
        assert session.scalar(select(func.count()).select_from(Claim).where(Claim.truth)) == 3
        assert session.scalars(select(Item.external_id).where(search.matches(session, Item.id, "召回"))).all() == ["2"]
        assert dict(session.execute(select(Label.name, Label.group)).all())["产品-召回"] == "产品"
        assert session.scalar(select(Import.ended_at)) is not None


def drawn(database):
    with database.read() as session:
        items = session.execute(select(Standing.item_id, Standing.heard).order_by(Standing.item_id)).all()
        claims = session.execute(select(Claim.item_id, Claim.label_id, Claim.truth, Claim.heard)).all()
    return items, sorted(claims)


def test_what_follows_from_labels_is_written_as_it_would_be_drawn_anew(desk_importing, database, tmp_path):
    desk_importing.run(write_jsonl(tmp_path / "a.jsonl", ROWS))
    written = drawn(database)
    with database.write() as session:
        refresh(session, [item_id for item_id, _ in written[0]])
    assert drawn(database) == written


def test_the_same_file_twice_adds_nothing_twice(desk_importing, database, tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [*ROWS, {"text": ROWS[0]["text"], "labels": ["别的"]}])
    first = desk_importing.run(path)
    before = {table: count(database, table) for table in (Item, Truth, TruthLabel, Claim, Conflict, Label, Standing)}
    again = desk_importing.run(path)
    assert (first.conflicts, again.added, again.known, again.conflicts, again.labelled) == (1, 0, 5, 0, 0)
    assert before == {table: count(database, table) for table in before}


def test_width_and_white_space_make_no_other_item(desk_importing, tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [{"text": "ＡＢＣ公司 上涨5%"}, {"text": "ABC公司上涨５％ "}])
    assert desk_importing.run(path).added == 1


def test_other_labels_for_a_known_text_are_a_conflict_and_the_first_stay(desk_importing, database, tmp_path):
    desk_importing.run(write_jsonl(tmp_path / "a.jsonl", ROWS))
    report = desk_importing.run(write_jsonl(tmp_path / "b.jsonl", [{"text": ROWS[0]["text"], "labels": ["产品-召回"]}]))
    assert (report.added, report.conflicts) == (0, 1)
    assert labels_of(database, ROWS[0]["text"]) == ({"财经-质押"}, "import")
    with database.read() as session:
        conflict = session.scalars(select(Conflict)).one()
        assert (conflict.labels, conflict.line) == (["产品-召回"], 1)


def test_an_unlabelled_item_gets_its_truth_from_a_later_file(desk_importing, database, tmp_path):
    desk_importing.run(write_jsonl(tmp_path / "a.jsonl", ROWS))
    report = desk_importing.run(write_jsonl(tmp_path / "b.jsonl", [{"text": ROWS[3]["text"], "labels": ["产品-召回"]}]))
    assert (report.added, report.labelled, report.conflicts) == (0, 1, 0)
    assert labels_of(database, ROWS[3]["text"]) == ({"产品-召回"}, "import")
    with database.read() as session:
        item = session.scalars(select(Item).where(Item.external_id == "4")).one()
        assert item.row_version == 2
        assert session.get(Standing, item.id).state == "labelled"
        assert session.scalars(select(Claim.truth).where(Claim.item_id == item.id)).all() == [True]


def test_what_a_person_decided_is_never_overwritten(desk_importing, database, tmp_path):
    desk_importing.run(write_jsonl(tmp_path / "a.jsonl", ROWS))
    with database.write() as session:
        for truth in session.scalars(select(Truth)):
            truth.origin, truth.person = "annotation", "李"
    report = desk_importing.run(write_jsonl(tmp_path / "b.jsonl", [{"text": ROWS[0]["text"], "labels": ["产品-召回"]}]))
    assert report.conflicts == 1
    assert labels_of(database, ROWS[0]["text"]) == ({"财经-质押"}, "annotation")


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "json", "xlsx"])
def test_rejected_rows_are_listed_in_the_form_of_the_file(desk_importing, tmp_path, form):
    frame = pandas.DataFrame({"id": ["1", "2", "3"], "text": ["好", "+cmd()", "坏"], "date": ["", "nie", "nie"]})
    path = tmp_path / f"news.{form}"
    if form in ("csv", "tsv"):
        frame.to_csv(path, index=False, sep="\t" if form == "tsv" else ",")
    elif form == "xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_json(path, orient="records", lines=form == "jsonl", force_ascii=False)
    report = desk_importing.run(path)
    assert (report.added, report.rejected) == (1, 2)
    assert report.rejects.endswith(f".{form}")
    read = {"csv": pandas.read_csv, "xlsx": pandas.read_excel, "json": pandas.read_json}
    found = {
        **read,
        "tsv": lambda path: pandas.read_csv(path, sep="\t"),
        "jsonl": lambda path: pandas.read_json(path, lines=True),
    }[form](report.rejects)
    assert list(found.columns) == ["id", "text", "date", "line", "column", "reason"]
    assert found["reason"].tolist() == ["not a date: nie"] * 2
    assert found["column"].tolist() == ["date"] * 2
    # A spreadsheet must not run what stands in a rejected row.
    assert found["text"].tolist() == ["'+cmd()" if form in ("csv", "tsv", "xlsx") else "+cmd()", "坏"]


def test_rejected_rows_that_were_mended_can_be_imported(desk_importing, database, tmp_path):
    (tmp_path / "a.csv").write_text("id,text,date\n1,=SUM(A1) 的消息,nie\n", "utf-8")
    rejects = desk_importing.run(tmp_path / "a.csv").rejects
    with Path(rejects).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with (tmp_path / "b.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerow(rows[0] | {"date": "2026-03-01"})
    desk_importing.run(tmp_path / "b.csv")
    with database.read() as session:
        assert session.scalars(select(Item.text)).all() == ["=SUM(A1) 的消息"]


def test_a_file_that_is_no_table_touches_nothing(desk_importing, database, tmp_path):
    (tmp_path / "photo.csv").write_bytes(b"\xff\xd8\xff" + bytes(range(256)) * 9)
    with pytest.raises(BadInput, match="picture"):
        desk_importing.carry_out(tmp_path / "photo.csv", ImportPlan(keep_sample=False))
    with pytest.raises(BadInput, match="no split called test"):
        desk_importing.run(write_jsonl(tmp_path / "a.jsonl", ROWS), split="test")
    assert count(database, Import) == 0


def test_a_file_of_which_no_row_can_be_read_says_why_of_the_first(desk_importing, tmp_path):
    (tmp_path / "wide.csv").write_text("text,labels\na,b,c\na,b,c,d\n")
    with pytest.raises(BadInput, match=r"^wide.csv has no row that can be read; line 2: 3 columns where .* has 2"):
        desk_importing.run(tmp_path / "wide.csv")


def test_preview_tells_all_and_writes_nothing(desk_importing, database, tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [*ROWS, {"text": ""}])
    preview = desk_importing.preview(path)
    assert (preview.format, preview.encoding, preview.total, preview.labelled) == ("jsonl", "utf-8", 5, 2)
    assert preview.mapping == {
        "text": "text",
        "labels": "labels",
        "external_id": "id",
        "source": "source",
        "published_at": "date",
    }
    assert preview.new_labels == ("产品-召回", "财经-质押")
    assert preview.rejected == ((5, "text", "no text"),)
    assert [row["labels"] for row in preview.rows] == [["财经-质押"], ["产品-召回", "财经-质押"], [], None]
    assert count(database, Item) == count(database, Import) == 0


def test_an_import_that_was_stopped_is_completed_by_the_next_one(desk_importing, database, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "CALM_CHUNK", 10)
    path = write_jsonl(
        tmp_path / "a.jsonl", [{"text": f"第{number}条，内容各不相同{number**3}"} for number in range(35)]
    )

    class Stop(Unwatched):
        steps = 0

        def progress(self, done, message=""):
            self.steps += 1
            if self.steps == 2:
                raise Cancelled

    with pytest.raises(Cancelled):
        desk_importing.carry_out(path, ImportPlan(), watch=Stop())
    assert count(database, Item) == 20
    assert desk_importing.run(path).added == 15
    assert count(database, Item) == count(database, Standing) == 35


def test_an_import_that_had_to_wait_lets_others_go_first(desk_importing, database, tmp_path, monkeypatch):
    pauses, is_held, prepare = [], Event(), import_run._prepare

    def hold():
        with database.write():
            is_held.set()
            sleep(0.1)

    def prepare_behind_somebody(rows):
        Thread(target=hold).start()
        is_held.wait()
        return prepare(rows)

    monkeypatch.setattr(import_run, "sleep", pauses.append)
    monkeypatch.setattr(import_run, "_prepare", prepare_behind_somebody)
    desk_importing.run(write_jsonl(tmp_path / "a.jsonl", ROWS))
    assert 0.2 < min(pauses) <= max(pauses) <= import_run.LONGEST_PAUSE


def test_transactions_are_short_while_somebody_annotates(desk_importing, database, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "CALM_CHUNK", 3)
    monkeypatch.setattr(importing, "CHUNK", 2)
    monkeypatch.setattr(importing, "CALM", timedelta(hours=1))
    seen = []

    class Busy(Unwatched):
        def progress(self, done, message=""):
            seen.append(count(database, Item))
            if seen[-1] == 3:
                with database.write() as session:
                    annotate(session, Said(1, "skipped", "ann"))
            if seen[-1] == 7:
                monkeypatch.setattr(importing, "CALM", timedelta(0))

    texts = [{"text": f"第{number}条，内容各不相同{number**3}", "labels": ["财经"]} for number in range(12)]
    desk_importing.carry_out(write_jsonl(tmp_path / "a.jsonl", texts), ImportPlan(), watch=Busy())
    assert seen == [3, 5, 7, 10, 12]


def test_progress_ends_at_one_and_predictions_are_asked_for_once(database, tmp_path):
    asked, seen = [], []

    class Watch(Unwatched):
        def progress(self, done, message=""):
            seen.append(done)

    bring = Importing(database, tmp_path, after=lambda: asked.append(1))
    path = write_jsonl(tmp_path / "a.jsonl", ROWS)
    bring.carry_out(path, ImportPlan(), watch=Watch())
    bring.run(path)
    assert seen[-1] == 1.0
    assert asked == [1]


def test_a_label_of_a_chunk_that_failed_is_not_left_behind(desk_importing, database, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(import_run.rows_in, "add_truth_claims", fail)
    with pytest.raises(OSError, match="disk full"):
        desk_importing.run(write_jsonl(tmp_path / "a.jsonl", ROWS))
    assert count(database, Item) == count(database, Label) == count(database, Standing) == 0


def test_damaged_bytes_never_end_an_import_otherwise_than_in_one_sentence(desk_importing, tmp_path):
    """Guards against undecodable bytes that reached the rejects file through a date, a header or a reason."""
    dice, sentences = random.Random(7), []
    sound = "编号,正文,标签,日期\n" + "".join(f"{n},第{n}条消息，{n**2}亿元,甲|乙,2024年3月5日\n" for n in range(40))
    for _ in range(60):
        damaged = bytearray(sound.encode())
        for _ in range(dice.choice([1, 5, 60])):
            spot = dice.randrange(len(damaged))
            damaged[spot : spot + dice.randrange(3)] = dice.choice(
                [b'"', b"\n", b"\x00", b"\xff", b"\xe6", b",", b"\x1b"]
            )
        (tmp_path / "damaged.csv").write_bytes(damaged)
        try:
            report = desk_importing.run(tmp_path / "damaged.csv")
        except BadInput as refused:
            sentences.append(str(refused))
        else:
            assert report.rows == report.added + report.known + report.rejected
    assert not any("\n" in sentence for sentence in sentences)
