"""The one place that says in which states a member is, as selectors and reports call them."""

from scaffold.report.standing import Status

LAPSING = ("lapsing", "expired")  # how waivers stand that somebody has to look at


def states_of(status: Status) -> tuple[str, ...]:
    """Return the states of a project, the most pressing first; `current` is one that is all right, but for waivers."""
    states = {
        "conflict": bool(status.conflicts),
        "withdrawn": bool(status.withdrawn),
        "drift": bool(status.drift),
        "edited": bool(status.edited_answers),
        "incomplete": bool(status.missing or status.unlike),
        "behind": status.behind is True,
        "unknown": status.behind is None,
        "lapsing": any(one.state in LAPSING for one in status.waivers),
        "paused": status.paused is not None,
        "current": status.state == "current",
    }
    return tuple(word for word, holds in states.items() if holds)
