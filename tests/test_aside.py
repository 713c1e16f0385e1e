"""Work in threads that nobody waits for when all is to end."""

from threading import Event

import pytest

from scaffold.process.aside import results


def never():
    raise AssertionError("all was done")


def test_what_comes_of_each_job_comes_once():
    assert sorted(results(lambda job: job * 2, range(50), 4, never)) == [job * 2 for job in range(50)]
    assert list(results(never, [], 4, never)) == []


def test_what_one_raises_ends_all_and_what_hangs_is_left():
    hangs, begun, ended = Event(), [], Event()

    def do(job):
        begun.append(job)
        if job == 1:
            raise ValueError("one")
        hangs.wait(60)

    try:
        with pytest.raises(ValueError, match="one"):
            list(results(do, range(20), 2, ended.set))
        assert ended.is_set()
        assert sorted(begun) == [0, 1]  # nothing is begun any more
    finally:
        hangs.set()


def test_who_goes_on_no_more_ends_it():
    ended = Event()
    found = results(lambda job: job, range(20), 2, ended.set)
    next(found)
    found.close()
    assert ended.is_set()
