"""Laws of a plan for any three texts: no line that only the team wrote goes without a conflict or a named policy."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from scaffold.blueprint.ownership import Ownership
from scaffold.lock import Lock, Locked
from scaffold.plan.actions import Action
from scaffold.plan.make import Target, make
from scaffold.tree import EXECUTABLE, REGULAR, File
from tests.kit import laws, tree

WORDS = ("a", "b", "c", "", "x = 1", "ü")
ENDS = st.sampled_from(["\n", "\r\n"])
POLICIES = {"locked: put back, it had been edited", "dropped from the blueprint; it was locked and had been edited"}


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    lines, end = draw(st.lists(st.sampled_from(WORDS), max_size=8)), draw(ENDS)
    text = end.join(lines) + (end if draw(st.booleans()) else "")
    return text.encode()


@st.composite
def edited(draw: st.DrawFn, text: bytes, mark: str) -> bytes:
    """The text with some lines changed, taken out or added; what is written bears the writer's mark."""
    lines = text.decode().split("\n")
    for number in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(lines)))
        gone = draw(st.integers(0, 2))
        lines[at : at + gone] = draw(st.lists(st.just(f"{mark} {number}"), max_size=2))
    return "\n".join(lines).encode()


@st.composite
def sides(draw: st.DrawFn) -> tuple[File, File | None, File | None]:
    """A base, and what either side made of it; None: taken away."""
    base = draw(texts())
    modes = st.sampled_from([REGULAR, EXECUTABLE])
    one_side = [
        st.none()
        | st.builds(File, edited(base, mark) | texts().map(lambda text, m=mark: text.replace(b"a", m.encode())), modes)
        for mark in ("ours", "theirs")
    ]
    return File(base, draw(modes)), draw(one_side[0]), draw(one_side[1])


def plan(
    base: File | None, ours: File | None, theirs: File | None, *, owner: str = "managed", known: bool = True
) -> tuple[Action | None, Locked | None]:
    """Plan the one path `f`."""
    sha = base.sha256 if base and owner == "locked" else None
    locked = {"f": Locked(base.blob, base.mode, owner, "base/f", sha256=sha)} if base else {}
    target = Target(
        tree=tree({"f": theirs} if theirs else {}),
        ownership=lambda _: Ownership(owner),
        migrations=(),
        lock=Lock("0.1.0", "demo", "lib", "2.0.0", None, {}, {}),
    )
    before = Lock("0.1.0", "demo", "lib", "1.0.0", None, {}, locked)
    made = make(before, {"f": ours} if ours else {}, target, lambda *_: base.content if base and known else None)
    return next(iter(made.actions), None), made.lock_after.files.get("f")


def lines(file: File | None) -> Counter[bytes]:
    return Counter(file.content.splitlines()) if file else Counter()


def same(one: File | None, other: File | None) -> bool:
    return one is other or (one is not None and one.same_as(other))


@given(sides(), st.sampled_from(["managed", "locked", "seeded"]), st.booleans(), st.booleans())
@laws
def test_no_line_that_only_the_team_wrote_goes_in_silence(three, owner, known, stamped):
    base, ours, theirs = three
    action, _ = plan(base if stamped else None, ours, theirs, owner=owner, known=known)
    if action is None:
        assert ours is None or not stamped
        assert theirs is None
        return
    written = lines(ours) - lines(base if stamped else None)
    assert action.verb == "conflict" or action.why in POLICIES or not written - lines(action.after)
    if action.verb == "conflict":
        assert action.stages.ours == ours
        assert not written - lines(action.after), "the work tree shows all of it, between markers"
    assert bool(action.drift) == (action.why.startswith("locked: ") or action.why in POLICIES)


@given(sides(), st.booleans())
@laws
def test_no_line_that_only_the_blueprint_wrote_goes_in_silence(three, known):
    base, ours, theirs = three
    action, locked = plan(base, ours, theirs, known=known)
    if action is None or theirs is None or action.verb == "leave":
        return
    assert action.verb == "conflict" or not (lines(theirs) - lines(base)) - lines(action.after)
    assert locked.pending == (theirs.blob if action.verb == "conflict" else None)


@given(sides())
@laws
def test_where_the_team_did_nothing_the_result_is_the_blueprints(three):
    base, _, theirs = three
    action, _ = plan(base, base, theirs)
    assert same(action.after, theirs)
    assert action.verb == ("keep" if same(base, theirs) else "delete" if theirs is None else "replace")


@given(sides())
@laws
def test_where_the_blueprint_did_nothing_the_result_is_the_teams(three):
    base, ours, _ = three
    action, locked = plan(base, ours, base)
    assert same(action.after, ours)
    assert action.verb in ("keep", "leave")
    assert (locked.blob, locked.pending) == (base.blob, None)


@given(sides())
@laws
def test_what_both_made_alike_stays(three):
    base, ours, _ = three
    action, _ = plan(base, ours, ours)
    assert action.verb == "keep"
    assert same(action.after, ours)


@given(sides(), st.booleans())
@laws
def test_merged_once_there_is_nothing_left_to_merge(three, known):
    base, ours, theirs = three
    first, locked = plan(base, ours, theirs, known=known)
    if first.verb == "conflict" or theirs is None:
        return
    applied = File(theirs.content, theirs.mode)
    if locked.blob != applied.blob:  # what the team deleted keeps its base
        applied = base
    again, after = plan(applied, first.after, theirs)
    assert again.verb in ("keep", "leave")
    assert same(again.after, first.after)
    assert after == locked or first.verb == "leave"
