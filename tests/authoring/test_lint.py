"""Every mistake that lint knows, made once, and the sentence that it gets."""

import json
import re

import pytest

from scaffold.authoring.lint.catalogue import lint_rules
from scaffold.authoring.lint.run import lint
from tests.authoring.shelf import APP, BASE, CI, FILES, MANIFEST, shelf
from tests.kit import git, repo, write
from tests.scenarios.world import scaffold

M, B, A, R = "blueprints/tool/blueprint.yml", "templates/base/copier.yml", "templates/app/copier.yml", "templates/base/README.md.jinja"  # fmt: skip
CASES, CI_FILE = "blueprints/tool/cases", "templates/app/.github/workflows/ci.yml"
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"  # of the form, and nobody's
TEXT = "asked:\n  type: str\n  help: Asked\n"

# (id, what is changed, the place, the sentence, a part of the mend)
MISTAKES = {
    "the manifest is no YAML": ("BP-01", {M: ('"@acme/platform"', "@acme/platform")}, f"{M}:4", "cannot start any token", "into quotes"),
    "a layer that is not there": ("BP-01", {M: ("[base, app]", "[base, ap]")}, M, "there is no layer templates/ap", ""),
    "a question that two layers ask otherwise": ("BP-01", {A: ("package:\n", "size: tiny\npackage:\n")}, f"{A}:1", "the question `size` differs from the one at", "write both alike"),
    "a key of the manifest": ("BP-02", {M: ("ownership:", "ownershp: {}\nownership:")}, f"{M}:6", "`ownershp` is not a key", "did you mean `ownership`"),
    "a second unknown key too": ("BP-02", {M: ("ownership:", "ownershp: {}\nlayrs: []\nownership:")}, f"{M}:7", "`layrs` is not a key", "did you mean `layers`"),
    "a key of a question": ("BP-02", {B: ("  choices: [small, large]", "  choices: [small, large]\n  validatr: x")}, f"{B}:11", "`size.validatr` is not a key", "did you mean `validator`"),
    "a setting of a template": ("BP-02", {B: ("name:\n", "_exclud: [a]\nname:\n")}, f"{B}:1", "`_exclud` is not a setting", "did you mean `_exclude`"),
    "a rule that nobody knows": ("BP-03", {M: ("OP-08:", "OP-80:")}, f"{M}:19", "`rules` names OP-80, which is no rule", "Did you mean OP-0"),
    "a family of rules that there is not": ("BP-03", {M: ('["CI-*"]', '["CI-*", "IC-*"]')}, f"{M}:17", "`use` names IC-*, which is no rule", ""),
    "a parameter that a rule has not": ("BP-03", {M: ("OP-08: {", "CI-02: {with: {pin: {}}}\n    OP-08: {")}, f"{M}:19", "the rule CI-02 has no parameter `pin`", "Did you mean pins"),
    "a rule that always holds": ("BP-03", {M: ("OP-08: {", "LK-01: {severity: low}\n    OP-08: {")}, f"{M}:19", "the rule LK-01 always holds", "Take it out"),
    "a judge that there is not": ("BP-03", {M: ("guardrails:", "guardrails:\n  judges: [zizmr]")}, f"{M}:17", "zizmr is no outside judge", "Did you mean zizmor"),
    "an end without a successor": ("BP-04", {M: ("layers:", "lifecycle: deprecated\nlayers:")}, f"{M}:5", "does not say `replaced_by`", "Set `sunset`"),
    "a successor that there is not": ("BP-04", {M: ("layers:", "lifecycle: {state: deprecated, sunset: 2027-01-31, replaced_by: tools}\nlayers:")}, f"{M}:5", "there is no blueprint tools in this library", "Did you mean tool"),
    "a sunset that is no day": ("BP-04", {M: ("layers:", "lifecycle: {state: deprecated, sunset: soon, replaced_by: tool}\nlayers:")}, f"{M}:5", "`sunset` is 'soon', which is no day", "2027-01-31"),
    "a version of two numbers": ("BP-05", {M: ("version: 1.0.0", 'version: "1.0"')}, f"{M}:2", "the version is written 1.0", "Write 1.0.0"),
    "an oldest version from the future": ("BP-05", {M: ("layers:", "oldest: 2.0.0\nlayers:")}, f"{M}:5", "the oldest version that may be in use, 2.0.0, is newer", ""),
    "an owner whom nobody reaches": ("BP-06", {M: ('"@acme/platform"', '"the platform"')}, f"{M}:4", "nobody can be reached as 'the platform'", "@ORG/TEAM"),
    "a case that nothing reads": ("BP-07", {f"{CASES}/large.yaml": "{}\n"}, f"{CASES}/large.yaml", "a case is a file cases/NAME.yml", ""),
    "a layer that nobody stacks": ("BP-07", {"templates/spare/x.txt": "x\n"}, "templates/spare", "no blueprint stacks the layer spare", ""),
    "a folder without a manifest": ("BP-07", {"blueprints/other/blueprint.yaml": "x\n"}, "blueprints/other", "holds no blueprint.yml", ""),
    "a scaffold that there is not yet": ("BP-08", {M: ("layers:", "min_scaffold_version: 99.0.0\nlayers:")}, f"{M}:5", "needs scaffold 99.0.0", ""),
    "a question that nothing reads": ("BP-10", {B: ("size:\n", f"{TEXT}  default: x\nsize:\n")}, f"{B}:6", "nothing reads the answer to `asked`", "Take the question out"),
    "a default that looks ahead": ("BP-11", {B: ("default: demo", 'default: "{{ package }}"')}, f"{B}:1", "`name.default` reads `package`, which is asked after it", "Move `package` before `name`"),
    "a condition that looks ahead": ("BP-11", {B: ("  default: small", "  default: small\n  when: \"{{ package != '' }}\"")}, f"{B}:6", "`size.when` reads `package`", ""),
    "a default that is no choice": ("BP-12", {B: ("default: small", "default: smal"), f"{CASES}/small.yml": "size: small\n"}, f"{B}:6", "the default of `size` is 'smal'", ""),
    "a choice that is there twice": ("BP-12", {B: ("[small, large]", "[small, large, small]")}, f"{B}:6", "`size` offers 'small' twice", ""),
    "a question without a word": ("BP-13", {B: ("  help: How large it is\n", "")}, f"{B}:6", "`size` has no `help`", ""),
    "an answer that may lead out of the project": ("BP-14", {A: APP[: APP.index("  validator")]}, f"{A}:1", "`package` is part of a path, and may be answered ../x", "validator"),
    "an undefined variable": ("BP-20", {R: ("# {{ name }}", "# {{ nmae }}")}, f"{R}:1", "`nmae` is undefined", "Did you mean name"),
    "an undefined variable that no case renders": ("BP-20", {R: ("Large.", "{% if false %}{{ nmae }}{% endif %}")}, f"{R}:4", "`nmae` is undefined", ""),
    "an undefined variable in a path": ("BP-20", {"templates/app/src/{{ packge }}/x.py": "x\n"}, "templates/app/src/{{ packge }}/x.py", "`packge` is undefined", "Did you mean package"),
    "an undefined variable in a guardrail": ("BP-20", {M: ("size == 'large'", "siz == 'large'")}, f"{M}:19", "`siz` is undefined", "Did you mean size"),
    "GitHub's own expression": ("BP-20", {CI_FILE: None, f"{CI_FILE}.jinja": CI + "env: {A: '${{ secrets.A }}'}\n"}, f"{CI_FILE}.jinja:8", "`secrets` is undefined", "{% raw %}"),
    "a template that cannot be compiled": ("BP-21", {R: ("# {{ name }}", "# {{ name | titel }}")}, f"{R}:1", "No filter named 'titel'", ""),
    "a template that ends too early": ("BP-21", {R: ("{% endif %}", "")}, f"{R}:4", "Unexpected end of template", ""),
    "a condition that holds in no case": ("BP-22", {R: ("== 'large'", "== 'huge'")}, f"{R}:4", "`{% if size == 'huge' %}` holds in no case", "Add a case"),
    "a condition of a path that holds in no case": ("BP-22", {"templates/app/{% if size == 'huge' %}x{% endif %}.txt": "x\n"}, "templates/app/{% if size == 'huge' %}x{% endif %}.txt", "holds in no case", ""),
    "a rule that is wanted in no case": ("BP-22", {M: ("size == 'large'", "size == 'huge'")}, f"{M}:19", "the rule OP-08 is wanted in no case", ""),
    "a question that is asked in no case": ("BP-22", {B: ("  default: small", "  default: small\n  when: \"{{ name == 'x' }}\""), f"{CASES}/large.yml": "name: big\n", M: ("size == 'large'", "size == 'small'"), R: ("== 'large'", "== 'small'")}, f"{B}:6", "`size` is asked in no case", ""),
    "a file without the suffix": ("BP-23", {R: None, "templates/base/README.md": "# {{ name }} {{ size }}\n"}, "templates/base/README.md:1", "`{{ name` stands in a file that is not rendered", ".jinja"),
    "a file that no case makes": ("BP-24", {"templates/app/{{ '' }}/x.txt": "x\n"}, "templates/app/{{ '' }}/x.txt", "no case makes this file", ""),
    "a template that asks the clock": ("BP-25", {R: ("# {{ name }}", "# {{ name }} {{ now() }}")}, f"{R}:1", "the function `now` does not give the same each time", ""),
    "a script that is not executable": ("BP-26", {"templates/app/run.sh": "#!/bin/sh\n"}, "templates/app/run.sh:1", "begins with #! and is not executable", "git update-index --chmod=+x"),
    "a condition that is plain text": ("BP-18", {B: ("  default: small", "  default: small\n  when: name == 'x'")}, f"{B}:6", "`size.when` is the text \"name == 'x'\", which always holds", "{{ name == 'x' }}"),
    "a validator of another question": ("BP-18", {A: ("'/' in package or '.' in package", "'/' in name or '.' in name")}, f"{A}:1", "the validator of `package` does not look at `package`", "question's own name"),
    "a secret in a layer": ("BP-27", {"templates/app/.env": f"TOKEN={TOKEN}\n"}, "templates/app/.env:1", "this looks like", "Every service gets a copy"),
    "a file behind a template of its name": ("BP-24", {"templates/base/README.md": "x\n"}, "templates/base/README.md", "README.md.jinja beside it counts", ""),
    "keys of a file that has none": ("BP-36", {M: ("  /.editorconfig: locked", "  /README.md: {file: managed, keys: {title: locked}}\n  /.editorconfig: locked")}, f"{M}:9", "`/README.md` owns keys of README.md, which is not TOML, YAML or JSON", "Own the whole file"),
    "a file given once that the blueprint locks": ("BP-35", {A: ("package:", "_skip_if_exists: [.editorconfig]\npackage:")}, f"{A}:1", "`.editorconfig` is to be given once, and the blueprint's `/.editorconfig` decides otherwise", ""),
    "a changelog that is no text": ("BP-01", {"blueprints/tool/CHANGELOG.md": b"\xff\xfe"}, "blueprints/tool/CHANGELOG.md", "the file is not UTF-8 text", ""),
    "no cases": ("BP-30", {f"{CASES}/small.yml": None, f"{CASES}/large.yml": None}, f"{M}:1", "the blueprint has no cases", "cases/minimal.yml"),
    "an answer to what nobody asks": ("BP-31", {f"{CASES}/large.yml": "name: big\nsize: large\nsise: x\n"}, f"{CASES}/large.yml:1", "the blueprint has no question `sise`", "Did you mean `size`"),
    "a required question without an answer": ("BP-31", {B: ("  default: demo\n", "")}, f"{CASES}/small.yml:1", "1 question has no answer: `name`", ""),
    "a file that leaves the project": ("BP-31", {"templates/app/{{ '..' }}/x.txt": "x\n"}, "templates/app/{{ '..' }}/x.txt", "does not stay inside the project", ""),
    "a secret in a locked file": ("BP-31", {B: ("size:\n", f"{TEXT}  secret: true\n  default: x\nsize:\n"), "templates/base/.editorconfig": None, "templates/base/.editorconfig.jinja": "root = {{ asked }}\n"}, "base/.editorconfig.jinja", ".editorconfig is locked, and holds", "make it managed"),
    "layers that collide": ("BP-32", {"templates/app/.editorconfig": "x\n"}, f"{M}:14", "two layers write .editorconfig: base/.editorconfig and app/.editorconfig", "override"),
    "two collisions at once": ("BP-32", {"templates/app/.editorconfig": "x\n", "templates/app/README.md": "x\n"}, f"{M}:14", "two layers write README.md", ""),
    "a composed path that one layer writes": ("BP-33", {M: (".gitignore: union", ".gitignore: union\n  settings.toml: deep-merge")}, f"{M}:16", "no two layers write settings.toml", ""),
    "a locked pattern that matches nothing": ("BP-34", {M: ("/.editorconfig: locked", "/.editorconfg: locked")}, f"{M}:9", "`/.editorconfg` matches no file in any case", "locks nothing"),
    "a file given once that there is not": ("BP-34", {B: ("name:\n", "_skip_if_exists: [setings.toml]\nname:\n")}, f"{B}:1", "`setings.toml` matches no file", ""),
    "a pattern that a later one overrules": ("BP-35", {M: ("/src/**: seeded", "/src/**: seeded\n  /src/*/main.py: locked\n  /src/*/*.py: seeded")}, f"{M}:8", "`/src/**` decides about no file", "Move it behind"),
    "a locked key that is not there": ("BP-36", {M: ("build.strict: locked", "build.strct: locked")}, f"{M}:13", "`/settings.toml` has no key `build.strct` in any case", "Did you mean `build.strict`"),
    "a locked key below another table": ("BP-36", {M: ("build.strict: locked", "built.strict: locked")}, f"{M}:13", "has no key `built.strict`", "Did you mean `build`"),
    "a rule that looks at no file": ("BP-37", {M: ("files: /settings.toml", "files: /setings.toml")}, f"{M}:23", "the rule ACME-01 looks at no file in any case: /setings.toml", ""),
    "a rule that is left out of nothing": ("BP-37", {M: ("OP-08: {", "SC-01: false\n    OP-08: {")}, f"{M}:19", "the rule SC-01 is left out, and nothing uses it", "Take the entry out"),
    "a pattern that leaves out nothing": ("BP-34", {B: ("name:\n", "_exclude: [copier.yml, drafts]\nname:\n")}, f"{B}:1", "`drafts` leaves out nothing", ""),
    "a migration to nowhere": ("BP-38", {M: ("compose:", "migrations:\n  - {version: 1.0.0, move: {old.md: READMY.md}}\ncompose:")}, f"{M}:15", "old.md is to move to READMY.md, which no case renders", "Did you mean README.md"),
    "a migration from what is there still": ("BP-38", {M: ("compose:", "migrations:\n  - {version: 1.0.0, move: {settings.toml: README.md}}\ncompose:")}, f"{M}:15", "settings.toml is to move to README.md, and is rendered still", ""),
    "an answer that is migrated to nowhere": ("BP-16", {M: ("compose:", "migrations:\n  - {version: 1.0.0, answers: [{rename: {old: sise}}]}\ncompose:")}, f"{M}:15", "`old` becomes `sise`, which nobody asks for", "Did you mean size"),
    "an answer for a question that there is not": ("BP-16", {M: ("compose:", "migrations:\n  - {version: 1.0.0, answers: [{default: {sise: small}}]}\ncompose:")}, f"{M}:15", "nobody asks for `sise`", "Did you mean size"),
    "a file that is to go and is rendered": ("BP-17", {M: ("compose:", "migrations:\n  - version: 1.1.0\n    files:\n      - drop: [settings.toml]\ncompose:")}, f"{M}:17", "settings.toml is to go, and is rendered still", ""),
    "a step on no file": ("BP-17", {M: ("compose:", "migrations:\n  - version: 1.1.0\n    files:\n      - set: {setings.toml: {a: 1}}\ncompose:")}, f"{M}:17", "`setings.toml` matches no file in any case", "Did you mean settings.toml"),
    "a step on a locked file": ("BP-17", {M: ("compose:", "migrations:\n  - version: 1.1.0\n    files:\n      - replace: {.editorconfig: {root: top}}\ncompose:")}, f"{M}:17", "`.editorconfig` is locked, and comes as the template has it", "Take the step out"),
    "a key that is to go and is rendered": ("BP-17", {M: ("compose:", "migrations:\n  - version: 1.1.0\n    files:\n      - drop: {settings.toml: [build.strict]}\ncompose:")}, f"{M}:17", "`build.strict` of `settings.toml` is to go, and is rendered still", ""),
    "a key that is set and rendered otherwise": ("BP-17", {M: ("compose:", "migrations:\n  - version: 1.1.0\n    files:\n      - set: {settings.toml: {build.strict: 3}}\ncompose:")}, f"{M}:17", "`build.strict` of `settings.toml` is to be set, and no case renders it so", ""),
    "a key that is renamed to what nobody renders": ("BP-17", {M: ("compose:", "migrations:\n  - version: 1.1.0\n    files:\n      - rename: {settings.toml: {build.loose: build.strickt}}\ncompose:")}, f"{M}:17", "`build.loose` of `settings.toml` becomes `build.strickt`, which no case renders", ""),
    "a text that is to be replaced and is rendered": ("BP-17", {M: ("compose:", "migrations:\n  - version: 1.1.0\n    files:\n      - replace: {README.md: {settings: options}}\ncompose:")}, f"{M}:17", "a text of README.md is to be replaced, and is rendered still: settings", ""),
    "an answer that goes and is asked for": ("BP-16", {M: ("compose:", "migrations:\n  - {version: 1.0.0, answers: [{drop: [size]}]}\ncompose:")}, f"{M}:15", "`size` is to go, and is asked for still", ""),
    "a locked file that git ignores": ("BP-39", {"templates/app/.gitignore": "build/\n.editorconfig\n"}, "templates/base/.gitignore", ".editorconfig is locked, and git ignores it", ""),
    "YAML that cannot be read as rendered": ("BP-40", {"templates/app/owners.yml.jinja": "name: {{ name }}\nowner: @{{ name }}\n"}, "templates/app/owners.yml.jinja:2", "owners.yml as rendered: this is not valid YAML", "into quotes"),
    "a version that YAML takes for a number": ("BP-41", {B: ("size:\n", f"{TEXT}  default: 1.10\nsize:\n"), R: ("# {{ name }}", "# {{ name }} {{ asked }}")}, f"{B}:9", "`1.10` is read as the number 1.1", 'Write "1.10"'),
    "a word that YAML takes for true": ("BP-41", {B: ("[small, large]", "[small, large, on]")}, f"{B}:10", "`on` is read as true", 'Write "on"'),
    "a number that YAML takes for another": ("BP-41", {f"{CASES}/large.yml": "name: 010\nsize: large\n"}, f"{CASES}/large.yml:1", "`010` is read as another number", 'Write "010"'),
    "a version in rendered YAML": ("BP-41", {CI_FILE: CI + "env:\n  PYTHON: 3.10\n"}, f"{CI_FILE}:9", ".github/workflows/ci.yml as rendered: `3.10` is read as the number 3.1", 'Write "3.10"'),
    "an action by its tag": ("BP-42", {CI_FILE: CI.replace("3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "v7")}, f"{CI_FILE}:7", "ci.yml: actions/checkout", "commit"),
    "an image by its tag": ("BP-42", {"templates/app/Dockerfile": "FROM python:3.14\n"}, "templates/app/Dockerfile:1", "the image python:3.14 is not pinned by its digest", "digest"),
    "a link that leads nowhere": ("BP-43", {R: ("(settings.toml)", "(setings.toml)")}, f"{R}:3", "README.md links to setings.toml, which is not rendered", ""),
    "a link to no heading": ("BP-43", {R: ("(settings.toml)", "(#settings)")}, f"{R}:3", "README.md links to #settings, which is no heading of README.md", ""),
}  # fmt: skip


def findings(root):
    return [(one.rule, f"{one.path}:{one.line}" if one.line else one.path, one.message, one.fix) for one in lint(library=root).findings]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_its_sentence(mistake, tmp_path):
    rule, changes, where, sentence, mend = MISTAKES[mistake]
    found = findings(shelf(tmp_path, changes))
    whys = {one.about.id: one.about for one in lint_rules()}
    assert any(
        id_ == rule and at == where and sentence in said and mend.lower() in f"{fix} {whys[id_].rationale}".lower()
        for id_, at, said, fix in found
    ), found


def test_what_moves_again_is_no_move_to_nowhere(tmp_path):
    moves = (
        "migrations:\n  - {version: 0.2.0, move: {a.md: b.md}}\n  - {version: 0.3.0, move: {b.md: README.md}}\ncompose:"
    )
    assert findings(shelf(tmp_path, {M: ("compose:", moves)})) == []


def test_a_service_of_another_blueprint_may_have_what_this_one_never_rendered(tmp_path):
    steps = "migrations:\n  - {from: old, files: [{drop: [old.md]}, {drop: {settings.toml: [gone]}}]}\ncompose:"
    root = repo(shelf(tmp_path), {}, "tool/v1.0.0")
    assert findings(shelf(root, {M: ("compose:", steps)})) == []


def test_steps_of_a_released_version_are_not_looked_at_again(tmp_path):
    old = "migrations:\n  - {version: 1.0.0, files: [{set: {old.toml: {a: 1}}}]}\ncompose:"
    root = repo(shelf(tmp_path, {M: ("compose:", old)}), {}, "tool/v1.0.0")
    assert findings(root) == []


def test_what_stands_beside_the_part_of_a_layer_that_is_rendered_is_no_mistake(tmp_path):
    inside = {
        path: text for path, text in FILES.items() if path.startswith("templates/app/") and "copier.yml" not in path
    }
    moved = {path.replace("templates/app/", "templates/app/files/"): text for path, text in inside.items()}
    config = {
        "templates/app/copier.yml": f"_subdirectory: files\n{APP}",
        "templates/app/README.md": "About {{ it }}.\n",
    }
    assert findings(shelf(tmp_path, {**dict.fromkeys(inside), **moved, **config})) == []


def test_nothing_is_found_where_nothing_is_wrong(tmp_path):
    assert findings(shelf(tmp_path)) == []


def test_every_rule_is_shown_by_a_mistake():
    of_history = {"BP-15", "BP-50", "BP-51", "BP-52", "BP-53"}
    assert {rule for rule, *_ in MISTAKES.values()} | of_history == {one.about.id for one in lint_rules()}


RELEASED = {
    "a tag with a dash": ("BP-50", ["tool-1.1.0"], {}, "the tag tool-1.1.0 is not NAME/vX.Y.Z"),
    "a tag without a v": ("BP-50", ["tool/1.1.0"], {}, "the tag tool/1.1.0 is not NAME/vX.Y.Z"),
    "a migration from nowhere": ("BP-38", [], {M: ("compose:", "migrations:\n  - {version: 1.1.0, move: {guid.md: guide.md}}\ncompose:"), "templates/app/guide.md": "x\n"}, "guid.md is to move, and no case of 1.0.0 renders it"),
    "a migration that comes too late": ("BP-38", [], {M: ("compose:", "migrations:\n  - {version: 1.0.0, answers: [{drop: [old]}]}\ncompose:")}, "the migration to 1.0.0 is new, and 1.0.0 is released: nobody on it meets it"),
    "a file that was not there": ("BP-17", [], {M: ("compose:", "migrations:\n  - version: 1.1.0\n    files:\n      - drop: [setup.cfg]\ncompose:")}, "`setup.cfg` matches no file in any case of 1.0.0"),
    "a key that was not there": ("BP-17", [], {M: ("compose:", "migrations:\n  - version: 1.1.0\n    files:\n      - drop: {settings.toml: [build.loose]}\ncompose:")}, "no case of 1.0.0 has `build.loose` of `settings.toml`, which is to go"),
    "a key that is so": ("BP-17", [], {M: ("compose:", "migrations:\n  - version: 1.1.0\n    files:\n      - set: {settings.toml: {build.strict: true}}\ncompose:")}, "`build.strict` of `settings.toml` is to be set, and is so in every case of 1.0.0"),
    "a text that was not there": ("BP-17", [], {M: ("compose:", "migrations:\n  - version: 1.1.0\n    files:\n      - replace: {README.md: {loose: strict}}\ncompose:")}, "no case of 1.0.0 has the text in `README.md` that is to be replaced: loose"),
    "a version withdrawn that never was": ("BP-52", [], {M: ("layers:", "withdrawn: {0.9.0: wrong}\nlayers:")}, "0.9.0 is withdrawn, and never was released"),
    "a release that the changelog forgets": ("BP-53", [], {"blueprints/tool/CHANGELOG.md": "# Changelog\n"}, "tool/v1.0.0 is released, and has no entry"),
    "a new default of a locked file": ("BP-15", [], {B: ("default: small", "default: large"), f"{CASES}/large.yml": "name: big\n", f"{CASES}/small.yml": "size: small\n"}, "the default of `size` is no longer 'small', and .editorconfig is locked and made of it"),
}  # fmt: skip
LOCKED = {"templates/base/.editorconfig": None, "templates/base/.editorconfig.jinja": "root = {{ size }}\n"}


@pytest.mark.parametrize("mistake", RELEASED)
def test_a_mistake_that_only_the_past_tells_gets_its_sentence(mistake, tmp_path):
    rule, tags, changes, sentence = RELEASED[mistake]
    repo(shelf(tmp_path, LOCKED), {}, "tool/v1.0.0", *tags)
    shelf(tmp_path, LOCKED | changes)
    assert [(id_, said) for id_, _, said, _ in findings(tmp_path)] == [(rule, sentence)] or (
        tags and any(id_ == rule and sentence in said for id_, _, said, _ in findings(tmp_path))
    )


def test_a_shared_layer_that_another_blueprint_was_released_with(tmp_path):
    other = {path.replace("/tool/", "/other/"): text for path, text in FILES.items() if "/tool/" in path}
    other |= {"blueprints/other/blueprint.yml": MANIFEST.replace("name: tool", "name: other")}
    root = repo(shelf(tmp_path, other), {}, "tool/v1.0.0", "other/v1.0.0")
    changed = {"templates/base/.editorconfig": "root = false\n"}
    assert findings(shelf(root, other | changed)) == []  # nobody has released it yet
    bumped = {M: ("version: 1.0.0", "version: 1.1.0"), "blueprints/tool/CHANGELOG.md": "## 1.1.0\n\n- x\n"}
    repo(shelf(root, other | changed | bumped), {}, "tool/v1.1.0")
    (finding,) = findings(root)
    assert finding[0] == "BP-51"
    assert "the layer base is released under tool 1.1.0, and other 1.0.0 has it as it was before" in finding[2]


def test_what_a_layer_does_for_one_blueprint_is_no_mistake_of_the_layer(tmp_path):
    """A question that one of two blueprints reads is used, and so is a condition that one of them meets."""
    other = {path.replace("/tool/", "/other/"): text for path, text in FILES.items() if "/tool/" in path}
    other |= {"blueprints/other/blueprint.yml": MANIFEST.replace("name: tool", "name: other").replace("large", "small")}
    changes = other | {"blueprints/other/cases/large.yml": "name: big\n", R: ("== 'large'", "== 'large'")}
    assert findings(shelf(tmp_path, changes)) == []


def test_what_a_template_may_leave_undefined(tmp_path):
    """Guards, what a template sets itself, loops, macros and includes are no mistakes."""
    text = (
        "{% from 'parts/macros' import shout %}{% set own = name %}{% if name %}{% set late = 1 %}{% endif %}{{ late }}{% for one in [1] %}{{ one }}{{ loop.index }}{% endfor %}"
        "{{ own }}{{ maybe | default('x') }}{% if other is defined %}{{ other }}{% endif %}{{ shout(name) }}"
        "{% include 'parts/text' %}{{ _copier_conf.answers_file }}{{ _folder_name }}{{ range(3) | list }}"
    )
    changes = {
        "templates/base/notes.md.jinja": text,
        "templates/base/parts/macros": "{% macro shout(what) %}{{ what | upper }}{% endmacro %}",
        "templates/base/parts/text": "{{ own }}",
        B: BASE + "_exclude: [parts, copier.yml]\n",
    }
    assert [one for one in findings(shelf(tmp_path, changes)) if one[0] == "BP-20"] == []


def test_the_reports(tmp_path):
    root = shelf(tmp_path, {R: ("# {{ name }}", "# {{ nmae }}")})
    done = scaffold("blueprint", "lint", where=root)
    assert done.code == 3
    assert f"{R}:1: `nmae` is undefined" in done.out
    assert "mend: Did you mean name?" in done.out and "why: What is undefined is rendered as nothing" in done.out
    data = scaffold("blueprint", "lint", root, "--format", "json", where=tmp_path.parent).json
    assert [(one["rule"], one["path"], one["line"]) for one in data["findings"]] == [("BP-20", R, 1)]
    (result,) = scaffold("blueprint", "lint", "tool", "--format", "sarif", where=root).json["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == R
    said = scaffold("blueprint", "lint", "--format", "github", where=root).out
    assert re.match(rf"::error file={re.escape(R)},line=1,title=BP-20 ", said), said
    done = scaffold("blueprint", "lint", "toll", where=root)
    assert (done.code, "there is no blueprint 'toll'" in done.err) == (1, True)
    done = scaffold("blueprint", "lint", "--library", tmp_path / "templates", where=root)
    assert (done.code, "there is no blueprint to lint" in done.err) == (1, True)
    assert json.dumps(data)


def test_the_built_in_library_is_clean():
    from scaffold.sources.built_in import built_in_root

    assert findings(built_in_root()) == []


def test_lint_writes_nothing(tmp_path):
    root = repo(shelf(tmp_path), {}, "tool/v1.0.0")
    lint(library=root)
    assert git(root, "status", "--porcelain") == ""


PLAIN = {
    "copier.yml": '_subdirectory: template\nname:\n  type: str\n  help: x\n  default: demo\nspare: 1\npick:\n  type: str\n  default: a\n  choices:\n    a: {value: a, validator: "{{ name }}"}\n    b: b\n',
    "docs/how.md": "Write {{ name }} in it.\n",
    "template/README.md.jinja": "# {{ nmae }} {{ pick }}\n",
    "template/plain.md": "# {{ name }}\n",
    "template/page.html.j2": "{% for one in ones %}{{ one }}{% endfor %}\n",
}  # fmt: skip


def test_a_plain_template_is_linted_as_far_as_it_has_no_cases(tmp_path):
    assert findings(write(tmp_path / "template", PLAIN)) == [
        ("BP-10", "copier.yml:6", "nothing reads the answer to `spare`", "Take the question out, or use it."),
        ("BP-20", "template/README.md.jinja:1", "`nmae` is undefined", "Did you mean name?"),
        ("BP-23", "template/plain.md:1", "`{{ name` stands in a file that is not rendered", "Let its name end in .jinja."),
    ]  # fmt: skip
    assert scaffold("blueprint", "lint", "template", where=tmp_path).code == 3
    (tmp_path / "empty").mkdir()
    done = scaffold("blueprint", "lint", "./empty", where=tmp_path)
    assert (done.code, "there is no blueprint to lint" in done.err) == (1, True)


FOREIGN = """\
_jinja_extensions: [jinja2_time.TimeExtension, local.py:Names]
name:
  type: str
  help: x
  default: demo
asked_by_code: {type: str, help: x, default: a}
asked_in_a_tag: {type: str, help: x, default: a}
spare: {type: str, help: x, default: "{{ name | ours }}"}
"""


def test_a_template_with_code_of_its_own_is_linted_as_far_as_that_need_not_run(tmp_path):
    files = {
        "copier.yml": FOREIGN,
        "local.py": "raise SystemExit('run!')\nNAME = 'asked_by_code'\n",
        "README.md.jinja": "# {{ name | ours }} {{ from_code }}\n",
        "year.md.jinja": "{% now 'utc' %} {{ asked_in_a_tag }}\n",
        "broken.md.jinja": "{{ name\n",
    }
    found = lint(library=write(tmp_path, files))
    assert {(one.rule, one.path, one.message) for one in found.findings} == {
        ("BP-10", "copier.yml", "nothing reads the answer to `spare`"),
        (
            "BP-21",
            "broken.md.jinja",
            "the template cannot be rendered: unexpected end of template, expected 'end of print statement'.",
        ),
    }
    assert {one.rule.id: one.state for one in found.verdicts}["BP-20"] == "unknown"
    assert "jinja2_time.TimeExtension is code, which is not run (nor are 1 more)" in found.notes[0]
    done = scaffold("blueprint", "lint", tmp_path, where=tmp_path)
    assert "what is undefined is unknown; 4 files with tags or filters of its own were not looked at" in done.out


INSIDE = "name:\n  type: str\n  help: x\n  default: demo\nkind:\n  type: str\n  help: x\n  choices: [py, go]\n"


@pytest.mark.parametrize(
    ("subdirectory", "folder"),
    [("./template", "template"), ("{{ kind }}", "py"), ("{% raw %}{{x.y}}{% endraw %}", "{{x.y}}")],
)
def test_what_is_not_rendered_into_projects_is_no_template(subdirectory, folder, tmp_path):
    files = {
        "copier.yml": f'_subdirectory: "{subdirectory}"\n_templates_suffix: ""\n{INSIDE}',
        ".github/ci.yml": "a: ${{ matrix.os }} {{ undefined_there }} {{ broken\n",
        f"{folder}/a.md": "{{ name }} {{ nmae }}\n{% include kind ~ '.md' %}\n",
        "parts/py.md": "{{ kind }}\n",
    }
    found = [(one.rule, one.path, one.message) for one in lint(library=write(tmp_path, files)).findings]
    assert found == [("BP-20", f"{folder}/a.md", "`nmae` is undefined")]


def test_a_template_of_templates_and_one_with_signs_of_its_own(tmp_path):
    files = {
        "copier.yml": f"_templates_suffix: .base\n_envops: {{variable_start_string: '[[', variable_end_string: ']]'}}\n{INSIDE}other:\n  type: str\n  help: x\n  default: '[[ name ]]'\n",
        "sub/copier.yml.base": "kind: [[ kind ]] [[ other ]]\n",
        "sub/README.md.jinja": "{{ name }}\n",
    }
    assert [(one.rule, one.message) for one in lint(library=write(tmp_path, files)).findings] == []
    files["copier.yml"] = f"_templates_suffix: .base\n{INSIDE}"
    files["sub/copier.yml.base"] = "kind: {{ kind }}\n"
    assert [(one.rule, one.message) for one in lint(library=write(tmp_path, files)).findings] == [
        ("BP-10", "nothing reads the answer to `name`")
    ]
