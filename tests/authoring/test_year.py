"""A year in the life of a blueprint: releases over services whose teams work on, each of which ends where it should."""

import random
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


def edit(service: Path, chance: random.Random, turn: int) -> None:
    """Work as a team does: a line at the end of a managed file, a seeded one rewritten, a file of its own."""
    path = next((p for p in chance.sample(OWN, len(OWN)) if (service / p).exists()), OWN[0])
    with (service / path).open("a") as file:
        file.write(f"# ours {turn}\n")
    main = next((service / "src").glob("*/main.py"), None)
    if main is not None:
        main.write_text(f"print('ours {turn}')\n")
    (service / f"own{turn}.txt").write_text("ours\n")
    commit(service, f"work {turn}")


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


@pytest.mark.limit(300)
def test_a_year(tmp_path):
    root = repo(
        shelf(
            tmp_path / "library",
            {M: SEEDED, GUIDE: LINES, OPTIONS: '{\n  "level": 1,\n  "old": true\n}\n', GONE: "old\n"},
        ),
        {},
        "tool/v1.0.0",
    )
    chance, services = random.Random(7), []
    for number in range(SERVICES):
        size = chance.choice(("small", "large"))
        service = tmp_path / f"service-{number}"
        scaffold.new("tool", service, source=str(root), data={"size": size})
        services.append((service, size))
    versions = []
    for turn, changes in enumerate(changes_of_a_year(root)):
        versions.append(release(root, changes))
        if changes.get("templates/base/.editorconfig") == WRONG:
            scaffold.withdraw("tool", versions[-1], "it ends no lines", library=root)
        for service, _ in services:
            if chance.random() < 0.5:
                edit(service, chance, turn)
            if chance.random() < 0.6:
                made = scaffold.update(service, commit=True)
                assert not made.plan.conflicts, (service, versions[-1], [one.path for one in made.plan.conflicts])
    assert len(versions) == 10
    assert [version for version in versions if version.endswith(".0.0")] == ["2.0.0", "3.0.0"], versions
    (root / M).write_text(
        text(root, M).replace(
            "layers:", "lifecycle: {state: deprecated, sunset: 2027-06-30, replaced_by: tool}\nlayers:"
        )
    )
    commit(root, "the end")
    for service, size in services:
        assert not scaffold.update(service, commit=True).plan.conflicts
        fresh = tmp_path / "fresh" / service.name
        scaffold.new("tool", fresh, source=str(root), data={"scale": size})
        lock = parse((service / PATH).read_bytes(), "lock")
        assert lock.version == versions[-1]
        assert lock.answers == parse((fresh / PATH).read_bytes(), "lock").answers
        stamped = {path for path in git(fresh, "ls-files").splitlines() if not path.startswith(".scaffold/")}
        for path in stamped:
            ours, theirs = (service / path).read_text(), (fresh / path).read_text()
            kept = "".join(line for line in ours.splitlines(keepends=True) if not line.startswith("# ours"))
            assert kept == theirs or "print('ours" in ours, (service, path)
        left = set(git(service, "ls-files").splitlines()) - stamped
        assert all(path.startswith((".scaffold/", "own")) or "more.md" in path for path in left), left
        assert "tool is deprecated" in " ".join(scaffold.status(service).notes)
