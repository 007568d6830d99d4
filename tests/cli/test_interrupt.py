"""The first Ctrl-C lets what is in hand be done; the second breaks it off; neither is an error."""

import os
import signal
import time
from threading import Thread, Timer

import pytest

from complaint_ledger.cli.interrupt import until_interrupted


@pytest.fixture(autouse=True)
def handler():
    before = signal.getsignal(signal.SIGINT)
    yield before
    assert signal.getsignal(signal.SIGINT) is before
    signal.signal(signal.SIGINT, before)


def test_the_first_lets_what_is_in_hand_be_done():
    done = []
    with until_interrupted() as stop:
        assert not stop.is_set()
        signal.raise_signal(signal.SIGINT)
        done.append("the rest")
        assert stop.is_set()

    assert done == ["the rest"]


def test_the_second_breaks_it_off():
    done = []
    with until_interrupted():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        done.append("the rest")

    assert done == []


def test_who_waits_is_woken():
    Timer(0.1, os.kill, [os.getpid(), signal.SIGINT]).start()
    begun = time.monotonic()
    with until_interrupted() as stop:
        assert stop.wait(60)

    assert time.monotonic() - begun < 30


def test_who_waits_for_a_while_only_is_told_that_it_was_in_vain():
    with until_interrupted() as stop:
        assert not stop.wait(0.15)
        assert not stop.wait(0)


def test_what_goes_wrong_meanwhile_goes_on_up():
    with pytest.raises(OSError, match="full"), until_interrupted():
        raise OSError("full")


def test_a_job_that_ignores_interrupts_goes_on_ignoring_them(handler):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with until_interrupted() as stop:
        signal.raise_signal(signal.SIGINT)
        assert not stop.is_set()

    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    signal.signal(signal.SIGINT, handler)


def test_in_a_thread_that_nobody_can_interrupt_it_does_nothing():
    seen = []

    def work():
        with until_interrupted() as stop:
            seen.append(stop.is_set())

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]
