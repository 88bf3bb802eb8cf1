from threading import Barrier, Thread
from time import monotonic, sleep

import pytest

from workflow.turns import PATIENCE, Turns


def test_one_goes_after_the_other():
    turns, busy, together = Turns(), [], []
    start = Barrier(4)

    def go():
        start.wait()
        with turns.one():
            together.append(len(busy))
            busy.append(1)
            sleep(0.002)
            busy.pop()

    threads = [Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [0] * 4


def test_who_takes_long_is_not_waited_for_and_whatever_fails_gives_its_turn_back():
    turns = Turns()
    with turns.one():
        began = monotonic()
        with turns.one():
            assert monotonic() - began >= PATIENCE
    with pytest.raises(ValueError, match="broken"), turns.one():
        raise ValueError("broken")
    began = monotonic()
    with turns.one():
        assert monotonic() - began < PATIENCE
