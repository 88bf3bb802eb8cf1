"""What there is, in numbers: the answer of `app.py status --json`."""

from dataclasses import dataclass
from typing import Any

from classifier.examples import CLASSIFIERS
from storage import jobs, status, versions
from storage.database import Database

SPEAKING = (*CLASSIFIERS, "retriever")


@dataclass(frozen=True)
class Status:
    """The use case of counting."""

    database: Database

    def report(self) -> dict[str, Any]:
        """Count items, labels, annotations, versions and jobs."""
        with self.database.read() as session:
            splits, labelled = status.count_items_by_split(session), status.count_labelled(session)
            live = versions.list_live(session)
            return {
                "items": {
                    "total": sum(splits.values()),
                    "sample": status.count_sample_items(session),
                    "states": status.count_items_by_state(session),
                    "splits": splits,
                    "labelled": labelled,
                    "kinds": status.count_items_by_kind(session),
                },
                "labels": {
                    "total": status.count_labels(session, archived=False),
                    "archived": status.count_labels(session, archived=True),
                },
                "annotations": status.count_annotations(session),
                "versions": {
                    name: {
                        "live": live[name].number if name in live else None,
                        "id": live[name].id if name in live else None,
                        "micro_f1": live[name].metrics.get("micro_f1") if name in live else None,
                        "statuses": self._statuses(versions.count_by_status(session), name),
                    }
                    for name in SPEAKING
                },
                "jobs": jobs.count_by_status(session),
                "unfinished_jobs": jobs.count_unfinished(session),
            }

    @staticmethod
    def _statuses(counts: dict[tuple[str, str], int], classifier: str) -> dict[str, int]:
        return {state: count for (name, state), count in counts.items() if name == classifier}
