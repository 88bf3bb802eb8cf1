"""Brings a database's schema up to date with alembic, and refuses one that a newer program has written."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

SCRIPTS = str(Path(__file__).parent / "migrations")


class UnusableDatabase(Exception):  # noqa: N818 - reads as the sentence it carries
    """A database that this program must not touch; the text says why."""


def migrate(engine: Engine) -> None:
    """Upgrade to the newest revision; safe when several processes start at once."""
    scripts = ScriptDirectory(SCRIPTS)
    with engine.execution_options(writes=True).begin() as connection:
        # The write lock is held from here, so of two starting processes the second finds the work done.
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision == scripts.get_current_head():
            return
        if revision is not None and revision not in {script.revision for script in scripts.walk_revisions()}:
            raise UnusableDatabase(f"The database is newer ({revision}) than this program; update the program.")
        config = Config()
        config.set_main_option("script_location", scripts.dir)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
