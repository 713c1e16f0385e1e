"""A blueprint is started: empty, from one repository, from what several share; and the schemas of what one writes."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

import scaffold as package
from scaffold.answers import question
from scaffold.blueprint import manifest, template
from scaffold.sources.built_in import built_in_root
from tests.authoring.shelf import FILES, shelf
from tests.kit import repo, write
from tests.scenarios.world import scaffold


def schema(name):
    text = (Path(package.__file__).parent / f"report/schemas/{name}.json").read_text()
    Draft202012Validator.check_schema(json.loads(text))
    return json.loads(text)


def errors(name, text):
    return [error.message for error in Draft202012Validator(schema(name)).iter_errors(yaml.safe_load(text))]


def is_clean(library, name, *allowed):
    found = scaffold("blueprint", "lint", name, "--format", "json", where=library).json["findings"]
    assert [one for one in found if one["rule"] not in allowed] == []
    assert scaffold("blueprint", "test", name, where=library).code == 0


def test_from_nothing(tmp_path):
    root = shelf(tmp_path / "library")
    done = scaffold(
        "blueprint", "new", "worker", "--owner", "@acme/platform", "--layer", "base", "--dry-run", where=root
    )
    assert (done.code, "Would start worker" in done.out, (root / "blueprints/worker").exists()) == (0, True, False)
    assert scaffold("blueprint", "new", "worker", "--owner", "@acme/platform", where=root).code == 0
    is_clean(root, "worker")
    text = (root / "blueprints/worker/blueprint.yml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../../schemas/blueprint.json\n")
    assert json.loads((root / "schemas/blueprint.json").read_text()) == schema("blueprint")
    for name, path in (
        ("blueprint", "blueprints/worker/blueprint.yml"),
        ("template", "templates/worker/copier.yml"),
        ("cases", "blueprints/worker/cases/minimal.yml"),
    ):
        assert errors(name, (root / path).read_text()) == []


def test_from_a_repository(tmp_path):
    files = {
        "shop/orders.py": "NAME = 'orders'\nOWNER = '@acme/shop'\n",
        "README.md": "# orders\n",
        "ci.yml": "a: ${{ x }}\n",
    }
    write(tmp_path / "orders", files | {"own.yml": "a: ${{ orders }}\n", ".scaffold/lock.json": "{}"})
    root = shelf(tmp_path / "library")
    words = ("--word", "service=orders", "--word", "team=@acme/shop")
    assert scaffold("blueprint", "new", "shop", "--from", tmp_path / "orders", *words, where=root).code == 0
    layer = root / "templates/shop"
    assert (layer / "shop/{{ service }}.py.jinja").read_text() == "NAME = '{{ service }}'\nOWNER = '{{ team }}'\n"
    assert (layer / "ci.yml").read_text() == files["ci.yml"]
    assert not (layer / ".scaffold").exists()
    assert scaffold("blueprint", "render", "shop", "minimal", tmp_path / "look", where=root).code == 0
    for path, text in files.items():
        assert (tmp_path / "look" / path).read_text() == text
    assert (tmp_path / "look/own.yml").read_text() == "a: ${{ orders }}\n"


def test_from_what_several_share(tmp_path):
    for name, port in (("orders", 8080), ("prices", 9090), ("stock", 7070)):
        files = {
            "LICENSE": "the same\n",
            "app.toml": f"name = '{name}'\nport = {port}\nagain = {port}\n",
            f"src/{name}.py": f"print('{name}')\n",
            "other.md": "line\n" * len(name),
        }
        write(tmp_path / name, files | ({"only.md": "x\n"} if name == "orders" else {}))
    root = shelf(tmp_path / "library")
    like = [word for name in ("orders", "prices", "stock") for word in ("--like", tmp_path / name)]
    shown = scaffold("blueprint", "new", "alike", *like, "--dry-run", where=root)
    assert "left out: other.md: it differs by more than words" in shown.out
    assert "left out: only.md: it is not in all of them" in shown.out
    assert not (root / "templates/alike").exists()
    report = scaffold("blueprint", "new", "alike", *like, "--format", "json", where=root).json
    assert report["questions"] == {"name": "orders", "value_1": "8080"}
    layer = root / "templates/alike"
    assert (
        layer / "app.toml.jinja"
    ).read_text() == "name = '{{ name }}'\nport = {{ value_1 }}\nagain = {{ value_1 }}\n"
    assert (layer / "src/{{ name }}.py.jinja").read_text() == "print('{{ name }}')\n"
    assert (layer / "LICENSE").read_text() == "the same\n"
    is_clean(root, "alike", "BP-06")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("tool",), 1, "blueprints/tool is there already"),
        (("Tool",), 1, "'Tool' is no name of a blueprint"),
        (("x", "--layer", "bass"), 1, "there is no layer templates/bass"),
        (("x", "--from", "nowhere"), 1, "there is no such folder"),
        (("x", "--like", "."), 1, "needs two repositories or more"),
        (("x", "--like", ".", "--like", ".", "--from", "."), 1, "from one repository or from several"),
        (("x", "--from", ".", "--word", "a=b"), 1, "--word a=b cannot become a question"),
        (("x", "--word", "a=bcd"), 2, "it goes with --from"),
    ],
)
def test_bad_input(tmp_path, words, code, sentence):
    done = scaffold("blueprint", "new", *words, where=shelf(tmp_path))
    assert (done.code, sentence in done.err) == (code, True), done.err


def test_the_schemas_know_every_key():
    assert schema("blueprint")["properties"].keys() == manifest.KEYS
    asked = schema("template")["patternProperties"]["^[^_]"]["anyOf"][1]["properties"]
    assert asked.keys() == question.KEYS
    assert schema("template")["properties"].keys() == template.SETTINGS


def test_the_schemas_take_what_is_right_and_refuse_what_is_not():
    root = built_in_root()
    for path in root.glob("blueprints/*/blueprint.yml"):
        assert errors("blueprint", path.read_text()) == []
    for path in root.glob("templates/*/copier.yml"):
        assert errors("template", path.read_text()) == []
    for path in root.glob("blueprints/*/cases/*.yml"):
        assert errors("cases", path.read_text()) == []
    text = FILES["blueprints/tool/blueprint.yml"]
    assert errors("blueprint", text) == []
    assert errors("blueprint", text.replace("locked", "lokced"))
    assert errors("blueprint", text.replace("layers:", "layrs:"))
    assert errors("template", "name:\n  typ: str\n")
    assert errors("cases", "_conflict: [a]\n")
    assert set(scaffold("schema", where=root).out.split()) >= {
        "blueprint",
        "template",
        "cases",
        "fleet",
        "answers",
        "waivers",
    }


def test_every_file_of_a_new_library_names_a_schema_that_is_there_and_that_it_holds_to(tmp_path):
    assert scaffold("library", "init", "library", where=tmp_path).code == 0
    root = tmp_path / "library"
    found = [
        *root.glob("blueprints/*/blueprint.yml"),
        *root.glob("blueprints/*/cases/*.yml"),
        *root.glob("templates/*/copier.yml"),
    ]
    assert len(found) > 3
    for path in found:
        first, _, rest = path.read_text().partition("\n")
        named = (path.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()
        assert named.parent == root / "schemas", path
        assert errors(named.stem, rest) == [], path
        assert not rest.startswith("# yaml-language-server"), "once"
    assert json.loads((root / "schemas/fleet.json").read_text()) == schema("fleet")
    done = scaffold("blueprint", "lint", "--format", "json", where=root)
    assert done.json["findings"] == []


def test_the_schema_of_blueprints_knows_steps_on_files():
    head = FILES["blueprints/tool/blueprint.yml"]
    for steps, right in {
        "[{drop: [a]}, {drop: {a.toml: [b]}}, {set: {a.toml: {b: [1]}}}, {rename: {a.toml: {b: c}}}, {replace: {a: {b: c}}}]": True,
        "[{drop: a}]": False,
        "[{set: {a.toml: 1}}]": False,
        "[{remove: [a]}]": False,
        "[{replace: {a: {b: 1}}}]": False,
    }.items():
        text = f"{head}migrations: [{{version: 2.0.0, files: {steps}}}]\n"
        assert (errors("blueprint", text) == []) is right, steps


def test_a_service_names_its_schemas_where_it_is_told_to(tmp_path):
    import subprocess

    words = ("new", "tool", tmp_path / "service", "--source", repo(shelf(tmp_path / "library"), {}, "tool/v1.0.0"))
    assert scaffold(*words, "--defaults", where=tmp_path).code == 0
    place = tmp_path / "service"
    before = (place / ".scaffold/answers.yml").read_text()
    assert "yaml-language-server" not in before
    write(place, {".scaffold/waivers.yml": "waivers: []\r\n"})
    done = scaffold("schema", "--beside", ".", where=place)
    assert (done.code, ".scaffold/schemas/answers.json" in done.out) == (0, True), done.err
    assert (place / ".scaffold/answers.yml").read_text() == (
        f"# yaml-language-server: $schema=schemas/answers.json\n{before}"
    )
    named = b"# yaml-language-server: $schema=schemas/waivers.json\r\nwaivers: []\r\n"
    assert (place / ".scaffold/waivers.yml").read_bytes() == named
    for kind in ("answers", "waivers"):
        assert json.loads((place / f".scaffold/schemas/{kind}.json").read_text()) == schema(kind)
        assert errors(kind, (place / f".scaffold/{kind}.yml").read_text()) == []
    assert "They are named already" in scaffold("schema", "--beside", place, where=tmp_path).out
    subprocess.run(["git", "-C", str(place), "commit", "--quiet", "--all", "--message=x"], check=True)
    assert scaffold("status", where=place).code == 0, scaffold("status", where=place).out
    data = ("update", "--data", "size=large", "--commit")
    assert scaffold(*data, where=place).code == 0
    said = (place / ".scaffold/answers.yml").read_text()
    assert said.startswith("# yaml-language-server: $schema=schemas/answers.json\n") and "size: large" in said
    done = scaffold("schema", "answers", "--beside", ".", where=place)
    assert (done.code, "it goes without NAME" in done.err) == (2, True)
    done = scaffold("schema", "--beside", tmp_path, where=tmp_path)
    assert done.code == 1
