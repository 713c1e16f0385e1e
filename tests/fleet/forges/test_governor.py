"""The governor: one gate for all threads of a process, by a clock of the test's or by the real one."""

import threading

import pytest

from scaffold.forges import governor
from scaffold.forges.governor import Governor
from scaffold.forges.pacing import HOUR, Limits
from scaffold.forges.port import ForgeError, PausedError
from tests.fleet.forges.served import Clock


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def gate(clock):
    return Governor("git.test", now=clock.now, sleep=clock.sleep)


def test_it_sleeps_until_a_request_may_go(gate, clock):
    for _ in range(501):
        with gate.turn("create"):
            pass
    assert clock.at == 1_000.0 + HOUR


def test_a_pause_stops_everybody_and_is_waited_for(gate, clock):
    gate.pause(90, "secondary rate limit")
    assert gate.paused() == (90, "secondary rate limit")
    with gate.turn("read"):
        assert clock.at == 1_090.0
    assert gate.paused() is None


def test_what_would_take_longer_than_patience_is_said_and_not_waited_for(gate, clock):
    gate.pause(3_600, "abuse detection")
    with pytest.raises(PausedError) as caught, gate.turn("read", patience=60):
        pytest.fail("it went")
    assert str(caught.value) == (
        "git.test is to be left alone for 3,600 s more: abuse detection (run it again then; what was done is known)"
    )
    assert caught.value.seconds == 3_600
    assert clock.slept == []


def test_a_pause_that_comes_while_one_waits_is_waited_for_too(clock):
    gate = Governor("git.test", now=clock.now, sleep=lambda seconds: (clock.sleep(seconds), late()))

    def late():
        if len(clock.slept) == 1:
            gate.pause(30, "again")

    gate.pause(10, "first")
    with gate.turn("read"):
        assert clock.at == 1_040.0


def test_what_is_out_is_counted_until_it_is_answered(gate):
    gate.learn("core", 5_000, 2_001, 600.0)
    with gate.turn("read"), pytest.raises(PausedError), gate.turn("read", patience=1):
        pass
    with gate.turn("read"):
        pass


def test_no_more_are_out_at_once_than_may_be():
    gate = Governor("git.test", Limits(0, 1, 0, 0, 3, 0.0, 0.0))
    lock, out, most = threading.Lock(), 0, 0

    def ask():
        nonlocal out, most
        for _ in range(20):
            with gate.turn("read"):
                with lock:
                    out += 1
                    most = max(most, out)
                threading.Event().wait(0.001)
                with lock:
                    out -= 1

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 3


def test_threads_together_send_no_more_than_one_alone():
    gate = Governor("git.test", Limits(0, 1, 5, 0, 0, 0.0, 0.0))
    sent = []

    def ask():
        for _ in range(4):
            try:
                with gate.turn("create", patience=1):
                    sent.append(1)
            except PausedError:
                return

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == 5


def test_who_waits_is_woken_when_the_run_ends():
    gate = Governor("git.test")
    gate.pause(3_000, "abuse")
    ended = []

    def ask():
        try:
            with gate.turn("read"):
                ended.append("went")
        except ForgeError as error:
            ended.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    gate.stop()
    thread.join(30)
    assert ended == ["git.test is not asked any more, as this run ends"]


def test_a_process_has_one_for_each_host():
    limits = Limits()
    assert governor.of("one.test", limits) is governor.of("one.test", Limits(at_once=1))
    assert governor.of("one.test", limits) is not governor.of("two.test", limits)


def test_a_run_that_ended_stops_no_later_one():
    gate = governor.of("three.test", Limits())
    gate.stop()
    with governor.of("three.test", Limits()).turn("read"):
        pass


def test_how_long_the_rest_will_take_counts_the_pause(gate):
    assert gate.seconds({"create": 3}) == 2.0
    gate.pause(100, "abuse")
    assert gate.seconds({"create": 3, "read": 7}) == 102.0
    assert gate.seconds({}) == 0.0
