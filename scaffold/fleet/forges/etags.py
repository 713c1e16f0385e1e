"""Answers that are asked for by their ETag the next time, which costs a forge, and its limits, less."""

from collections import OrderedDict
from threading import Lock

from scaffold.fleet.forges.answers import Answer

MOST, EACH = 50_000_000, 1_000_000  # bytes in all, and of one


class Kept:
    """The answers that were used last, by address; for all threads."""

    def __init__(self, most: int = MOST, each: int = EACH) -> None:
        """Begin with none; no more than so many bytes are kept, as they were sent."""
        self._most, self._each = most, each
        self._answers: OrderedDict[str, tuple[Answer, int]] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, url: str) -> Answer | None:
        """Return the answer of an address, where it is kept."""
        with self._lock:
            if url not in self._answers:
                return None
            self._answers.move_to_end(url)
            return self._answers[url][0]

    def put(self, answer: Answer, size: int) -> None:
        """Keep an answer in place of an older one, and let those go that were used longest ago."""
        with self._lock:
            _, old = self._answers.pop(answer.url, (answer, 0))
            self._size -= old
            if size <= self._each:
                self._answers[answer.url] = answer, size
                self._size += size
            while self._size > self._most:
                _, (_, freed) = self._answers.popitem(last=False)
                self._size -= freed
