"""Tickets open one socket, once, for the one whose cookie comes along."""

import time_machine

from hitl import tickets


def test_it_admits_once() -> None:
    ticket = tickets.issue("exe_1", "user:1")
    assert tickets.admit(ticket, "exe_1", "user:1")
    assert not tickets.admit(ticket, "exe_1", "user:1")


def test_it_opens_only_what_it_was_made_for_and_only_for_its_holder() -> None:
    assert not tickets.admit(tickets.issue("exe_1", "user:1"), "exe_2", "user:1")
    assert not tickets.admit(tickets.issue("exe_1", "user:1"), "exe_1", "user:2")


def test_it_is_refused_when_made_up_or_changed() -> None:
    ticket = tickets.issue("exe_1", "user:1")
    for wrong in (None, "", 5, "nonsense", ticket[:-1], ticket + "x"):
        assert not tickets.admit(wrong, "exe_1", "user:1")


def test_it_lasts_a_minute() -> None:
    with time_machine.travel(1_000_000, tick=False) as clock:
        ticket, late = tickets.issue("a", "b"), tickets.issue("a", "b")
        clock.shift(59)
        assert tickets.admit(ticket, "a", "b")
        clock.shift(3)
        assert not tickets.admit(late, "a", "b")
