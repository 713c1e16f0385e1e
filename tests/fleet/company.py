"""A company: a library of three blueprints in several versions, and repositories of all kinds that were made from it.

Which repository is on which version, and what its team has done to it, is drawn by a seed; each kind is there.
"""

import json
import random
import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

import yaml

import scaffold
from scaffold.errors import ScaffoldError
from scaffold.report.standing import Status
from tests import kit
from tests.kit import git

TODAY = date(2027, 1, 15)
RELEASES = {"web": ("1.0.0", "1.1.0", "2.0.0", "2.1.0rc1"), "job": ("1.0.0", "1.1.0"), "tool": ("0.9.0",)}
NEWEST = {"web": "2.0.0", "job": "1.1.0", "tool": "0.9.0"}
OWNERS = ("@acme/shop", "@acme/search", "@acme/pay")
OWNERSHIP = {"*": "managed", "/ci.yml": "locked", "/run.sh": "locked", "/settings.toml": {"file": "managed", "keys": {"tool.lint": "locked"}}}  # fmt: skip
WAIVER = """\
waivers:
  - rule: LK-01
    scope: /ci.yml
    content: {content}
    reason: our runner cannot do it yet
    owner: "@acme/shop"
    approver: "@acme/security"
    created: 2026-12-10
    expires: {expires}
"""
ANSWERS = (
    "name:\n  type: str\n  default: demo\nowner:\n  type: str\n  default: ''\nmission:\n  type: str\n  default: ''\n"
)


@dataclass
class Company:
    """Where all of it is."""

    root: Path
    library: Path
    entries: list[dict[str, object]] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """The `fleet.yml`."""
        return self.root / "fleet.yml"

    def list(self, kind: str, name: str, **entry: object) -> None:
        """Take a repository into the list."""
        self.kinds[name] = kind
        self.entries.append({**entry, "name": name})
        self.file.write_text(yaml.safe_dump({"members": self.entries}))


class At(NamedTuple):
    """A repository in the making."""

    folder: Path
    company: Company
    chance: random.Random


def made(root: Path, members: int = 25, seed: int = 14) -> Company:
    """Make a company of so many repositories, or of one for each kind where that is more."""
    chance = random.Random(seed)
    company = Company(root, library(root / "library"))
    stamps = {
        (name, version): stamped(company.library, root / "stamps" / f"{name}-{version}", f"{name}@{version}")
        for name, versions in RELEASES.items()
        for version in versions
    }
    kinds = [*KINDS, *chance.choices(list(KINDS), k=max(0, members - len(KINDS)))]
    for number, kind in enumerate(kinds):
        stamp = stamps[chance.choice(list(stamps))]
        name = f"{kind.replace(' ', '-')}-{number}"
        folder = root / "repositories" / name
        shutil.copytree(stamp, folder, symlinks=True)
        KINDS[kind](At(folder, company, chance))
        said = (
            {"owner": chance.choice(OWNERS), "labels": {"tier": chance.randint(1, 3)}} if chance.random() < 0.7 else {}
        )
        if chance.random() < 0.3 and kind not in ("unborn", "empty"):  # of those git makes no bare clone
            git(root, "clone", "--quiet", "--bare", str(folder), f"{folder}.git")
            company.list(kind, name, bare=f"repositories/{name}.git", **said)
        else:
            company.list(kind, name, folder=f"repositories/{name}", **said)
    return company


def library(root: Path) -> Path:
    """A library in git with three blueprints and their releases."""
    rules = {"use": ["SP-01", "OW-01", "SC-01"], "waivers": {"approvers": ["@acme/security", "@acme/asked"]}}
    for name, versions in RELEASES.items():
        for number, version in enumerate(versions):
            manifest = kit.manifest(name, version, (name,), ownership=OWNERSHIP, guardrails=rules)
            files = {
                "copier.yml": ANSWERS,
                "ci.yml": f"steps: [{', '.join(map(str, range(number + 1)))}]\n",
                "notes.md.jinja": f"# {{{{ name }}}}\n\nfirst\n\nsecond\n\nversion {version}\n",
                "settings.toml": f'[project]\nname = "x"\n\n[tool.lint]\nlevel = {number}\n\n[tool.other]\na = 1\n',
                "run.sh": kit.executable("#!/bin/sh\necho run\n"),
            }
            tree = {f"templates/{name}/{path}": content for path, content in files.items()}
            kit.repo(root, {f"blueprints/{name}/blueprint.yml": manifest, **tree}, f"{name}/v{version}")
    return root


def stamped(library: Path, folder: Path, blueprint: str) -> Path:
    """A project of its own, committed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    scaffold.new(blueprint, folder, source=str(library), data={"owner": "@acme/asked", "mission": "Checkout"})
    return folder


def work(folder: Path, files: dict[str, kit.Content]) -> None:
    """Commit a team's edits."""
    kit.repo(folder, files)


def _nothing(at):
    if at.chance.random() < 0.5:
        work(at.folder, {"src/main.py": "print('ours')\n", "notes.md": "ours\n"})


def _locked(at):
    work(at.folder, {"ci.yml": "steps: [mine]\n"})


def _deleted(at):
    (at.folder / "ci.yml").unlink()
    work(at.folder, {})


def _mode(at):
    work(at.folder, {"run.sh": "#!/bin/sh\necho run\n"})


def _key(at):
    work(at.folder, {"settings.toml": (at.folder / "settings.toml").read_text().replace("level = ", "level = 9")})


def _odd(at):
    work(at.folder, {"settings.toml": "[broken\n"})


def _conflict(at):
    """An update's conflict, committed with its markers."""
    scaffold_at(at.folder, at.company, "web", "1.0.0")
    work(at.folder, {"notes.md": (at.folder / "notes.md").read_text().replace("version 1.0.0", "ours")})
    assert scaffold.update(at.folder, to=at.chance.choice(("1.1.0", "2.0.0"))).plan.conflicts
    git(at.folder, "add", "--all")
    git(at.folder, "commit", "--quiet", "--message=with conflicts")


def _edited(at):
    answers = at.folder / ".scaffold/answers.yml"
    work(at.folder, {".scaffold/answers.yml": answers.read_text().replace("Checkout", "Search")})


def _lapsing(at):
    _waived(at.folder, "2027-01-30")


def _expired(at):
    _waived(at.folder, "2027-01-10")


def _waived(folder, expires):
    work(folder, {"ci.yml": "steps: [waived]\n"})
    content = git(folder, "rev-parse", "HEAD:ci.yml")
    work(folder, {".scaffold/waivers.yml": WAIVER.format(content=content, expires=expires)})


def _monorepo(at):
    """Two projects, of different owners."""
    shutil.rmtree(at.folder)
    for place, blueprint in (("services/a", "web@1.0.0"), ("services/b", "job@1.1.0")):
        source = at.folder.parent.parent / "stamps" / blueprint.replace("@", "-")
        shutil.copytree(source, at.folder / place, ignore=shutil.ignore_patterns(".git"))
    kit.repo(at.folder, {"CODEOWNERS": "* @acme/shop\n/services/b/ @acme/pay\n", "services/a/ci.yml": "mine\n"})


def _unadopted(at):
    shutil.rmtree(at.folder)
    kit.repo(at.folder, {"README.md": "# By hand\n", "CODEOWNERS": "* @acme/pay\n"})


def _copier(at):
    shutil.rmtree(at.folder)
    kit.repo(at.folder, {".copier-answers.yml": "_src_path: gh:acme/template\n_commit: v1.0.0\nname: x\n"})


def _empty(at):
    shutil.rmtree(at.folder)
    at.folder.mkdir()
    git(at.folder, "init", "--quiet")


def _unborn(at):
    git(at.folder, "symbolic-ref", "HEAD", "refs/heads/gone")


def _damaged(at):
    work(at.folder, {".scaffold/lock.json": (at.folder / ".scaffold/lock.json").read_text()[:-20]})


def _newer(at):
    lock = json.loads((at.folder / ".scaffold/lock.json").read_text())
    work(at.folder, {".scaffold/lock.json": json.dumps(lock | {"format": 9, "scaffold": "9.9.9"})})


def _answerless(at):
    (at.folder / ".scaffold/answers.yml").unlink()
    work(at.folder, {})


def _sourceless(at):
    """A project whose library has gone."""
    lock = json.loads((at.folder / ".scaffold/lock.json").read_text())
    answers = (at.folder / ".scaffold/answers.yml").read_text().replace(str(at.company.library), "/nowhere/library")
    work(at.folder, {".scaffold/lock.json": json.dumps(lock | {"source": "/nowhere/library"}), ".scaffold/answers.yml": answers})  # fmt: skip


def _versionless(at):
    """A project at a version whose release was taken back."""
    lock = json.loads((at.folder / ".scaffold/lock.json").read_text())
    work(at.folder, {".scaffold/lock.json": json.dumps(lock | {"version": "7.0.0", "commit": "a" * 40})})


def scaffold_at(folder: Path, company: Company, name: str, version: str) -> None:
    """Have a project of another blueprint or version in a folder."""
    shutil.rmtree(folder)
    shutil.copytree(company.root / "stamps" / f"{name}-{version}", folder, symlinks=True)


KINDS = {
    "clean": _nothing,
    "locked": _locked,
    "deleted": _deleted,
    "mode": _mode,
    "key": _key,
    "odd": _odd,
    "conflict": _conflict,
    "edited": _edited,
    "lapsing": _lapsing,
    "expired": _expired,
    "monorepo": _monorepo,
    "unadopted": _unadopted,
    "copier": _copier,
    "empty": _empty,
    "unborn": _unborn,
    "damaged": _damaged,
    "newer": _newer,
    "answerless": _answerless,
    "sourceless": _sourceless,
    "versionless": _versionless,
}


def alone(folder: Path, into: Path, prefix: str) -> Status | str:
    """Return what `scaffold.status` says in a clone of its own, or why it says nothing."""
    git(into.parent, "clone", "--quiet", str(folder), str(into))
    try:
        return scaffold.status(into / prefix, today=TODAY)
    except ScaffoldError as error:
        return str(error)
