import pytest

from ui import throttle
from ui.throttle import Throttle, place_of


def test_after_the_last_try_a_key_waits_a_whole_minute(clock):
    tries = Throttle(tries=3, seconds=60, clock=clock)
    for clock.now in (0, 50, 59):
        assert tries.admit("ann")
    for clock.now in (60, 118):
        assert not tries.admit("ann")
    clock.now = 120
    assert tries.admit("ann")


def test_tries_that_are_spread_out_lock_nobody(clock):
    tries = Throttle(tries=3, seconds=60, clock=clock)
    for clock.now in range(0, 1000, 31):
        assert tries.admit("ann")


def test_whoever_was_right_starts_afresh(clock):
    tries = Throttle(tries=2, clock=clock)
    assert [tries.admit("ann") for _ in range(2)] == [True, True]
    tries.forget("ann")
    assert tries.admit("ann")


def test_however_many_keys_are_tried_few_are_remembered(clock, monkeypatch):
    monkeypatch.setattr(throttle, "MOST_KEYS", 100)
    tries = Throttle(tries=2, clock=clock)
    for number in range(1000):
        tries.admit(f"name {number}")
    assert len(tries) == 100


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_ipv6_network_counts_as_one_address(address, place):
    assert place_of(address) == place
