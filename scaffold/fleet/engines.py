"""Where jobs run: here, in processes beside us, or in a Dask cluster, each given as executors and nothing more."""

import logging
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from threading import Thread
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from scaffold.errors import ScaffoldError, places
from scaffold.process.workers import Crew, processors

Job = TypeVar("Job")
Out = TypeVar("Out")
Part = tuple[int, ...]  # jobs by their numbers, given out together

DASK = "dask://"
KINDS = f"loop, processes and {DASK}HOST:PORT"
FEW = 24  # jobs that are done here sooner than processes are started
MOST = 32  # jobs in one part
PARTS = 4  # for each worker at the least, so that none is left with much when the others are done
TURN = 0.5  # seconds after which a worker hands back what it has, and what is left of its part
LOOK = 1.0  # seconds after which somebody who is waited for is looked after
ANSWERS = 10.0  # seconds in which a cluster has to answer, and to have a worker
RETURNS = 30.0  # seconds in which there have to be workers again where all are gone
SCAFFOLD, PYTHON = "scaffold-idp", "Python"
KILLED = "what worked on it was killed, and once more when it was tried alone: it may need more memory than there is"


class Answer(NamedTuple):
    """What became of one job: its outcome, pickled, or why there is none."""

    out: Any
    why: str = ""


class Lanes(NamedTuple):
    """Executors, each given one part at a time.

    `again` replaces one that broke, `killed` are the errors that say so of a worker, and `trouble` why none works.
    """

    executors: Sequence[Executor]
    again: Callable[[Executor], Executor] = lambda executor: executor
    killed: tuple[type[BaseException], ...] = (BrokenExecutor,)
    trouble: Callable[[], str] = lambda: ""
    most: int = MOST


class _Here(Executor):
    """Does what is submitted at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def run(
    work: Callable[[Job], Out],
    jobs: Iterable[Job],
    run_on: str = "processes",
    *,
    lost: Callable[[Job, str], Out],
    known: Callable[[Job], Out | None] = lambda _: None,
    progress: Callable[[int], object] = lambda _: None,
    done: Callable[[Job, Out], object] = lambda _job, _out: None,
) -> list[Out]:
    """Return what `work` makes of each job, in their order; whatever fails is `lost(job, reason)`.

    `work` is a function of a module, jobs and outcomes can be pickled. `known` is asked here, before anybody is given
    work, for what an earlier run has come to. A worker that was killed may have had a job before: it is tried again.
    `progress` is told how many jobs are newly done, and `done` of each outcome as it comes, so that it is kept when
    Ctrl-C ends the run with KeyboardInterrupt. Raises ScaffoldError where `run_on` names nothing that jobs can run on.
    """
    jobs = list(jobs)
    found = {number: out for number, job in enumerate(jobs) if (out := _known(known, job)) is not None}
    for number, out in found.items():
        done(jobs[number], out)
    if found:
        progress(len(found))
    left = {number: job for number, job in enumerate(jobs) if number not in found}
    with _lanes(run_on, work, len(left)) as lanes:
        for number, answer in map(_opened, _answers(work, left, lanes)):
            job = jobs[number]
            found[number] = lost(job, answer.why) if answer.why else answer.out
            done(job, found[number])
            progress(1)
    return [found[number] for number in range(len(jobs))]


def _known(known: Callable[[Job], Out | None], job: Job) -> Out | None:
    with suppress(Exception):  # whatever it is, the work will meet it again
        return known(job)
    return None


def _lanes(run_on: str, work: Callable[..., Any], jobs: int) -> AbstractContextManager[Lanes]:
    address = run_on.removeprefix(DASK)
    host, _, port = address.rpartition(":")
    if run_on.startswith(DASK) and host and port.isdecimal():
        return _far(address)
    if run_on not in {"loop", "processes"}:
        raise ScaffoldError(f"--run-on {run_on} is none of {KINDS}")
    if run_on == "loop" or jobs < FEW:
        return nullcontext(Lanes((_Here(),), most=1))  # what one job has made is kept before the next begins
    return _beside(work, min(processors(), jobs))


@contextmanager
def _beside(work: Callable[..., Any], count: int) -> Iterator[Lanes]:
    module = getattr(getattr(work, "func", work), "__module__", __name__)  # that of functools.partial is no help
    with Crew([__name__, module]) as crew:
        yield Lanes([crew.one() for _ in range(count)], lambda _: crew.one())


@contextmanager
def _far(address: str) -> Iterator[Lanes]:
    try:
        import distributed  # half a second, and an extra
    except ImportError as error:
        raise ScaffoldError(f"--run-on {DASK}{address} needs Dask", hint="pip install 'scaffold-idp[dask]'") from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)  # what it has to say, we do
    client = _client(distributed.Client, address)
    try:
        _same(client, address)
        executor = client.get_executor(pure=False)  # no two parts are the same, whatever is in them
        lanes = [executor] * 2 * (sum(client.nthreads().values()) or 1)  # none waits for us between two parts
        killed = (BrokenExecutor, distributed.scheduler.KilledWorker)
        try:
            yield Lanes(lanes, killed=killed, trouble=_Gone(client, address))
        finally:
            with suppress(Exception):  # there may be nobody any more who could be told
                executor.shutdown(wait=False)
    finally:
        with suppress(Exception):
            client.close(timeout=LOOK)


def _client(client: Callable[..., Any], address: str) -> Any:
    """Connect; raises ScaffoldError. Dask itself waits for ever where something answers and says nothing."""
    found: list[Any] = []

    def connect() -> None:
        with suppress(Exception):  # OSError where nobody is there, and anything where it is not Dask
            found.append(client(address, timeout=ANSWERS, set_as_default=False))

    thread = Thread(target=connect, daemon=True)
    thread.start()
    thread.join(ANSWERS)
    if not found:
        hint = "start one with `dask scheduler`, and workers with `dask worker`"
        raise ScaffoldError(f"no Dask scheduler answers at {address}", hint=hint)
    return found[0]


def _same(client: Any, address: str) -> None:
    """Have workers that are what we are; raises ScaffoldError."""
    try:
        client.wait_for_workers(1, timeout=ANSWERS)
    except Exception as error:
        raise ScaffoldError(
            f"the Dask scheduler at {address} has no workers", hint="start some: dask worker"
        ) from error
    said = client.get_versions(packages=[SCAFFOLD])
    ours = _versions(said["client"])
    for worker, its in sorted(said["workers"].items()):
        for name, version in _versions(its).items():
            if version != ours[name]:
                message = f"the Dask worker {worker} has {name} {version}, and here is {ours[name]}"
                raise ScaffoldError(message, hint="install the same on both")


def _versions(said: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what has to be the same: of Python the first two numbers, as the others change no pickle."""
    python = said["packages"]["python"].split(".")
    return {"scaffold": said["packages"][SCAFFOLD] or "(none)", PYTHON: ".".join(python[:2])}


class _Gone:
    """Says whether a cluster has gone: its scheduler, or for a while all of its workers."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self._seen = monotonic()

    def __call__(self) -> str:
        try:
            if self._client.status == "running" and self._client.nthreads():
                self._seen = monotonic()
        except Exception:  # noqa: BLE001, S110 - then nobody was seen
            pass
        if self._client.status in {"closing", "closed"}:
            return f"the Dask scheduler at {self._address} is gone"
        if monotonic() - self._seen > RETURNS:
            return f"no Dask worker is left at {self._address}"
        return ""


def _answers(work: Callable[[Job], Out], jobs: Mapping[int, Job], lanes: Lanes) -> Iterator[tuple[int, Answer]]:
    """Yield what became of each job, by its number, as it comes.

    What was lost with its worker is tried once more, one job at a time with nothing beside it: what is lost then has
    nobody else to blame.
    """
    packed = {}
    for number, job in jobs.items():
        try:
            packed[number] = pickle.dumps(job)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this job's alone
            yield number, _bug(error)
    parts, free = deque(_parts(list(packed), lanes)), deque(lanes.executors)
    alone: deque[Part] = deque()
    at_work: dict[Future[list[Answer]], tuple[Executor, Part]] = {}
    single = False
    while parts or alone or at_work:
        while free and not single and (parts or (alone and not at_work)):
            single = not parts
            part, executor = (parts or alone).popleft(), free.popleft()
            at_work[_given(executor, work, [packed[number] for number in part])] = executor, part
        finished = wait(at_work, LOOK, FIRST_COMPLETED).done
        failed = not finished or any(map(_failure, finished))
        if failed and (why := lanes.trouble()):
            left = [*(part for _, part in at_work.values()), *parts, *alone]
            yield from ((number, Answer(None, why)) for part in left for number in part)
            return
        for future in finished:
            executor, part = at_work.pop(future)
            failure = _failure(future)
            free.append(lanes.again(executor) if isinstance(failure, BrokenExecutor) else executor)
            answers = [_killed(failure, lanes)] * single if failure else future.result()
            yield from zip(part, answers, strict=False)
            rest = part[len(answers) :]
            if failure:
                alone.extend((number,) for number in rest)
            elif rest:
                parts.appendleft(rest)
        single = False if finished else single


def _parts(numbers: Sequence[int], lanes: Lanes) -> Iterator[Part]:
    size = max(1, min(lanes.most, len(numbers) // (len(lanes.executors) * PARTS)))
    return (tuple(numbers[start : start + size]) for start in range(0, len(numbers), size))


def _given(executor: Executor, work: Callable[..., Any], packed: Sequence[bytes]) -> Future[Any]:
    try:
        return executor.submit(turn, work, packed)
    except Exception as error:  # noqa: BLE001 - an executor may have broken while nothing was asked of it
        future: Future[Any] = Future()
        future.set_exception(error)
        return future


def _failure(future: Future[Any]) -> BaseException | None:
    return BrokenExecutor("it was called off") if future.cancelled() else future.exception()


def _killed(error: BaseException, lanes: Lanes) -> Answer:
    return Answer(None, KILLED) if isinstance(error, lanes.killed) else _bug(error)


def _opened(answered: tuple[int, Answer]) -> tuple[int, Answer]:
    number, answer = answered
    try:
        return number, answer if answer.why else answer._replace(out=pickle.loads(answer.out))  # noqa: S301 - ours
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this job's alone
        return number, _bug(error)


def turn(work: Callable[[Any], Any], packed: Sequence[bytes]) -> list[Answer]:
    """Do jobs in a worker, one after the other, and return what became of those that the time was enough for."""
    began, answers = monotonic(), []
    for job in packed:
        answers.append(_answer(work, job))
        if monotonic() - began > TURN:
            break
    return answers


def _answer(work: Callable[[Any], Any], packed: bytes) -> Answer:
    try:
        return Answer(pickle.dumps(work(pickle.loads(packed))))  # noqa: S301 - ours
    except ScaffoldError as error:
        return Answer(None, str(error) or type(error).__name__)
    except Exception as error:  # noqa: BLE001 - a bug that one job meets is that one's
        return _bug(error)


def _bug(error: BaseException) -> Answer:
    """Say what kind of error it was and where, and no more: what it says may hold a secret."""
    *_, where = places(error)
    return Answer(None, f"our bug: {type(error).__name__} at {where.strip()}")
