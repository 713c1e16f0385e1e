"""A year in the life of a blueprint: releases over services whose teams work on, each of which ends where it should."""

import random
import re
from datetime import date
from pathlib import Path

import pytest

import scaffold
from scaffold.lock import PATH, parse
from tests.authoring.shelf import QUIET, shelf
from tests.kit import git, repo
from tests.scenarios.world import commit

M, B, R = "blueprints/tool/blueprint.yml", "templates/base/copier.yml", "templates/base/README.md.jinja"
SERVICES = 20
LINES = "".join(f"line {number}\n" for number in range(30))
GUIDE, MOVED = "templates/app/docs/guide.md", "templates/app/docs/team/guide.md"
OPTIONS, GONE = "templates/app/options.json", "templates/app/notes/old.md"
SEEDED = QUIET.replace("/src/**: seeded", "/src/**: seeded\n  /options.json: seeded\n  /notes/**: seeded")
STEPS = "files: [{set: {options.json: {level: 2}}}, {drop: {options.json: [old]}}, {drop: [/notes/old.md]}]"
OWN = ("settings.toml", "README.md", "docs/guide.md", "docs/team/guide.md")
WRONG = "root = wrong\n"
TODAY = date(2027, 1, 1)


class Service:
    """One repository, and what its team has written into it: what has to be there in the end."""

    def __init__(self, place: Path, size: str) -> None:
        self.place, self.size = place, size
        self.own: dict[str, str] = {}  # by the last name of a file, the lines at its end
        self.main: str | None = None

    def edit(self, chance: random.Random, turn: int) -> None:
        """Work as a team does: a line at the end of a managed file, a seeded one rewritten, a file of its own."""
        path = next(p for p in chance.sample(OWN, len(OWN)) if (self.place / p).exists())
        line = f"# ours {turn}\n"
        with (self.place / path).open("a") as file:
            file.write(line)
        name = path.rpartition("/")[2]
        self.own[name] = self.own.get(name, "") + line
        if chance.random() < 0.5:
            self.main = f"print('ours {turn}')\n"
            next((self.place / "src").glob("*/main.py")).write_text(self.main)
        (self.place / f"own{turn}.txt").write_text("ours\n")
        commit(self.place, f"work {turn}")

    def update(self, **words: str) -> None:
        made = scaffold.update(self.place, commit=True, **words)
        assert not made.plan.conflicts, (self.place, [one.path for one in made.plan.conflicts])

    def ends_as(self, fresh: Path) -> None:
        """Assert that it is what is stamped now, and what its team has made, and nothing else."""
        lock, other = (parse((place / PATH).read_bytes(), "lock") for place in (self.place, fresh))
        assert (lock.blueprint, lock.version, lock.answers) == (other.blueprint, other.version, other.answers)
        files, stamped = ({*git(place, "ls-files").splitlines()} for place in (self.place, fresh))
        assert {path for path in files - stamped if not path.startswith("own")} == set(), self.place
        assert stamped <= files, self.place
        for path in sorted(path for path in stamped if not path.startswith(".scaffold/")):
            wanted = (fresh / path).read_text()
            if path.endswith("/main.py"):
                wanted = self.main or (self.place / path).read_text()  # seeded: as it was given, or as the team has it
            assert (self.place / path).read_text() == wanted + self.own.get(path.rpartition("/")[2], ""), (
                self.place,
                path,
            )


def release(root: Path, changes: dict[str, str | None], *words: str) -> str:
    for path, text in changes.items():
        if text is None:
            (root / path).unlink()
    repo(root, {path: text for path, text in changes.items() if text is not None})
    bump = words[0] if words else None
    return scaffold.release("tool", library=root, bump=bump, notes=("a change",), today=TODAY).version


def text(root: Path, path: str) -> str:
    return (root / path).read_text()


def changes_of_a_year(root: Path):
    """Yield the changes of each release, made from the library as it then stands."""
    yield {"templates/base/.editorconfig": "root = false\n"}
    yield {"templates/app/more.md": LINES}
    yield {"templates/app/settings.toml": "# how it is built\n" + text(root, "templates/app/settings.toml")}
    yield {
        GUIDE: None,
        MOVED: "first\n" + LINES,
        M: text(root, M).replace(
            "compose:", "migrations:\n- {version: 1.2.0, move: {docs/guide.md: docs/team/guide.md}}\ncompose:"
        ),
    }
    manifest = (
        text(root, M)
        .replace(
            "- {version: 1.2.0,",
            f"- {{version: 2.0.0, answers: [{{rename: {{size: scale}}}}], {STEPS}}}\n- {{version: 1.2.0,",
        )
        .replace("  /notes/**: seeded\n", "")
    )
    cases = {
        f"blueprints/tool/cases/{name}.yml": f"name: {name}-tool\nscale: {name}\n_before: {{size: {name}}}\n"
        for name in ("large", "small")
    }
    yield {
        M: manifest,
        B: text(root, B).replace("size:", "scale:"),
        R: text(root, R).replace("size ==", "scale =="),
        OPTIONS: '{\n  "level": 2\n}\n',
        GONE: None,
        **cases,
    }
    yield {"templates/app/more.md": "first\n" + LINES}
    yield {"templates/base/.editorconfig": WRONG}
    yield {"templates/base/.editorconfig": "root = true\nend = lf\n"}
    yield {"templates/app/more.md": None}
    yield {MOVED: "first\nsecond\n" + LINES}


KIT = "blueprints/kit"


def successor(root: Path) -> dict[str, str]:
    """Return the files of a blueprint that takes over from the other, with a layer more and a question by another name."""
    manifest = text(root, M)[: text(root, M).index("migrations:")] + text(root, M)[text(root, M).index("compose:") :]
    manifest = manifest.replace("name: tool", "name: kit").replace("[base, app]", "[kit, app]")
    steps = "migrations:\n- {from: tool, answers: [{rename: {scale: extent}}]}\n"
    files = {
        f"{KIT}/blueprint.yml": re.sub(r"^version: .*", "version: 1.0.0", manifest, flags=re.MULTILINE) + steps,
        f"{KIT}/CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n- the first one\n",
        f"{KIT}/cases/small.yml": "extent: small\n",
        f"{KIT}/cases/large.yml": "name: big\nextent: large\n",
        "templates/kit/only.md": "of kit alone\n",
    }
    base = {path: (root / path).read_text() for path in map(str, git(root, "ls-files", "templates/base").splitlines())}
    return files | {path.replace("/base/", "/kit/"): said.replace("scale", "extent") for path, said in base.items()}


@pytest.mark.limit(400)
@pytest.mark.parametrize("seed", [7, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (11, 23, 42))])
def test_a_year(seed, tmp_path):
    root = repo(
        shelf(
            tmp_path / "library",
            {M: SEEDED, GUIDE: LINES, OPTIONS: '{\n  "level": 1,\n  "old": true\n}\n', GONE: "old\n"},
        ),
        {},
        "tool/v1.0.0",
    )
    chance, services = random.Random(seed), []
    for number in range(SERVICES):
        size = chance.choice(("small", "large"))
        scaffold.new("tool", tmp_path / f"service-{number}", source=str(root), data={"size": size})
        services.append(Service(tmp_path / f"service-{number}", size))
    versions, told = [], []
    for turn, changes in enumerate(changes_of_a_year(root)):
        versions.append(release(root, changes))
        for service in services:
            if chance.random() < 0.5:
                service.edit(chance, turn)
            if chance.random() < 0.6:
                service.update()
        if changes.get("templates/base/.editorconfig") == WRONG:
            scaffold.withdraw("tool", versions[-1], "it ends no lines", library=root)
            told = [one for one in services if scaffold.status(one.place).state == "withdrawn"]
            assert 0 < len(told) < SERVICES, "some are on it, and some never were"
            told[0].update(to=versions[-2])  # one goes back at once, the others on with the next release
    assert len(versions) == 10
    assert [version for version in versions if version.endswith(".0.0")] == ["2.0.0", "3.0.0"], versions
    repo(root, successor(root))
    assert scaffold.release("kit", library=root, today=TODAY).tag == "kit/v1.0.0"
    ending = "lifecycle: {state: deprecated, sunset: 2027-06-30, replaced_by: kit}\nlayers:"
    (root / M).write_text(text(root, M).replace("layers:", ending))
    commit(root, "the end")
    for number, service in enumerate(services):
        service.update()
        assert "tool is deprecated, and ends on 2027-06-30; use kit" in scaffold.status(service.place).notes
        fresh = tmp_path / "fresh" / service.place.name
        scaffold.new(f"tool@{versions[-1]}", fresh, source=str(root), data={"scale": service.size})
        service.ends_as(fresh)
        if number % 2:
            service.update(blueprint="kit")
            kit = tmp_path / "kit" / service.place.name
            scaffold.new("kit", kit, source=str(root), data={"extent": service.size})
            service.ends_as(kit)
            assert (service.place / "only.md").exists()
