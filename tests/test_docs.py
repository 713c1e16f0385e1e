"""The documentation says what the program does: what can be listed is compared, not trusted."""

import importlib.util
import inspect
import json
import re
import shlex
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePath

import pytest
import typer
from jsonschema import Draft202012Validator

import scaffold
from scaffold import lock
from scaffold.answers import question
from scaffold.answers.file import Wishes, dump
from scaffold.answers.pause import Pause
from scaffold.blueprint import guardrails, manifest, template
from scaffold.blueprint.forge import Prescribed
from scaffold.blueprint.guardrails import Guardrails
from scaffold.cli import app, run
from scaffold.cli.commands import BLUEPRINT_HEADS, EXAMPLES, FLEET_HEADS, HEADS
from scaffold.fleet import inventory, listing, organisations, selectors
from scaffold.fleet.campaign import policy
from scaffold.forges import declared
from scaffold.forges.holding import Settled
from scaffold.forges.pacing import Limits
from scaffold.formats import yaml
from scaffold.guard import catalogue
from scaffold.merge.decisions import Decision
from scaffold.merge.drivers import SAYS
from scaffold.plan.actions import Action, Plan
from scaffold.plan.drift import Drift
from scaffold.report import data, libraries, results, text
from scaffold.sources import policy as source_policy
from scaffold.sources import settings
from scaffold.tree import File
from tests import test_architecture, test_site
from tests.scenarios import world
from tests.scenarios.test_console_blocks import parsed

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")), *DOCS.rglob("*.md")])
ELSEWHERE = re.compile(
    r"(?<![\w.])/(?:work|tmp)\b|pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|proxy\.golang\.org|crates\.io|artifactory",
    re.IGNORECASE,
)
FULL_WISHES = Wishes(
    "b",
    "s",
    {"a": 1},
    keep_copier=True,
    merge={"pins": False},
    follow="main",
    own=("/f",),
    updates=Pause(date(2027, 3, 1), "r"),
    require_signature=True,
)
GROUPS = {(), ("blueprint",), ("fleet",), ("library",)}
WRONG_COMMAND_LINE = 2  # Typer's own


def load_generate():
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = load_generate()


def page(name):
    return (DOCS / name).read_text()


def section(name, heading):
    """The text below a heading, up to the next one of its level or above."""
    level = heading.index(" ")
    _, found, after = f"\n{page(name)}".partition(f"\n{heading}\n")
    assert found, f"{name} has no heading {heading!r}"
    return re.split(rf"^#{{1,{level}}} ", after, maxsplit=1, flags=re.MULTILINE)[0]


def code_words(text):
    return {word for span in re.findall(r"`([^`\n]+)`", text) for word in re.split(r"[^\w.-]+", span)}


def commands():
    """Every command by its words, `("blueprint", "list")`, with the options it takes."""
    found, todo = {}, [((), typer.main.get_command(app.app))]
    while todo:
        words, command = todo.pop()
        shown = [param for param in command.params if not getattr(param, "hidden", False)]
        found[words] = {spelled for param in shown for spelled in param.opts if spelled.startswith("-")}
        todo += [((*words, name), below) for name, below in getattr(command, "commands", {}).items()]
    return found


def code_lines(path):
    """Every line of code on a page: in fences, with continued lines joined, and in spans."""
    text = path.read_text().replace("\\\n", " ")
    fences = re.findall(r"^```.*?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return [line for fence in fences for line in fence.splitlines()] + spans


def test_what_is_not_counted_as_written_by_hand_is_written_by_the_program():
    by_key = {"reference/json.md", "reference/python.md"}  # held to the program key by key, below
    assert {f"reference/{name}" for name in generate.PAGES} | by_key == set(test_site.WRITTEN)


@pytest.mark.parametrize("columns", ["20", "200"])
def test_the_generated_page_is_not_stale(columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    for name, make in generate.PAGES.items():
        assert make() == page(f"reference/{name}"), "run python docs/generate.py"


def test_check_finds_a_stale_page(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(generate, "REFERENCE", tmp_path)
    assert generate.main(["--check"]) == 1
    assert "stale" in capsys.readouterr().err
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0


@pytest.mark.parametrize(("words", "options"), commands().items())
def test_every_command_and_option_is_documented(words, options):
    told = section("reference/cli.md", f"## {' '.join(['scaffold', *words])}")
    assert options <= code_words(told) | {"-h"}
    assert not re.search(r"\bNone\b|<", told)


def test_every_command_can_be_quiet_and_verbose():
    wanted = {"--quiet", "-q", "--verbose", "-v"}
    assert [words for words, options in commands().items() if words not in GROUPS and not wanted <= options] == []


@pytest.mark.parametrize("words", [words for words, _ in commands().items() if words not in GROUPS])
def test_every_command_has_an_example_that_it_takes(words):
    example = EXAMPLES[" ".join(words)]
    assert example.split()[1 : len(words) + 1] == list(words)
    parsed(shlex.split(example)[1:])
    assert example in section("reference/cli.md", f"## {' '.join(['scaffold', *words])}")


def test_every_example_is_of_a_command():
    assert {*EXAMPLES} == {" ".join(words) for words in commands() if words not in GROUPS}


@pytest.mark.parametrize("columns", [80, 200])
@pytest.mark.parametrize(
    ("words", "heads"), [((), HEADS), (("fleet",), FLEET_HEADS), (("blueprint",), BLUEPRINT_HEADS)]
)
def test_help_lists_commands_by_what_they_are_for(columns, words, heads, tmp_path):
    lines = world.scaffold(*words, "--help", where=tmp_path, COLUMNS=str(columns)).out.splitlines()
    assert max(map(len, lines)) <= columns
    assert [line.strip("╭─╮ ") for line in lines if line.startswith("╭")] == ["Options", *heads]
    named = [line.split()[1] for line in lines if re.match(r"│ [a-z]", line)]
    assert named == [name for names in heads.values() for name in names]


@pytest.mark.parametrize("words", commands())
def test_no_choice_of_an_option_is_broken_in_eighty_columns(words, tmp_path):
    lines = world.scaffold(*words, "--help", where=tmp_path, COLUMNS="80").out.splitlines()
    assert not [line for line in lines if re.search(r" <[^>]*$", line)]


def test_every_exit_code_is_documented():
    known = {app.OK, app.REFUSED, app.BUG, app.INTERRUPTED, run.NOT_CLEAN, WRONG_COMMAND_LINE}
    told = section("reference/cli.md", "## Exit codes")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", told, re.MULTILINE)} == known


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("## blueprint.yml", manifest.KEYS | set(manifest.COMPOSE)),
        ("## blueprint.yml", {"lifecycle", "state", "sunset", "replaced_by", "file", "keys", "version", "move"}),
        ("## blueprint.yml", guardrails.SETTINGS | guardrails.DESCRIPTION | {*guardrails.KINDS, *guardrails.ASKS}),
        ("## copier.yml", template.SETTINGS | question.KEYS | set(question.TYPES)),
        ("## fleet.yml", {*inventory.KEYS, *listing.SAID, *organisations.KEYS, *policy.KEYS, *declared.KEYS}),
        ("## .scaffold/answers.yml", set(FULL_WISHES._fields)),
        ("## Settings of a user", settings.KEYS | source_policy.KEYS),
    ],
)
def test_every_key_of_a_file_is_documented(heading, keys):
    keys = {word for key in keys for word in key.split(".")}
    told = section("reference/files.md", heading)
    assert not keys - {part for word in code_words(told) for part in (word, *word.split("."))}


def test_every_key_of_a_schema_says_what_it_means():
    rows = re.findall(r"^\| `([^`]+)` \| (.*?) \| (.*) \|$", page("reference/files.md"), re.MULTILINE)
    limits = set(Limits._fields)
    assert [key for key, value, meaning in rows if not (value and meaning) and key not in limits] == []


def test_the_schema_of_the_settings_is_that_of_the_file():
    schema = json.loads((Path(scaffold.__file__).parent / "report/schemas/settings.json").read_text())
    Draft202012Validator.check_schema(schema)
    assert schema["properties"].keys() == settings.KEYS
    assert schema["properties"]["policy"]["anyOf"][1]["properties"].keys() == source_policy.KEYS
    check = Draft202012Validator(schema)
    whole = {"trust": ["/srv/"], "defaults": {"a": 1}, "require_signature": True, "allowed_signers": "/etc/signers"}
    for policy_ in ("builtin@1.0.0", {"library": "builtin", "strict": True, "fail_on": "low", "answers": {"a": 1}}):
        assert not list(check.iter_errors({**whole, "policy": policy_, "forges": {"h": {"kind": "gitea"}}}))
    for wrong in ({"trusts": []}, {"policy": {"strict": True}}, {"require_signature": "yes"}, {"trust": "/srv"}):
        assert list(check.iter_errors(wrong)), wrong


def test_every_key_of_a_selector_is_documented():
    assert not {*selectors.KEYS, *selectors.WORDS} - code_words(page("reference/fleet.md"))


def test_every_schema_is_documented():
    schemas = {path.stem for path in (Path(scaffold.__file__).parent / "report/schemas").glob("*.json")}
    told = set().union(*(re.findall(r"[\w-]+", path.read_text()) for path in (DOCS / "reference").glob("*.md")))
    assert schemas
    assert not schemas - told


def test_every_rule_is_documented():
    told = set(re.findall(r"^### ([A-Z]+-\d+) ", page("reference/rules.md"), re.MULTILINE))
    assert told == {*catalogue.LOCKED, *catalogue.BUILT_IN, *catalogue.FORGE}


def test_the_schema_of_the_answers_is_that_of_the_file():
    schema = json.loads((Path(scaffold.__file__).parent / "report/schemas/answers.json").read_text())
    assert set(schema["properties"]) == set(yaml.load(dump(FULL_WISHES), "a").data) == set(FULL_WISHES._fields)
    assert set(schema["properties"]["merge"]["propertyNames"]["enum"]) == set(SAYS)
    for wishes in (FULL_WISHES, Wishes("b", "s", {})):
        written = json.loads(json.dumps(yaml.load(dump(wishes), "a").data, default=str))  # JSON knows no day
        assert not list(Draft202012Validator(schema).iter_errors(written))
    assert list(Draft202012Validator(schema).iter_errors({"blueprint": "b", "source": "s", "own": "f"}))


def full_lock():
    locked = lock.Locked(
        blob="a" * 40,
        mode="100644",
        owner="locked",
        origin="layer/file",
        sha256="b" * 64,
        keys={("tool", "ruff"): ("locked", "c" * 64)},
        pending="d" * 40,
        left="d" * 40,
        at="elsewhere",
        mine=frozenset({"d" * 40}),
        sided=1,
        own=True,
        open=True,
        marked="d" * 40,
        decided=(Decision("yours", "1.0.0", "a" * 32, "a" * 32, ("b" * 32,)),),
        asked=frozenset({"b" * 32}),
        inputs=frozenset({"secret"}),
        recipe="b" * 64,
        version="1.0.0",
    )
    return lock.Lock("0.1.0", "name", "builtin", "1.0.0", "e" * 40, {}, {"file": locked})


def keys_in(value):
    """Every key of a document, however deep."""
    if isinstance(value, dict):
        return set(value).union(*map(keys_in, value.values()))
    return set().union(*map(keys_in, value)) if isinstance(value, list) else set()


def test_every_field_of_the_lock_is_documented():
    dumped = keys_in(json.loads(lock.dump(full_lock()))) - {"file", "tool.ruff"}
    assert {"format", "pending", "sha256"} <= dumped
    told = code_words(section("reference/files.md", "## .scaffold/lock.json"))
    assert not dumped - {part for word in told for part in (word, *word.split("."))}


FORGE = Prescribed(("c",), 1, True, True, True, True, True, ("t",), "d")


def test_the_schema_of_the_lock_is_that_of_the_file():
    schema = json.loads((Path(scaffold.__file__).parent / "report/schemas/lock.json").read_text())
    Draft202012Validator.check_schema(schema)
    more = {"keep_copier": True, "folder": "f", "missing": ("m",), "guardrails": Guardrails(), "forge": FORGE}
    full = json.loads(lock.dump(replace(full_lock(), **more)))
    assert set(schema["properties"]) == set(full)
    inner, said = schema["properties"]["forge"]["properties"], full["forge"]
    assert set(inner) == set(said)
    assert set(inner["default_branch"]["properties"]) == set(said["default_branch"])
    assert set(schema["$defs"]["file"]["properties"]) == set(full["files"]["file"])
    check = Draft202012Validator(schema)
    assert not list(check.iter_errors(full))
    assert not list(check.iter_errors(json.loads(lock.dump(full_lock()))))
    for path, wrong in (("blob", "g"), ("mode", "777"), ("ownership", "mine"), ("sided", "1"), ("recipe", "")):
        assert list(check.iter_errors(full | {"files": {"file": full["files"]["file"] | {path: wrong}}})), path
    assert list(check.iter_errors({key: value for key, value in full.items() if key != "files"}))


def full_results():
    root = PurePath("/project")
    file = File(b"")
    actions = tuple(
        Action(path=verb, verb=verb, why="w", before=file, after=file, drift=("",))
        for verb in ("replace", "keep", "conflict")
    )
    plan = Plan(actions=actions, lock_before=full_lock(), lock_after=full_lock())
    known = {"type": "str", "help": "h", "default": "d", "choices": ["c"], "required": True}
    listed = results.Listed("n", "1", "t", "active", ("1",))
    settled = (Settled("checks", ("c",), "refused", "w"),)
    published = results.Published(root, "a", "w", "main", "c", settings=settled)
    return {
        "new": results.Stamped(root, "b", "1", "s", None, ("f",), {"locked": 1}, "own", plan, published=published),
        "publish": published,
        "update": results.Updated(root, plan, applied=True, up_to_date=False),
        "status": results.Status(
            root, "b", "s", "1", "2", behind=True, drift=(Drift("p", "key", "k"),), conflicts=("c",),
            edited_answers=("a",), interrupted="",
        ),
        "own": results.Owned(root, ("f",), ("/f",), back=False),
        "diff": results.Diff(root, "o", "n", (results.Difference("p", "managed", "edited", None),)),
        "undo": results.Undone(root, "w", ("p",)),
        "resolve": results.Resolved(
            root, "ours", (results.Resolution("p", 1, whole=False, deleted=False),), conflicts=("p",)
        ),
        "update_continue": results.Continued(root, "w", conflicts=(results.OpenConflict("p", 1, "r"),)),
        "adopt": results.Adopted(
            root, "Copier", "b", "s", "1", {}, ("p",), fits=(results.Fitting("b", "1", 0.9, 0.9, 0.9, {}),)
        ),
        "explain": results.Explanation("p", "b", "1", "t", "locked", "m", "edited", {}),
        "blueprint_list": (listed,),
        "blueprint_show": results.Shown("n", "1", "t", "d", (), "active", None, (), (), {"name": known}, {}),
        "blueprint_release": results.Released(root, "n", "1", "2", "t", "c", ()),
        "blueprint_new": results.Started(root, "n", ("f",), {}),
        "blueprint_withdraw": results.Withdrawn(root, "n", "1", "r", "c", None, has_remote=True),
        "library_init": results.LibraryMade(root, ()),
        "fleet_clean": results.Freed(1, 2),
    }  # fmt: skip


REPORTS = {"_".join(words) for words in commands() if words} & set(vars(data)) | {"update_continue"}


def test_the_sample_covers_every_report():
    assert full_results().keys() == REPORTS


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_key_of_a_json_report_is_documented(name):
    emitted = keys_in(getattr(data, name)(full_results()[name]))
    told = section("reference/json.md", f"## {name.replace('_continue', ' --continue').replace('_', ' ')}")
    assert not emitted - code_words(told)
    rows = set(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE))
    assert rows <= emitted, "the page names a key that is not there"


def test_every_key_of_a_check_is_documented():
    schema = json.loads((Path(scaffold.__file__).parent / "report/schemas/check.json").read_text())
    parts = [schema, *schema["$defs"].values(), *schema["properties"].values()]  # tests/report holds it to the report
    emitted = {key for part in parts for key in part.get("properties", {})}
    told = section("reference/json.md", "## check")
    assert not emitted - code_words(told)
    assert set(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE)) == set(schema["properties"])


def test_every_function_and_parameter_is_documented():
    told = page("reference/python.md")
    for name in scaffold.__all__:
        thing = getattr(scaffold, name)
        if callable(thing):
            signature = re.search(rf"^\| `{name}\((.*?)\)` \|", told, re.MULTILINE)
            assert signature, name
            assert [p for p in signature[1].split(", ") if p != "*"] == list(inspect.signature(thing).parameters)


def fenced(name):
    return re.findall(r"^```\w*\n(.*?)^```", page(name), re.MULTILINE | re.DOTALL)


def test_the_outputs_shown_are_real(tmp_path):
    answers = {"mission": "Checkout", "owner": "@acme/checkout", "outcome": "Orders are placed within a second"}
    made = scaffold.new("python-http-service", tmp_path / "orders", data=answers, git=False)
    shown = {
        ("guides/new-service.md", "$ scaffold blueprint list\n"): libraries.blueprint_list(scaffold.list_blueprints()),
        ("guides/new-service.md", "$ scaffold explain pyproject.toml\n"): text.explain(
            scaffold.explain(made.root / "pyproject.toml")
        ),
    }
    for (name, prompt), lines in shown.items():
        assert prompt + "".join(f"{line.text}\n" for line in lines) in fenced(name)


def test_the_readme_is_one_screen():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 80


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_that_a_page_names_exist(path):
    known = commands()
    makefiles = [ROOT / "Makefile", *ROOT.glob("templates/*/Makefile.jinja")]
    rules = [names for file in makefiles for names in re.findall(r"^([a-z ]+):", file.read_text(), re.MULTILINE)]
    targets = {word for names in rules for word in names.split()}
    for line in code_lines(path):
        for found in re.finditer(r"\bscaffold ([a-z][a-z-]*)(?: ([a-z]+))?", line):
            words = (found[1], found[2]) if (found[1], found[2]) in known else (found[1],)
            assert words in known, line
            own = line[found.end() :].partition("scaffold ")[0]  # a line may name two
            options = set(re.findall(r"(?<=\s)--[a-z-]+", own)) - {"--help"}
            assert options <= known[words], line
        assert set(re.findall(r"^(?:\$ )?make ([a-z]+)", line)) <= targets, line


def test_the_readme_names_the_two_commands():
    assert {"make try", "make test"} <= {line.partition("#")[0].strip() for line in code_lines(ROOT / "README.md")}


def test_links_of_the_readme_lead_somewhere():
    targets = re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text())
    assert targets
    assert not [target for target in targets if not (ROOT / target).exists()]


def test_nothing_that_is_shipped_names_this_machine_or_a_package_registry():
    rooms = (path for room in ("scaffold", "templates", "blueprints") for path in (ROOT / room).rglob("*"))
    shipped = [*PAGES, *(path for path in rooms if path.is_file() and path.suffix not in {".pyc", ".bundle"})]
    found = {path.relative_to(ROOT): ELSEWHERE.findall(path.read_text(errors="replace")) for path in shipped}
    assert not {path: names for path, names in found.items() if names}


def test_the_architecture_fits_and_names_the_rooms_that_exist():
    assert len(page("why/architecture.md").splitlines()) <= 150
    cells = re.findall(r"^\| [a-z ]+ \| (`.*) \|$", section("why/architecture.md", "## Rooms"), re.MULTILINE)
    told = [set(re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", cell))) for cell in cells]
    package = Path(scaffold.__file__).parent
    there = {path.stem for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    there -= {"__init__"}
    rows = [row & there for row in test_architecture.ROWS]
    assert set().union(*told) == there
    assert told == [row for row in reversed(rows) if row]


def test_every_decision_is_listed_by_theme():
    index, _, rest = page("why/decisions.md").partition("\n## 1. ")
    listed = re.findall(r"^- \[(\d+\. .*)\]\(#", index, re.MULTILINE)
    assert sorted(listed) == sorted(re.findall(r"^## (\d+\. .*)$", f"## 1. {rest}", re.MULTILINE))


def test_every_decision_says_what_why_and_what_was_given_up():
    entries = re.split(r"^## \d+\. ", page("why/decisions.md"), flags=re.MULTILINE)[1:]
    assert entries
    for entry in entries:
        assert re.findall(r"^\*\*(What|Why|Given up)\.\*\*", entry, re.MULTILINE) == ["What", "Why", "Given up"], entry


MEASURED = {
    "merge": "merge-cases",
    "fleet": "benchmark-fleet",
    "check": "benchmark-check",
    "rollout": "benchmark-rollout",
    "": "benchmarks",
}


FIGURES = re.findall(r"^\| .*`make bench.*$", (ROOT / "README.md").read_text(), re.MULTILINE)
assert len(FIGURES) == len(MEASURED)


@pytest.mark.parametrize("row", FIGURES)
def test_the_figures_of_the_readme_are_on_the_pages_that_they_are_from(row):
    _, _, measured, again, _ = row.split("|")
    benchmark = re.search(r"`make bench-?(\w*)`", again)[1]
    there = [
        float(one) for one in re.findall(r"\d+(?:\.\d+)?", page(f"reference/{MEASURED[benchmark]}.md").replace(",", ""))
    ]
    for figure in re.findall(r"\d+(?:\.\d+)?", measured.replace(",", "")):
        digits = len(figure.partition(".")[2])
        assert figure in {f"{one / unit:.{digits}f}" for one in there for unit in (1, 1000)}, figure  # seconds of ms
