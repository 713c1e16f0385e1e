"""The projects of a repository, and whose they are, as its HEAD commit says."""

import pickle
from pathlib import Path

import pytest

from scaffold.fleet.members import members_of
from scaffold.fleet.repository import Place, Repository
from tests import kit
from tests.kit import git

LOCK = ".scaffold/lock.json"
CATALOG = """
kind: Location
---
kind: Component
spec: {owner: "group:default/orders", domain: trade}
---
kind: Component
spec: {owner: other, system: shop}
"""
ANSWERS = "blueprint: b\nsource: builtin\nanswers: {owner: answered, mission: given}\n"


def found(folder, **said):
    return members_of(Repository("it", Place("folder", str(folder)), "fleet.yml:2", **said), Path(folder))


def test_a_repository_is_one_project(repo):
    root = repo("a")
    (member,) = found(root, labels={"tier": "1"}, library="builtin")
    assert (member.name, member.prefix, member.state, member.labels) == ("it", "", "", {"tier": "1"})
    assert (member.commit, member.folder) == (git(root, "rev-parse", "HEAD"), str(root))
    assert pickle.loads(pickle.dumps(member)) == member


def test_each_lock_of_a_monorepo_is_a_project(repo):
    paths = ("services/b c/", "services/a/", "", "deep/er/x/")
    near = {".scaffold/lock.json.bak": "", "x.scaffold/lock.json": "", "y/.scaffold/lock.json/z": "", "y/lock.json": ""}
    root = repo("mono", {**{f"{path}{LOCK}": "{}\n" for path in paths}, **near, f"z/{LOCK}": kit.link("elsewhere")})
    assert [(one.name, one.prefix, one.state) for one in found(root)] == [
        ("it", "", ""),
        ("it/deep/er/x", "deep/er/x", ""),
        ("it/services/a", "services/a", ""),
        ("it/services/b c", "services/b c", ""),
    ]


def test_what_is_committed_counts_and_no_file(repo):
    root = repo("a", {"README.md": "\n"})
    kit.write(root, {LOCK: "{}\n", "CODEOWNERS": "* @new\n"})
    git(root, "add", "--all")
    (member,) = found(root)
    assert (member.state, member.owner, member.why) == ("unadopted", "", "")


def test_a_bare_repository_is_as_good(bare):
    (member,) = found(bare("a", {LOCK: "{}\n", "CODEOWNERS": "* @acme/a\n"}))
    assert (member.state, member.owner) == ("", "@acme/a")


def unborn(repo):
    root = repo("a")
    git(root, "symbolic-ref", "HEAD", "refs/heads/gone")
    return root


def lacking(repo):
    root = repo("a")
    tree = git(root, "rev-parse", "HEAD:.scaffold")
    (root / ".git/objects" / tree[:2] / tree[2:]).unlink()
    return root


def garbled(repo):
    root = repo("a")
    (root / ".git/HEAD").write_text("nonsense")
    return root


UNREADABLE = {
    "nothing": (lambda repo: repo("a").parent / "none", "there is no git repository"),
    "a folder inside one": (lambda repo: repo("a") / ".scaffold", "there is no git repository"),
    "no commit": (unborn, "HEAD names no commit: nothing is committed, or its branch is gone"),
    "an object is missing": (lacking, "the repository lacks "),
    "a garbled HEAD": (garbled, "the repository cannot be used"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_a_member_with_its_reason(repo, case):
    make, why = UNREADABLE[case]
    root = make(repo)
    (member,) = found(root, owner="@acme/a")
    assert (member.name, member.state, member.owner, member.commit) == ("it", "unreadable", "@acme/a", "")
    assert why in member.why
    assert str(root) in member.why


def test_where_there_is_no_mirror_its_reason_is_the_members():
    (member,) = members_of(Repository("it", Place("url", "https://h/a"), "fleet.yml:2"), None, "nobody answers")
    assert (member.state, member.why, member.folder) == ("unreadable", "nobody answers", "")


SHOP = "spec: {owner: 'group:shop'}\n"
OF_ACME = "blueprint: b\nsource: builtin\nanswers: {owner: '@acme/shop'}\n"
BELONGS = {
    "fleet.yml": ({"catalog-info.yaml": CATALOG}, {"owner": "me", "mission": "mine"}, ("me", "mine")),
    "the rest from files": ({"catalog-info.yaml": CATALOG}, {"owner": "me"}, ("me", "shop")),
    "the catalog": ({"catalog-info.yaml": CATALOG, "CODEOWNERS": "* @acme/c\n"}, {}, ("group:default/orders", "shop")),
    "a team that CODEOWNERS spells more fully": ({"catalog-info.yaml": SHOP, "CODEOWNERS": "* @acme/sre @acme/shop\n"}, {}, ("@acme/shop", "")),
    "a team that the answer spells more fully": ({"catalog-info.yaml": SHOP, ".scaffold/answers.yml": OF_ACME}, {}, ("@acme/shop", "")),
    "a team that both spell more fully": ({"catalog-info.yaml": SHOP, "CODEOWNERS": "* acme/Shop\n", ".scaffold/answers.yml": OF_ACME}, {}, ("acme/Shop", "")),
    "teams of one name of two organisations": ({"catalog-info.yaml": SHOP, "CODEOWNERS": "* @other/shop\n", ".scaffold/answers.yml": OF_ACME}, {}, ("group:shop", "")),
    "another team": ({"catalog-info.yaml": SHOP, "CODEOWNERS": "* @acme/workshop\n"}, {}, ("group:shop", "")),
    "a person of a team's name": ({"catalog-info.yaml": "spec: {owner: 'user:shop'}\n", "CODEOWNERS": "* @acme/shop\n"}, {}, ("user:shop", "")),
    "a team of a namespace": ({"catalog-info.yaml": "spec: {owner: 'group:trade/shop'}\n", "CODEOWNERS": "* @acme/shop\n"}, {}, ("group:trade/shop", "")),
    "fleet.yml before a fuller spelling": ({"CODEOWNERS": "* @acme/shop\n"}, {"owner": "shop"}, ("shop", "")),
    "a domain": ({"catalog-info.yaml": "spec: {domain: trade}\n", ".scaffold/answers.yml": ANSWERS}, {}, ("answered", "trade")),
    "a broken catalog": ({"catalog-info.yaml": "spec: [", "CODEOWNERS": "* @acme/c\n"}, {}, ("@acme/c", "")),
    "an odd catalog": ({"catalog-info.yaml": "spec: {owner: [a], system: 1}\n"}, {}, ("", "")),
    "CODEOWNERS": ({"CODEOWNERS": "*.md @docs\n* @acme/a @acme/b # us\n/.scaffold/ @platform\n"}, {}, ("@acme/a @acme/b", "")),
    "the first CODEOWNERS": ({".github/CODEOWNERS": "* @first\n", "CODEOWNERS": "* @acme/a\n"}, {}, ("@first", "")),
    "nobody's files": ({"CODEOWNERS": "*.md @docs\n", ".scaffold/answers.yml": ANSWERS}, {}, ("answered", "given")),
    "broken answers": ({".scaffold/answers.yml": "answers: ["}, {}, ("", "")),
    "nothing": ({}, {}, ("", "")),
}  # fmt: skip


@pytest.mark.parametrize("case", BELONGS)
def test_owner_and_mission_come_from_the_first_that_says_so(repo, case):
    files, said, belongs = BELONGS[case]
    (member,) = found(repo("a", {LOCK: "{}\n", **files}), **said)
    assert (member.owner, member.mission) == belongs


def test_in_a_monorepo_each_project_is_whose_its_folder_is(repo):
    files = {
        **{f"{path}/{LOCK}": "{}\n" for path in ("services/a", "services/b", "services/c")},
        "CODEOWNERS": "* @acme/all\n/services/b/ @acme/b\nservices/a/*.md @docs\n",
        "catalog-info.yaml": "spec: {owner: whole}\n",
        "services/c/catalog-info.yaml": "spec: {owner: c, system: sea}\n",
        "services/a/.scaffold/answers.yml": ANSWERS,
    }
    owners = {one.prefix: (one.owner, one.mission) for one in found(repo("mono", files))}
    assert owners == {
        "services/a": ("@acme/all", "given"),
        "services/b": ("@acme/b", ""),
        "services/c": ("c", "sea"),
    }
