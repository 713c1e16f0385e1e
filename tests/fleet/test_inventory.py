"""fleet.yml: what is listed, by which way, and what of it is refused with file and line."""

import json
import pickle
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from jsonschema import Draft202012Validator

import scaffold
from scaffold.errors import ScaffoldError
from scaffold.fleet import inventory, listing
from scaffold.fleet.inventory import Commits
from scaffold.formats import yaml
from tests.kit import git

SCHEMA = json.loads((Path(scaffold.__file__).parent / "report/schemas/fleet.json").read_text())


@pytest.fixture
def read(tmp_path):
    def read(text, at="fleet.yml"):
        (tmp_path / at).write_text(dedent(text))
        return inventory.read(tmp_path / at)

    return read


@pytest.fixture
def names(read):
    return lambda text: [one.name for one in read(text).repositories]


def program(folder, code):
    """Write a program that a fleet.yml names."""
    place = folder / "list"
    place.write_text(f"#!{sys.executable}\n{dedent(code)}")
    place.chmod(0o755)
    return place


def test_each_way_to_list_a_repository(tmp_path, repo, bare, read, monkeypatch):
    repo("orders")
    repo("services/web")
    repo("services/.hidden/deeper")
    bare("services/jobs")
    (tmp_path / "services/notes").mkdir()
    bare("billing")
    program(tmp_path, """
        import json, os, sys
        for name in sys.argv[1:]:
            print(json.dumps({"url": f"https://git.example/acme/{name}", "labels": {"from": os.environ["SAID"]}}))
            print()
        """)  # fmt: skip
    monkeypatch.setenv("SAID", "program")
    monkeypatch.chdir("/")
    fleet = read("""
        library: gh:acme/library
        commit: {author: "Platform Bot <bot@acme.example>", signoff: true}
        members:
          - folder: orders
            name: shop/orders
            owner: "@acme/shop"
            mission: sell
            labels: {tier: 1, public: true, area: a b}
            library: ../library
          - bare: ./billing.git
          - glob: services/*
            labels: {tier: 2}
          - url: gh:acme/search
          - command: [./list, one, "two; three"]
            owner: "@acme/all"
            labels: {tier: 3, from: entry}
        """)
    found = {one.name: one for one in fleet.repositories}
    file = tmp_path / "fleet.yml"
    assert {name: tuple(one.place) for name, one in found.items()} == {
        "shop/orders": ("folder", f"{tmp_path}/orders"),
        "billing": ("bare", f"{tmp_path}/billing.git"),
        "jobs": ("bare", f"{tmp_path}/services/jobs.git"),
        "jobs-work": ("folder", f"{tmp_path}/services/jobs-work"),
        "web": ("folder", f"{tmp_path}/services/web"),
        "acme/search": ("url", "https://github.com/acme/search.git"),
        "acme/one": ("url", "https://git.example/acme/one"),
        "acme/two; three": ("url", "https://git.example/acme/two; three"),
    }
    orders = found["shop/orders"]
    assert orders[2:] == (
        f"{file}:5",
        "@acme/shop",
        "sell",
        {"tier": "1", "public": "true", "area": "a b"},
        f"{tmp_path.parent}/library",
    )
    assert found["web"].labels == {"tier": "2"}
    assert found["acme/one"].labels == {"tier": "3", "from": "program"}
    assert found["acme/one"].owner == "@acme/all"
    assert found["acme/two; three"].where == f"{file}:15: line 3 that ./list printed"
    assert found["web"].library == "https://github.com/acme/library.git"
    assert fleet.commits == Commits("Platform Bot", "bot@acme.example", signoff=True)
    assert pickle.loads(pickle.dumps(fleet)) == fleet


MISTAKES = {
    "a key": ("members:\n  - foldr: a\n", ":2: `members.0.foldr` is not a key that scaffold knows (did you mean `folder`?)"),
    "a key at the top": ("membrs: []\n", ":1: `membrs` is not a key that scaffold knows (did you mean `members`?)"),
    "no members": ("library: builtin\n", "`members` is missing"),
    "no way": ("members:\n  - name: a\n", ":2: members.0 must have one of folder, bare, url, command, glob, org, not 0"),
    "two ways": ("members:\n  - folder: a\n    bare: b\n", ":2: members.0 must have one of folder, bare, url"),
    "a name for many": ("members:\n  - glob: '*'\n    name: a\n", ":3: `members.0.name` does not go with `glob`"),
    "a pattern of nothing": ("members:\n  - glob: none/*\n", ":2: `none/*` matches no git repository"),
    "a pattern that is none": ("members:\n  - glob: a**/b\n", ":2: `a**/b` "),
    "no address": ("members:\n  - url: ../a\n", ":2: `members.0.url` must be an address that git can fetch from"),
    "a program as address": ("members:\n  - url: 'ext::sh -c id'\n", "must be an address"),
    "a login": ("members:\n  - url: https://me:S3CR3T@h/a\n", ":2: `members.0.url` holds a login (leave it to a credential"),
    "a token": ("members:\n  - url: https://S3CR3T@h/a\n", ":2: `members.0.url` holds a login"),
    "a password for ssh": ("members:\n  - url: 'me:S3CR3T@h:a'\n", ":2: ssh takes no password"),
    "an author": ("members: []\ncommit:\n  author: bot\n", ":3: `commit.author` must be a name and an address"),
    "labels": ("members:\n  - folder: a\n    labels: [1]\n", ":3: `members.0.labels` must be a mapping"),
    "a label": ("members:\n  - folder: a\n    labels:\n      version: 1.10\n", ":4: `members.0.labels.version` must be text"),
    "an empty name": ("members:\n  - folder: a\n    name: ''\n", ":3: `members.0.name` must be a line of text"),
    "a shell": ("members:\n  - command: list all\n", ":2: `members.0.command` must be a list"),
    "no program": ("members:\n  - command: []\n", ":2: `members.0.command` must be a list"),
    "no such program": ("members:\n  - command: [./nothing]\n", ":2: nothing cannot be started: No such file"),
    "one name": (
        "members:\n  - folder: a/x\n  - folder: b/x\n",
        ":3: two members are called x, the first at {file}:2 (give one of them a `name`)",
    ),
    "one repository": ("members:\n  - folder: a\n  - bare: ./a/../a\n", ":3: {folder}/a is listed twice, first at {file}:2"),
    "one address": (
        "members:\n  - url: https://h/a.git\n  - url: git@h:a\n    name: b\n",
        ":3: git@h:a is listed twice, first at {file}:2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_named_with_its_line(read, tmp_path, case):
    text, said = MISTAKES[case]
    with pytest.raises(ScaffoldError) as caught:
        read(text)
    assert said.format(file=tmp_path / "fleet.yml", folder=tmp_path) in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path / 'fleet.yml'}:")
    assert "S3CR3T" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(
        ScaffoldError, match=r"the fleet cannot be read: No such file.*as in `members: \[\{glob: services/\*\}\]`"
    ):
        inventory.read(tmp_path / "fleet.yml")


PRINTED = {
    "no JSON": ("print('orders')", ":2: line 1 that ./list printed: this is not valid JSON: "),
    "no object": ("print('[1]')", ":2: line 1 that ./list printed: `the document` must be a mapping"),
    "a key": ("""print('{"url": "https://h/a", "ownr": "a"}')""", "line 1 that ./list printed: `ownr` is not a key"),
    "a program": ("""print('{"command": ["a"]}')""", "line 1 that ./list printed: `command` is not a key"),
    "no way": ("""print(); print('{"name": "a"}')""", ":2: line 2 that ./list printed: it must have one of folder, bare, url"),
    "a failure": ("raise SystemExit('no https://me:S3CR3T@h')", ":2: ./list failed with exit code 1: no https://h"),
    "no end": ("import time; time.sleep(300)", ":2: list took longer than 1 s"),
}  # fmt: skip


@pytest.mark.parametrize("case", PRINTED)
def test_what_a_program_does_wrong_is_named(read, tmp_path, case):
    code, said = PRINTED[case]
    program(tmp_path, code)
    with pytest.raises(ScaffoldError) as caught:
        read("members:\n  - command: [./list]\n    seconds: 1\n")
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path / 'fleet.yml'}:2: ")
    assert "S3CR3T" not in str(caught.value)


def test_what_is_named_counts_before_what_is_printed_and_that_before_a_pattern(tmp_path, repo, names, read):
    for name in "abc":
        repo(f"all/{name}")
    (tmp_path / "linked").symlink_to("all/c")
    program(
        tmp_path,
        """
        print('{"folder": "all/b", "name": "printed"}')
        print('{"folder": "all/c", "name": "also printed"}')
        """,
    )
    text = """
        members:
          - glob: all/*
            labels: {by: pattern}
          - glob: all/a
            labels: {by: another}
          - command: [./list]
          - folder: linked
            name: named
        """
    assert sorted(names(text)) == ["a", "named", "printed"]
    assert next(one for one in read(text).repositories if one.name == "a").labels == {"by": "pattern"}


def test_a_pattern_starts_at_the_file_whatever_that_folder_is_called(tmp_path, repo):
    repo("[x]*/fleet")
    repo("[x]*/services/web")
    repo("x/services/other")
    for pattern in ("../services/*", f"{tmp_path}/?x??/s*/*"):
        (tmp_path / "[x]*/fleet/fleet.yml").write_text(f"members: [glob: '{pattern}']\n")
        fleet = inventory.read(tmp_path / "[x]*/fleet/fleet.yml")
        assert [one.place.address for one in fleet.repositories] == [f"{tmp_path}/[x]*/services/web"]


def test_the_schema_is_that_of_the_file(read):
    Draft202012Validator.check_schema(SCHEMA)
    check = Draft202012Validator(SCHEMA)
    assert set(SCHEMA["properties"]) == inventory.KEYS
    entry = SCHEMA["properties"]["members"]["items"]
    assert set(entry["properties"]) == listing.SAID
    keys = {way["title"]: set(way["properties"]) - {way["title"]} for way in entry["oneOf"]}
    assert keys == {name: source.more for name, source in listing.SOURCES.items()}
    shaped = "a key", "a key at the top", "no members", "no way", "two ways", "a name for many", "labels", "a label"
    for case in (*shaped, "an empty name", "a shell", "no program", "an author"):
        assert list(check.iter_errors(yaml.load(MISTAKES[case][0].encode(), "f").data)), case
    for text in (
        "members:\n  - {url: https://h/a, name: a, owner: o, mission: m, labels: {a: 1, b: true, c: d}, library: l}\n",
        "members:\n  - folder: a\n    owner:\n  - bare: b\n",
        "members: []\nforges: {git.acme.example: {kind: gitlab, token_env: T, bots: [b], limits: {for_people: 0.2}}}\n",
        "members: []\nlibrary: builtin\ncommit: {author: A <a@b>, signoff: false}\n",
    ):
        read(text)
        assert not list(check.iter_errors(yaml.load(text.encode(), "f").data)), text


def test_a_linked_work_tree_and_a_work_tree_in_use_are_folders(tmp_path, repo, names):
    git(repo("one"), "worktree", "add", "--quiet", str(tmp_path / "two"))
    assert names("members:\n  - folder: one\n  - folder: two\n") == ["one", "two"]
