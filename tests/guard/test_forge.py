"""Rules on a repository's settings at its forge, from what was found there."""

import pytest

from scaffold.blueprint.forge import NAMES, Prescribed, Standing
from scaffold.errors import FormatError
from scaffold.guard.catalogue import FORGE
from scaffold.guard.forge import SETTINGS, Seen, looked
from tests import kit

ALL = Prescribed(("all-green",), 1, True, True, True, True, True, ("python",))


def states(prescribed, seen):
    return {
        one.rule.id: (
            "not applicable" if one.found is None
            else "pass" if not one.found
            else "fail" if any(found.known for found in one.found)
            else "unknown"
        )
        for one in looked(prescribed, seen)
    }  # fmt: skip


def test_each_setting_is_held_by_one_rule():
    assert sorted(name for names in SETTINGS.values() for name in names) == sorted(NAMES)
    assert SETTINGS.keys() == FORGE.keys()


def test_all_as_prescribed():
    assert set(states(ALL, Seen(Standing(ALL.wanted))).values()) == {"pass"}


@pytest.mark.parametrize("name", NAMES)
def test_one_setting_that_is_looser(name):
    looser = {name: () if isinstance(value, tuple) else type(value)(0) for name, value in ALL.wanted.items()}
    found = states(ALL, Seen(Standing({**ALL.wanted, name: looser[name]})))
    assert [id_ for id_, state in found.items() if state == "fail"] == [
        id_ for id_, of in SETTINGS.items() if name in of
    ]
    (failing,) = [one for one in looked(ALL, Seen(Standing({**ALL.wanted, name: looser[name]}))) if one.found]
    (finding,) = failing.found
    assert finding.key.endswith(name)
    assert "the blueprint demands" in finding.message


@pytest.mark.parametrize("name", NAMES)
def test_one_setting_that_is_not_told(name):
    known = {other: value for other, value in ALL.wanted.items() if other != name}
    found = states(ALL, Seen(Standing(known, {name: "told to administrators alone"})))
    assert [id_ for id_, state in found.items() if state == "unknown"] == [
        id_ for id_, of in SETTINGS.items() if name in of
    ]


def test_nothing_is_known_without_a_token():
    assert set(states(ALL, Seen(unknown="there is no token")).values()) == {"unknown"}


def test_nothing_applies_without_a_remote_or_a_prescription():
    assert set(states(ALL, Seen(absent="there is no remote")).values()) == {"not applicable"}
    assert set(states(Prescribed(), Seen(unknown="no")).values()) == {"not applicable"}


def test_what_a_forge_has_no_word_for_is_said():
    wordless = dict.fromkeys(("secret_scanning", "private_reporting", "code_owners"), "it has no such thing")
    known = {name: value for name, value in ALL.wanted.items() if name not in wordless}
    found = states(ALL, Seen(Standing(known, {}, wordless)))
    assert (found["FS-04"], found["FS-02"]) == ("not applicable", "pass")
    whys = {one.rule.id: one.why for one in looked(ALL, Seen(Standing(known, {}, wordless)))}
    assert whys["FS-02"] == "it has no such thing"


def test_they_are_set_by_what_is_prescribed_alone():
    from scaffold.project.planning.guardrails import decided

    release = kit.release({"base": {"a": "a"}}, guardrails={"rules": {"FS-02": False}})
    with pytest.raises(FormatError, match="FS-02 cannot be set among"):
        decided(release, kit.answers())
