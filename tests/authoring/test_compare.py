"""What a release changes: each row of the table, grouped differences, and the reports."""

import pytest

from scaffold.authoring.compare import compare_blueprints
from scaffold.authoring.levels import STEPS
from scaffold.errors import ScaffoldError
from tests.authoring.shelf import MANIFEST, shelf
from tests.kit import repo
from tests.scenarios.world import scaffold

M, B, A = "blueprints/tool/blueprint.yml", "templates/base/copier.yml", "templates/app/copier.yml"
ASKED = "asked:\n  type: str\n  help: Asked\n"
MANAGED = "/.editorconfig: managed"
MINE = {"templates/app/mine.txt": "x\n"}

# kind: (what is released, what it becomes, the sentence)
CHANGES = {
    "question removed": ({B: ("size:\n", f"{ASKED}  default: x\nsize:\n")}, {}, "`asked` is asked no more"),
    "question required": ({}, {B: ("size:\n", f"{ASKED}size:\n"), "blueprints/tool/cases/small.yml": "asked: x\n", "blueprints/tool/cases/large.yml": "asked: x\nsize: large\n"}, "`asked` is new, and must be answered"),
    "type changed": ({B: ("size:\n", f"{ASKED}  default: 1\nsize:\n")}, {B: ("size:\n", "asked:\n  type: int\n  help: Asked\n  default: 1\nsize:\n")}, "`asked` is of type int, and was str"),
    "choice removed": ({B: ("[small, large]", "[small, large, huge]")}, {}, "`size` cannot be huge any more"),
    "file locked": ({M: ("/.editorconfig: locked", MANAGED)}, {}, ".editorconfig becomes locked, and was managed"),
    "key locked": ({M: ("      build.strict: locked", "      build.strict: seeded")}, {}, "build.strict in settings.toml becomes locked"),
    "file dropped": (MINE, {}, "mine.txt is brought no more"),
    "rule added": ({}, {M: ('["CI-*"]', '["CI-*", "SC-01"]')}, "services are checked by SC-01"),
    "severity raised": ({M: ("severity: medium", "severity: low")}, {}, "ACME-01 is medium, and was low"),
    "waivers shortened": ({}, {M: ("guardrails:", "guardrails:\n  waivers: {longest: {low: 10}}")}, "a waiver of a low rule lasts 10 days at most"),
    "oldest raised": ({}, {M: ("layers:", "oldest: 1.0.0\nlayers:")}, "the oldest version that may be in use is 1.0.0"),
    "blueprint deprecated": ({}, {M: ("layers:", "lifecycle: {state: deprecated, sunset: 2027-01-31, replaced_by: other}\nlayers:")}, "the blueprint is deprecated; use other"),
    "question added": ({}, {B: ("size:\n", f"{ASKED}  default: x\nsize:\n")}, "`asked` is new"),
    "choice added": ({}, {B: ("[small, large]", "[small, large, huge]")}, "`size` can be huge"),
    "default changed": ({B: ("default: small", "default: large")}, {}, "the default of `size` is another, for new services"),
    "file added": ({}, MINE, "mine.txt is new (managed)"),
    "file moved": (MINE, {"templates/app/ours.txt": "x\n"}, "mine.txt moves to ours.txt"),
    "file edited": ({}, {M: ("compose:", "migrations:\n  - {version: 2.0.0, files: [{set: {settings.toml: {build.strict: true}}}]}\ncompose:")}, "in settings.toml of services it sets `build.strict`"),
    "file unlocked": ({}, {M: ("/.editorconfig: locked", MANAGED)}, ".editorconfig becomes managed, and was locked"),
    "file given": ({M: ("/src/**: seeded", "/src/**: managed")}, {}, "src/demo/main.py becomes seeded, and was managed"),
    "key unlocked": ({}, {M: ("      build.strict: locked", "      build.strict: seeded")}, "build.strict in settings.toml is locked no more"),
    "rule removed": ({M: ('["CI-*"]', '["CI-*", "SC-01"]')}, {}, "services are not checked by SC-01 any more"),
    "severity lowered": ({}, {M: ("severity: medium", "severity: low")}, "ACME-01 is low, and was medium"),
    "rule changed": ({}, {M: ("equals: true", "equals: false")}, "ACME-01 is set otherwise"),
    "scaffold raised": ({}, {M: ("layers:", "min_scaffold_version: 0.1.0\nlayers:")}, "it needs scaffold 0.1.0"),
    "layers changed": ({}, {M: ("[base, app]", "[base, app, more]"), "templates/more/more.txt": "x\n"}, "its layers are base, app, more"),
    "file changed": ({}, {"templates/base/.editorconfig": "root = false\n"}, ".editorconfig changes"),
    "text changed": ({}, {M: ("title: A tool", "title: The tool")}, "its title changes"),
}  # fmt: skip


def test_every_row_of_the_table_is_here():
    assert CHANGES.keys() == STEPS.keys()


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_is_a_step_of_its_size(kind, tmp_path):
    before, after, sentence = CHANGES[kind]
    root = repo(shelf(tmp_path, before), {}, "tool/v1.0.0")
    for path in before.keys() - after.keys():
        if path.startswith("templates/") and not isinstance(before[path], tuple):
            (root / path).unlink()
    shelf(root, after)
    found = compare_blueprints("tool@1.0.0", library=root)
    one = next(one for one in found.changes if one.kind == kind and one.message == sentence)
    assert one.level == STEPS[kind].level
    assert bool(one.todo) == bool(STEPS[kind].todo)
    assert "{}" not in one.todo


def test_nothing_changes_between_a_release_and_itself(tmp_path):
    root = repo(shelf(tmp_path), {}, "tool/v1.0.0")
    found = compare_blueprints("tool@1.0.0", library=root)
    assert (found.changes, found.files, found.level) == ((), (), None)
    assert "Nothing changes" in scaffold("blueprint", "diff", "tool@1.0.0", where=root).out


def test_what_is_the_same_in_several_cases_is_shown_once(tmp_path):
    root = repo(shelf(tmp_path), {}, "tool/v1.0.0")
    shelf(
        root, {"templates/base/.editorconfig": "<b>root</b>\n", "templates/base/README.md.jinja": "# {{ name }}, `|`\n"}
    )
    found = compare_blueprints("tool@1.0.0", library=root)
    assert [(one.path, one.cases) for one in found.files] == [
        (".editorconfig", ("large", "small")), ("README.md", ("large",)), ("README.md", ("small",)),
    ]  # fmt: skip
    assert found.level == "patch"
    done = scaffold("blueprint", "diff", "tool@1.0.0", where=root)
    assert ".editorconfig: changes (locked; every case)" in done.out
    data = scaffold("blueprint", "diff", "tool@1.0.0", ".", "--format", "json", where=root).json
    assert (data["from"], data["to"], data["level"]) == ("1.0.0", "1.0.0 as it stands", "patch")
    assert len(data["files"]) == 3
    said = scaffold("blueprint", "diff", "tool@1.0.0", "--format", "markdown", where=root).out
    assert "- **patch** .editorconfig changes" in said and "````diff" in said
    page = scaffold("blueprint", "diff", "tool@1.0.0", "--format", "html", where=root).out
    assert "&lt;b&gt;root&lt;/b&gt;" in page and "<b>root" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_what_only_an_older_release_asks_is_answered_as_the_case_says(tmp_path):
    old = {B: ("size:\n", f"{ASKED}  default: x\nsize:\n"), "templates/app/asked.txt.jinja": "{{ asked }}\n"}
    root = repo(shelf(tmp_path, old), {}, "tool/v1.0.0")
    case = "blueprints/tool/cases/small.yml"
    shelf(root, {case: "_before: {asked: special}\n", "templates/app/asked.txt.jinja": "special\n", B: old[B]})
    (root / B).write_text((root / B).read_text().replace(f"{ASKED}  default: x\n", ""))
    found = compare_blueprints("tool@1.0.0", library=root)
    assert [one.cases for one in found.files if one.path == "asked.txt"] == [("large",)]


def test_bad_input(tmp_path):
    root = repo(
        shelf(tmp_path, {"blueprints/other/blueprint.yml": MANIFEST.replace("tool", "other")}), {}, "tool/v1.0.0"
    )
    for words, sentence in {
        ("other",): "other has no release to compare with (name a branch or a commit, as in other@HEAD",
        ("tool@1.0.0", "other@1.0.0"): "are two blueprints",
        ("tool@7.0.0",): "there is no tool 7.0.0",
        ("toll@1.0.0",): "there is no toll 1.0.0",
    }.items():
        done = scaffold("blueprint", "diff", *words, where=root)
        assert (done.code, sentence in done.err) == (1, True), done.err
    with pytest.raises(ScaffoldError, match="has no release"):
        compare_blueprints("other", library=root)
