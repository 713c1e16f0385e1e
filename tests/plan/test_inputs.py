"""What changed between two renders with one set of inputs is carried onto what another set had made, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from scaffold.blueprint.ownership import Ownership
from scaffold.lock import Lock, Locked
from scaffold.plan.actions import Plan
from scaffold.plan.inputs import Rerendered, StandIns
from scaffold.plan.make import Target, make
from scaffold.tree import File, Tree
from tests.kit import laws

SECRET = frozenset({"secret"})
VALUES = st.text("abcXYZ019_", max_size=8)
# A line of a template: text, and perhaps a place for an input.
LINES = st.lists(st.tuples(st.sampled_from(["name", "port", "key", "token", ""]), st.booleans()), max_size=8)


def lock(files: dict[str, Locked], folder: str | None = "p") -> Lock:
    return Lock("0.1.0", "demo", "src", "1.0.0", None, {}, files, folder=folder)


def locked(content: str, inputs: frozenset[str] = SECRET, origin: str = "base/f") -> Locked:
    return Locked(File(content.encode()).blob, "100644", "managed", origin, inputs=inputs)


def holding(content: str | None, inputs: frozenset[str] = SECRET, origin: str = "base/f") -> Tree:
    return Tree({} if content is None else {"f": File(content.encode(), origin=origin, inputs=inputs, placed=inputs)})


def planned(
    stamped: str,
    then: str | None,
    now: str | None,
    ours: str | None = None,
    *,
    again: Rerendered | None = None,
    known: bool = True,
) -> Plan:
    before = lock({"f": locked(stamped)})
    mine = {"f": File((stamped if ours is None else ours).encode())}
    target = Target(
        tree=holding(now),
        ownership=lambda _: Ownership("managed"),
        migrations=(),
        lock=lock({}),
        rerendered=again or Rerendered(holding(then)),
    )
    return make(before, mine, target, lambda _path, _locked: stamped.encode() if known else None)


def rendered(lines: list[tuple[str, bool]], value: str) -> str:
    return "".join(f"{text} {value if slot else ''}\n" for text, slot in lines)


def only(plan: Plan) -> tuple[str, str, str]:
    (action,) = plan
    return action.verb, action.why, "" if action.after is None else action.after.content.decode()


@laws
@given(LINES, VALUES, VALUES, st.sampled_from(["stamped", "edited"]), st.booleans())
def test_where_both_versions_render_the_same_nothing_changes(lines, real, default, state, known):
    stamped, again = rendered(lines, real), rendered(lines, default)
    ours = stamped + "mine\n" if state == "edited" else stamped
    plan = planned(stamped, again, again, ours, known=known)
    verb, _, after = only(plan)
    assert (verb, after) == ("keep", ours)
    assert not plan.changes


HEADS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=4)


@laws
@given(HEADS, LINES, HEADS, VALUES, VALUES, st.sampled_from(["", "= here =\n"]))
def test_what_the_blueprint_changed_elsewhere_comes_and_the_input_stays(old, lines, new, real, default, between):
    """Also in the very next line, where a merge by line alone is a conflict; but never wrong."""

    def version(head: list[str], value: str) -> str:
        return "".join(f"{word}\n" for word in head) + between + rendered(lines, value)

    plan = planned(version(old, real), version(old, default), version(new, default))
    if not between and plan.conflicts:
        return  # lines that stand there more than once, and not all of them on all sides
    assert plan.conflicts == ()
    (action,) = plan
    assert action.after is not None
    assert action.after.content.decode() == version(new, real)
    assert plan.lock_after.files["f"].blob == action.after.blob, "what was written is what the next merge starts from"
    assert plan.given["f"].content == action.after.content


@laws
@given(LINES, VALUES, st.lists(st.sampled_from("xyz"), max_size=3))
def test_with_the_inputs_of_the_stamp_the_new_version_is_taken_as_it_is(lines, real, new):
    stamped, now = rendered(lines, real), "".join(f"{word}\n" for word in new) + rendered(lines, real)
    _, _, after = only(planned(stamped, stamped, now))
    assert after == now


def test_a_changed_line_keeps_its_secret():
    verb, _, after = only(planned("TOKEN=s3cr3t\n", "TOKEN=changeme\n", "export TOKEN=changeme\n"))
    assert (verb, after) == ("replace", "export TOKEN=s3cr3t\n")


def test_where_nobody_can_tell_it_is_a_conflict_that_says_why():
    verb, why, after = only(planned("TOKEN=s3cr3t\n", "TOKEN=changeme\n", "TOKEN=newdefault\n"))
    assert verb == "conflict"
    assert why == "the blueprint has changed what holds a secret"
    assert "TOKEN=s3cr3t" in after


def test_a_version_that_cannot_be_rendered_again_is_no_reason_to_replace_anything():
    verb, why, after = only(planned("TOKEN=s3cr3t\n", None, "TOKEN=changeme\n", again=Rerendered(None)))
    assert verb == "conflict"
    assert "cannot be rendered again" in why
    assert "TOKEN=s3cr3t" in after
    verb, why, after = only(planned("TOKEN=s3cr3t\n", None, None, again=Rerendered(None)))
    assert (verb, after) == ("leave", "TOKEN=s3cr3t\n")


def test_what_only_these_inputs_make_is_neither_new_nor_dropped():
    made = Tree({"g": File(b"x", origin="base/g", inputs=SECRET, placed=SECRET)})
    target = Target(
        tree=made, ownership=lambda _: Ownership("managed"), migrations=(), lock=lock({}), rerendered=Rerendered(made)
    )
    plan = make(lock({"f": locked("1\n")}), {"f": File(b"1\n")}, target, lambda _p, _l: b"1\n")
    assert [(action.path, action.verb) for action in plan] == [("f", "leave")]
    assert [*plan.lock_after.files] == ["f"]


def test_a_path_made_by_chance_is_the_one_that_was_stamped():
    chance = frozenset({"chance"})
    before = lock({"abc.txt": locked("1\n", chance)})
    sides = [
        Tree({"xyz.txt": File(content, origin="base/f", inputs=chance, placed=chance)}) for content in (b"1\n", b"2\n")
    ]
    target = Target(
        tree=sides[1],
        ownership=lambda _: Ownership("managed"),
        migrations=(),
        lock=lock({}),
        rerendered=Rerendered(sides[0]),
    )
    plan = make(before, {"abc.txt": File(b"1\n")}, target, lambda _p, _l: b"1\n")
    assert [(action.path, action.verb) for action in plan] == [("abc.txt", "replace")]


UUIDS = (
    "99eaf686-84c4-4295-b24e-7654d8397c22",
    "5c8c50e3-aaee-40df-9531-e94f36d70e25",
    "413d6ea6-3ad9-46e8-8793-d123191888f2",
)


def test_what_scripts_draw_is_told_from_what_they_changed():
    hook = frozenset({"hook"})
    before = lock({"f": locked(f"format 1\nKEY={UUIDS[0]}\n", hook)})
    for changed, wanted in (("format 2\nKEY={}\nmore\n", "format 2\nKEY={}\nmore\n"), ("format 1\nKEY=one{}\n", None)):
        then = holding(f"format 1\nKEY={UUIDS[1]}\n", hook)
        now = holding(changed.format(UUIDS[2]), hook)
        target = Target(
            tree=now,
            ownership=lambda _: Ownership("managed"),
            migrations=(),
            lock=lock({}),
            rerendered=Rerendered(then),
        )
        stamped = f"format 1\nKEY={UUIDS[0]}\n".encode()
        (action,) = make(before, {"f": File(stamped)}, target, lambda _p, _l, stamped=stamped: stamped)
        assert action.after is not None
        assert (action.after.content.decode() if action.verb != "conflict" else None) == (
            wanted and wanted.format(UUIDS[0])
        )


def test_with_stand_ins_what_only_a_secret_makes_is_seen_and_a_secret_that_is_told_takes_its_place():
    stamped = "T=REAL-1\non\nR=other\n"
    then, now = "T=\nR=\n", "T=rotated-2\nR=\n"
    pair = StandIns(holding("T=zq1\non\nR=zq2\n"), holding("T=rotated-2\non, too\nR=zq2\n"), {b"zq1": b"rotated-2"})
    plan = planned(stamped, then, now, again=Rerendered(holding(then), stand_ins=(pair,)))
    assert only(plan)[::2] == ("replace", "T=rotated-2\non, too\nR=other\n")
    plan = planned(
        "on\n", None, None, again=Rerendered(Tree(), stand_ins=(StandIns(holding("on\n"), holding("on2\n"), {}),))
    )
    assert only(plan)[::2] == ("replace", "on2\n")
    plan = planned("on\n", None, None, again=Rerendered(Tree(), stand_ins=(StandIns(holding("on\n"), Tree(), {}),)))
    assert only(plan)[0] == "delete", "which the blueprint has dropped"
