import pytest
from packaging.version import Version

from scaffold.blueprint.manifest import Lifecycle, Migration
from scaffold.blueprint.ownership import Ownership
from scaffold.blueprint.release import read_manifest
from scaffold.errors import FormatError

WHOLE = """\
name: demo
version: 1.2.0
title: Demo
owners: ["@platform"]
layers: [base, web]
"""


def read(text):
    return read_manifest("demo", text.encode())


def test_what_must_be_there_is_enough():
    made = read(WHOLE)
    assert (made.name, made.version, made.title, made.owners) == ("demo", Version("1.2.0"), "Demo", ("@platform",))
    assert made.layers == ("base", "web")
    assert made.lifecycle == Lifecycle("active")
    assert (made.description, made.questions, made.ownership, made.compose, made.migrations) == ("", (), {}, {}, ())
    assert made.min_scaffold_version == Version("0")


def test_all_that_may_be_there_is_read():
    made = read(
        WHOLE
        + """\
description: A demo
lifecycle: {state: deprecated, sunset: 2027-01-01, replaced_by: other}
min_scaffold_version: 0.1.0
questions:
  port: 8080
ownership:
  "*": managed
  pyproject.toml: {file: seeded, keys: {tool.ruff: locked}}
compose: {.gitignore: union, a/b.toml: deep-merge}
guardrails: {use: ["CI-*"]}
migrations:
  - version: 1.1.0
    move: {old.txt: new/place.txt}
"""
    )
    assert made.lifecycle == Lifecycle("deprecated", "2027-01-01", "other")
    assert [(q.name, q.default, q.where) for q in made.questions] == [
        ("port", 8080, "blueprints/demo/blueprint.yml:10")
    ]
    assert made.ownership["pyproject.toml"] == Ownership("seeded", {("tool", "ruff"): "locked"})
    assert made.compose == {".gitignore": "union", "a/b.toml": "deep-merge"}
    assert made.migrations == (Migration(Version("1.1.0"), {"old.txt": "new/place.txt"}),)


def without(key):
    return "".join(line for line in WHOLE.splitlines(keepends=True) if not line.startswith(key))


@pytest.mark.parametrize("key", ["name", "version", "title", "owners", "layers"])
def test_what_is_missing_is_named(key):
    with pytest.raises(FormatError, match=f"`{key}` is missing from the document") as caught:
        read(without(key))
    assert caught.value.where == "blueprints/demo/blueprint.yml:1"


@pytest.mark.parametrize(
    ("key", "written", "said"),
    [
        ("name", "Demo", "`name` must be a name of lower-case letters, digits and hyphens, not 'Demo'"),
        ("name", "-demo", "`name` must be a name of"),
        ("name", "de/mo", "`name` must be a name of"),
        ("name", "3", "`name` must be a name of"),
        ("name", "other", "`name` must be 'demo', as its folder is called, not 'other'"),
        ("version", "1.0", "`version` must be text, not 1.0"),
        ("version", "newest", "`version` must be a version such as 1.2.0, not 'newest'"),
        ("title", "[x]", "`title` must be text"),
        ("owners", "[]", "`owners` must be a list with at least one entry"),
        ("owners", "'@x'", "`owners` must be a list, not '@x'"),
        ("owners", "[1]", "`owners.0` must be text, not 1"),
        ("layers", "[]", "`layers` must be a list with at least one entry"),
        ("layers", "[base, base]", "`layers` must be a list that names each layer once"),
        ("layers", "[../base]", "`layers.0` must be a name of"),
        ("description", "[x]", "`description` must be text"),
        ("lifecycle", "old", "`lifecycle` must be one of active, deprecated, not 'old'"),
        ("lifecycle", "{sunset: x}", "`state` is missing from lifecycle"),
        ("lifecycle", "{state: gone}", "`lifecycle.state` must be one of active, deprecated"),
        ("lifecycle", "{state: active, replacedby: x}", "`lifecycle.replacedby` is not a key"),
        ("questions", "[x]", "`questions` must be a mapping"),
        ("questions", "{q: {typ: str}}", "`questions.q.typ` is not a key"),
        ("ownership", "[x]", "`ownership` must be a mapping"),
        ("ownership", "{'*': mine}", "`ownership.*` must be one of locked, managed, seeded, not 'mine'"),
        ("ownership", "{'[z-a]': locked}", "'[z-a]' is no pattern as in .gitignore: bad character range z-a"),
        ("compose", "{a: both}", "`compose.a` must be one of override, deep-merge, union, append, not 'both'"),
        ("compose", "{../a: union}", "'../a' does not stay inside"),
        ("compose", "{.git/config: union}", "git's own folder"),
        ("migrations", "{}", "`migrations` must be a list"),
        ("migrations", "[{version: 1.1.0}]", "`migrations.0` must be a mapping with `move`, `answers` or `files`"),
        ("migrations", "[{move: {}}]", "`migrations.0` must be a mapping with `version`, or with `from`"),
        ("migrations", "[{version: 1.1.0, mov: {}}]", "`migrations.0.mov` is not a key"),
        ("migrations", "[{version: 1.1.0, move: {a: /b}}]", "'/b' does not stay inside"),
        ("migrations", "[{version: 1.1.0, move: {a: 3}}]", "`migrations.0.move.a` must be text"),
        ("min_scaffold_version", "1", "`min_scaffold_version` must be text"),
        ("layer", "x", "`layer` is not a key that scaffold knows"),
    ],
)
def test_each_wrong_key_or_value_gives_file_line_key_and_expectation(key, written, said):
    text = without(f"{key}:")
    line = text.count("\n") + 2
    with pytest.raises(FormatError) as caught:
        read(f"{text}# here\n{key}: {written}\n")
    assert said in caught.value.message
    assert caught.value.where == f"blueprints/demo/blueprint.yml:{line}"


def test_a_key_that_is_near_is_suggested():
    with pytest.raises(FormatError) as caught:
        read(WHOLE + "\nlayer: x\n")
    assert caught.value.hint == "did you mean `layers`?"
    assert caught.value.where == "blueprints/demo/blueprint.yml:7"


def test_an_error_deep_inside_has_the_line_of_its_key():
    with pytest.raises(FormatError, match="must be one of locked") as caught:
        read(WHOLE + "ownership:\n  a: managed\n  b:\n    file: seeded\n    keys:\n      tool: nobody\n")
    assert caught.value.where == "blueprints/demo/blueprint.yml:11"
