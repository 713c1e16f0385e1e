"""Laws of the merge over files of each kind that are made of entries, and that its proof finds whatever is wrong."""

import random
import re
from collections.abc import Callable
from types import MappingProxyType
from typing import NamedTuple

import pytest

from scaffold.merge.budget import Unprovable
from scaffold.merge.code import grammars, proof, sections
from scaffold.merge.code.languages import has_grammar, language_of
from scaffold.merge.code.python import parsed
from scaffold.merge.drivers import ALL
from tests.merge.sides import settled

EVEN = ALL - {"removed", "dropped", "pins"}  # these ask which side is the team's
Entry = Callable[[str, int], str]


class Kind(NamedTuple):
    """What stands around the entries of a file, and how one is written by its name and a number in it."""

    before: str
    entry: Entry
    after: str = ""


KINDS = MappingProxyType({
    "a.py": Kind("A = 1\n", lambda name, value: f"\n\ndef {name}():\n    first()\n    return {value}\n"),
    "a.ts": Kind("let a = 1;\n", lambda name, value: f"\nfunction {name}() {{\n  first();\n  return {value};\n}}\n"),
    "a.go": Kind("package a\n", lambda name, value: f"\nfunc {name}() int {{\n\tfirst()\n\treturn {value}\n}}\n"),
    "A.java": Kind(
        "class A {\n", lambda name, value: f"\n    int {name}() {{\n        first();\n        return {value};\n    }}\n", "}\n"
    ),
    "a.sh": Kind("A=1\n", lambda name, value: f"\n{name}() {{\n    first\n    return {value}\n}}\n"),
    "a.md": Kind("# A\n", lambda name, value: f"\n## {name}\n\nAbout it.\n\n- item {value}\n"),
    "a.rst": Kind("A\n=\n", lambda name, value: f"\n{name}\n{'-' * len(name)}\n\nAbout {name}.\n\n- item {value}\n"),
    "Dockerfile": Kind("FROM a\n", lambda name, value: f"ENV {name}={value}\n"),
    "Makefile": Kind("A = 1\n", lambda name, value: f"\n{name}:\n\tfirst\n\techo {value}\n"),
    "requirements.txt": Kind("", lambda name, value: f"{name}=={value}\n"),
})  # fmt: skip
NAMES = ("alpha", "bravo", "charlie", "delta", "golf", "foxtrot")
Entries = dict[str, int]


def written(kind: Kind, entries: Entries) -> str:
    return kind.before + "".join(kind.entry(name, value) for name, value in entries.items()) + kind.after


def edited(entries: Entries, side: str, chance: random.Random) -> Entries:
    """Add, change and remove some entries; what is new has a name, or a number, that stands nowhere else."""
    made = dict(entries)
    for number in range(chance.randint(1, 3)):
        mark = (1 if side == "ours" else 2) * 1000 + number
        name = chance.choice(list(made))
        what = chance.choice(("add", "change", "remove"))
        if what == "change":
            made[name] = mark
        elif what == "remove" and len(made) > 2:
            del made[name]
        else:
            pairs = list(made.items())
            pairs.insert(chance.randint(0, len(pairs)), (f"{side}{number}", mark))
            made = dict(pairs)
    return made


def read(path: str) -> None:
    if has_grammar(path):
        pytest.importorskip("tree_sitter")


@pytest.mark.parametrize("path", KINDS)
def test_the_laws_hold_over_files_made_of_entries(path):
    read(path)
    kind, clean = KINDS[path], 0
    base_entries = {name: number for number, name in enumerate(NAMES)}
    base = written(kind, base_entries)
    for seed in range(60):
        chance = random.Random(seed)
        sides = [edited(base_entries, side, chance) for side in ("ours", "theirs")]
        ours, theirs = (written(kind, side) for side in sides)
        assert settled(path, base, ours, base) == ours, "what one side has left alone is the other's"
        assert settled(path, base, base, theirs) == theirs
        assert settled(path, base, ours, ours) == ours, "what both have made alike is that"
        one, other = settled(path, base, ours, theirs, EVEN), settled(path, base, theirs, ours, EVEN)
        assert (one is None) == (other is None), (seed, "whoever is called ours")
        if one is None:
            continue
        merged, clean = one, clean + 1
        assert sorted(merged.split()) == sorted((other or "").split()), seed
        assert settled(path, ours, ours, merged) == merged, (seed, "merged again, it stays")
        again = settled(path, base, merged, theirs)
        assert again is None or sorted(again.split()) == sorted(merged.split()), seed
        words = re.findall(r"\w+", merged)
        for side, before in zip(sides, (base_entries, base_entries), strict=True):
            for name, value in side.items():
                if value != before.get(name):
                    assert words.count(str(value)) == 1, (seed, name, "what a side has made of it stands there once")
            assert not {*before} - {*side} & {*words}, (seed, "what a side has removed is gone")
    assert clean > 15


def prove(path: str, base: str, ours: str, theirs: str, merged: str) -> None:
    """Prove a merge; raises Unprovable."""
    texts = (base, ours, theirs, merged)
    if path.endswith(".py"):
        old, mine, its, made = map(parsed, texts)
        proof.prove(*texts, (old, mine, its, made))
    elif has_grammar(path):
        files = [grammars._File(text, language_of(path)) for text in texts]
        grammars._prove(files[:3], files[3])
    else:
        cut = sections._layout(path)
        assert cut is not None
        sections._prove(texts, tuple(map(cut, texts)))


@pytest.mark.parametrize("path", [path for path in KINDS if path != "requirements.txt"])
def test_the_proof_finds_each_line_that_is_lost_or_doubled(path):
    read(path)
    kind = KINDS[path]
    entries = {name: number + 10 for number, name in enumerate(NAMES)}
    ours, theirs, both = (
        {**entries, **more} for more in ({"ours": 1001}, {"bravo": 2002}, {"bravo": 2002, "ours": 1001})
    )
    base, mine, its, merged = (written(kind, side) for side in (entries, ours, theirs, both))
    assert settled(path, base, mine, its) == merged
    prove(path, base, mine, its, merged)
    lines = merged.splitlines(keepends=True)
    for at, line in enumerate(lines):
        for wrong in ([*lines[:at], *lines[at + 1 :]], [*lines[:at], line, *lines[at:]]) if line.strip() else ():
            with pytest.raises(Unprovable):
                prove(path, base, mine, its, "".join(wrong))


@pytest.mark.parametrize("times", [1, 2])
def test_a_requirement_that_is_lost_or_doubled_is_no_merge(times):
    """Lists are merged by key, and proven on what they hold: each is there once, in one version."""
    base, ours, theirs = "a==1\nb==1\n", "a==1\nb==1\nc==1\n", "a==1\nb==2\n" + "d==1\n" * times
    assert settled("requirements.txt", base, ours, theirs) == "a==1\nb==2\nc==1\nd==1\n"
