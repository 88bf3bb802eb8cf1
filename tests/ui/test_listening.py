import socket

import pytest

from ui.listening import listen
from workflow.errors import Refused


def test_an_answer_never_waits_for_the_acknowledgement_of_its_first_half(desk):
    """Bug: asyncio turned Nagle's algorithm off for no connection of ours, and every answer took 40 ms longer."""
    with listen("127.0.0.1", 0, desk.people) as listener:
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_without_accounts_no_other_machine_is_listened_to(desk):
    with pytest.raises(Refused, match="this machine alone"):
        listen("0.0.0.0", 0, desk.people)


def test_a_port_that_is_taken_is_named(desk):
    with listen("127.0.0.1", 0, desk.people) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=str(port)):
            listen("127.0.0.1", port, desk.people)
