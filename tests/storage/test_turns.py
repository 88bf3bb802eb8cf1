"""Writers: what they may lose when the power fails, and how those of one process wait for one another."""

from threading import Event, Thread
from time import sleep

from sqlalchemy import text

FULL, NORMAL = 2, 1


def synchronous(session):
    return session.execute(text("PRAGMA synchronous")).scalar()


def test_what_people_say_is_synced_even_after_a_hasty_write_on_the_same_connection(database):
    for durable, level in ((True, FULL), (False, NORMAL), (True, FULL)):
        with database.write(durable=durable) as session:
            assert synchronous(session) == level


def test_a_writer_waits_for_its_turn_outside_of_sqlite(database):
    """Guards against writers that slept ever longer between two questions while the database had long been free."""
    begun, seen = Event(), []

    def second():
        begun.set()
        with database.write() as session:
            seen.append(synchronous(session))

    with database.write() as session:
        synchronous(session)
        waiting = Thread(target=second)
        waiting.start()
        begun.wait(10)
        sleep(0.3)
        assert database.engine.pool.checkedout() == 1, "the second has a connection, so it asks SQLite"
        assert not seen
    waiting.join(10)
    assert seen == [FULL]


def test_a_write_that_fails_leaves_the_turn_to_the_next(database):
    try:
        with database.write():
            raise OSError("disk full")
    except OSError:
        pass
    with database.write() as session:
        assert synchronous(session) == FULL
