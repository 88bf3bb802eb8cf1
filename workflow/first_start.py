"""What an empty database is filled with when the page opens: the shipped sample, and one ordinary retraining on it.

Safe to be killed at any point: loading the sample again adds nothing twice, and a job that was queued is taken up.
"""

import logging

from storage.database import Database
from storage.first_start import is_untouched
from workflow.errors import TriageError
from workflow.importing import Importing
from workflow.retraining import Retraining
from workflow.roles import LEAD, Actor

ITSELF = Actor("News Triage", LEAD)

logger = logging.getLogger(__name__)


def fill_if_empty(database: Database, importing: Importing, retraining: Retraining) -> bool:
    """Load the sample and start a retraining, where nobody has done anything yet; return whether that was so."""
    with database.read() as session:
        if not is_untouched(session):
            return False
    try:
        importing.load_sample()
        retraining.start(by=ITSELF)
    except TriageError as error:
        # Somebody was quicker, from another window or with a file of their own.
        logger.warning("The sample is not trained on: %s", error)
        return False
    return True
