"""Brings files in: a preview that writes nothing, the import, and the shipped sample's coming and going."""

import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

from classifier.watch import Unwatched, Watch
from storage import annotations, imports
from storage import sample as stored_sample
from storage.database import Database
from storage.known import list_label_names
from storage.tables.base import now
from workflow.dealing import Dealer
from workflow.grouping import guess_groups
from workflow.import_run import CALM_CHUNK, CHUNK, ImportRun, Tally
from workflow.import_views import ImportPlan, ImportPreview, ImportReport
from workflow.readers import Meter, RejectsFile, Survey
from workflow.roles import OPERATOR, Actor, require_lead
from workflow.sample import SAMPLE_NAME, make_sample
from workflow.source_file import SourceFile, look, open_once, understand, usable
from workflow.views import as_json

CALM = timedelta(minutes=1)
"""Who has said nothing for so long may wait a moment for their next save."""


@dataclass(frozen=True)
class Importing:
    """The use cases of the way in. `after` is called when items came in or went, so that predictions follow."""

    database: Database
    data: Path
    after: Callable[[], object] = lambda: None

    def preview(
        self, path: Path | str, mapping: Mapping[str, str] | None = None, encoding: str | None = None
    ) -> ImportPreview:
        """Tell what a file holds; writes nothing. Raise BadInput for a file or mapping that cannot be used."""
        source = understand(path, mapping, encoding)
        rows, rejected = look(source)
        names = list(source.survey.labels)
        with self.database.read() as session:
            present = list_label_names(session, names)
        return ImportPreview(
            filename=source.filename,
            format=source.table.form,
            encoding=source.table.encoding,
            columns=source.table.columns,
            mapping=source.mapping,
            rows=tuple(as_json(row) for row in rows),
            new_labels=tuple(sorted(name for name in names if name not in present)),
            rejected=tuple(rejected),
            sample_present=self.sample_present(),
            total=source.survey.rows,
            labelled=source.survey.labelled,
            separator=source.survey.separator,
        )

    def columns(self, path: Path | str) -> tuple[str, ...]:
        """Return the names of a file's columns, for one of which no name tells that it holds the text."""
        return open_once(Path(path)).columns

    def run(self, path: Path | str, split: str | None = None, by: Actor = OPERATOR) -> ImportReport:
        """Import a file, its columns guessed; the sample stays."""
        return self.carry_out(path, ImportPlan(split=split), by)

    def carry_out(
        self,
        path: Path | str,
        plan: ImportPlan,
        by: Actor = OPERATOR,
        watch: Watch | None = None,
        import_id: int | None = None,
    ) -> ImportReport:
        """Import a file as planned; rows that cannot be used are listed in a rejects file under `exports/`.

        `import_id` is that of `begin`, where somebody wants to follow the import.
        """
        require_lead(by)
        started = time.monotonic()
        source = understand(path, plan.mapping, plan.encoding)
        if not plan.keep_sample:
            self.remove_sample(by)
        run = self._run(import_id or self.begin(source.filename, by.name), source.survey, by.name, plan.split or "")
        rejects = self._write(run, source, plan.say, watch or Unwatched())
        report = self._finish(run, source.filename, rejects, started)
        if report.added or report.labelled:
            self.after()
        return report

    def begin(self, filename: str, person: str) -> int:
        """Record that an import begins; return its id."""
        with self.database.write() as session:
            return imports.add_import(session, filename, person)

    def sample_present(self) -> bool:
        """Tell whether items of the shipped sample are stored."""
        with self.database.read() as session:
            return stored_sample.is_present(session)

    def sample_counts(self) -> dict[str, int]:
        """Count what `remove_sample` would take away, what people said of the sample's items among it."""
        with self.database.read() as session:
            return stored_sample.count(session)

    def load_sample(self) -> ImportReport:
        """Store the shipped sample; what is stored already is left alone."""
        started = time.monotonic()
        sample = make_sample()
        described = {label.name: (label.description, label.group) for label in sample.labels}
        run = self._run(self.begin(SAMPLE_NAME, "sample"), Survey(), "sample", "")
        run = replace(run, is_sample=True, described=described)
        rows = iter(sample.rows)
        while chunk := list(islice(rows, CHUNK)):
            run.tally.rows += len(chunk)
            run.write(chunk)
        return self._finish(run, SAMPLE_NAME, "", started)

    def remove_sample(self, by: Actor = OPERATOR) -> dict[str, int]:
        """Remove the sample: its items, labels that nothing real uses, what was trained on it; return the counts."""
        require_lead(by)
        with self.database.write() as session:
            removed = stored_sample.remove(session)
        for classifier, version_id in removed.versions:
            # The rows are gone, so nothing points here any more; what cannot be deleted now does no harm.
            shutil.rmtree(self.data / "versions" / classifier / str(version_id), ignore_errors=True)
        if removed.items:
            # A job that predicted real items may have been stopped with the others.
            self.after()
        return {"items": removed.items, "labels": removed.labels, "versions": len(removed.versions)}

    def _run(self, import_id: int, survey: Survey, person: str, forced: str) -> ImportRun:
        with self.database.read() as session:
            dealer = Dealer.start(session, survey)
        groups = guess_groups(survey.labels)
        described = {name: ("", group) for name, group in groups.items()}
        return ImportRun(self.database, import_id, person, dealer, described, forced, total=survey.rows)

    def _write(self, run: ImportRun, source: SourceFile, say: Callable[[str], str], watch: Watch) -> str:
        meter, tally = Meter(), run.tally
        # Its name is its only lock where the app has no accounts, so nobody can guess it.
        path = self.data / "exports" / f"rejects-{run.import_id}-{secrets.token_hex(8)}"
        with RejectsFile(path, source.table.form, source.table.columns, say) as rejects:
            records = source.table.records(meter)
            # Records are parsed one by one: one may be much larger than the row that becomes of it.
            while read := list(usable(islice(records, self._chunk()), source.parser, rejects)):
                tally.rows += len(read)
                tally.rejected = rejects.count
                run.write([row for row in read if row])
                watch.progress(meter.share, f"{tally.rows:,} rows read, {tally.added:,} new")
        return str(rejects.path) if rejects.count else ""

    def _chunk(self) -> int:
        """Return how many rows the next transaction may take."""
        with self.database.read() as session:
            last = annotations.get_last_time(session)
        return CALM_CHUNK if last is None or now() - last > CALM else CHUNK

    def _finish(self, run: ImportRun, filename: str, rejects: str, started: float) -> ImportReport:
        report = _report(run.import_id, filename, run.tally, rejects, time.monotonic() - started, self.sample_present())
        with self.database.write() as session:
            imports.finish_import(session, run.import_id, as_json(report))
        return report


def _report(import_id: int, filename: str, tally: Tally, rejects: str, seconds: float, sample: bool) -> ImportReport:
    return ImportReport(
        import_id=import_id,
        filename=filename,
        rows=tally.rows,
        added=tally.added,
        known=tally.known,
        conflicts=tally.conflicts,
        rejected=tally.rejected,
        new_labels=tuple(tally.new_labels),
        labelled=tally.labelled,
        splits=dict(tally.splits),
        rejects=rejects,
        seconds=round(seconds, 3),
        sample_present=sample,
    )
