"""Rules as data: each kind where it passes, fails, has nothing to look at, and cannot tell."""

import socket
from typing import Any

import pytest

from scaffold.answers.question import Answers
from scaffold.blueprint.guardrails import Guardrails, dump, parse
from scaffold.formats import yaml
from scaffold.guard.check import look
from scaffold.guard.verdict import Verdict, judge
from scaffold.project.commands.check import find_plugin
from scaffold.project.planning.guardrails import decided
from tests import kit
from tests.guard.service import TODAY, Service
from tests.guard.trees import repository

HEAD = "title: It is so\nseverity: low\n"


def read(written: str) -> Guardrails:
    return parse(yaml.load(written.encode(), "blueprint.yml"))


def judged(said: str, files: dict[str, Any]) -> Verdict:
    """Let the rule A-1 look, as a blueprint says it in YAML."""
    indented = "".join(f"    {line}\n" for line in (HEAD + said).splitlines())
    return verdict(read(f"rules:\n  A-1:\n{indented}"), repository({"README.md": "# A\n"}), files)


def verdict(guardrails: Guardrails, service: Service, files: dict[str, Any] | None = None) -> Verdict:
    for path, content in (files or {}).items():
        service = service.add(path, content)
    looked = look(service.snapshot, service.lock, guardrails, find_plugin)
    return next(one for one in judge(looked, None, guardrails, TODAY).verdicts if one.rule.id == "A-1")


def outcome(said: str, files: dict[str, Any]) -> tuple[str, list[tuple[str | None, int | None, str]]]:
    one = judged(said, files)
    return one.state, [(finding.path, finding.line, finding.message) for finding in one.findings]


BROKEN = b"\xff\xfe broken"
VALUE = "value: {{files: x.yml, key: {}}}"
SCHEMA = (
    "schema: {files: x.json, schema: {type: object, required: [a], properties: {b: {type: string, pattern: '^x'}}}}"
)
OUTCOMES = [
    ("present: docs/x.md", {"docs/x.md": ""}, "pass", []),
    ("present: /docs/x.md", {}, "fail", [("docs/x.md", None, "there is no docs/x.md")]),
    ("present: [README.md, 'docs/*.md']", {}, "fail", [(None, None, "there is no docs/*.md")]),
    ("present: ['docs/*.md', '!docs/index.md']", {"docs/index.md": ""}, "fail", [(None, None, "there is no docs/*.md")]),
    ("present: ['docs/*.md', '!docs/index.md']", {"docs/a.md": ""}, "pass", []),
    ("absent: ['*.env', '!example.env']", {"example.env": ""}, "pass", []),
    ("absent: '*.env'", {"a/b.env": ""}, "fail", [("a/b.env", None, "a/b.env must not be here")]),
    ("pattern: {files: '*.sh', require: '^set -e'}", {"a.sh": "#!/bin/sh\nset -e\n"}, "pass", []),
    (
        "pattern: {files: '*.sh', require: '^set -e'}",
        {"a.sh": "# set -e\n"},
        "fail",
        [("a.sh", None, "nothing here matches ^set -e")],
    ),
    (
        "pattern: {files: '*.sh', deny: 'curl .*'}",
        {"a.sh": "x\ncurl a\n\ncurl b\n"},
        "fail",
        [("a.sh", 2, "this matches curl .*"), ("a.sh", 4, "this matches curl .*")],
    ),
    ("pattern: {files: '*.sh', deny: curl}", {"a.sh": "wget\n"}, "pass", []),
    ("pattern: {files: ['*.sh', '!a.sh'], deny: curl}", {"a.sh": "curl"}, "not_applicable", []),
    ("pattern: {files: '*.sh', deny: curl}", {"a.sh": BROKEN}, "unknown", [("a.sh", None, "the file is not UTF-8 text")]),
    (VALUE.format("a.b, equals: 1"), {"x.yml": "a:\n  b: 1\n"}, "pass", []),
    (VALUE.format("a.b, equals: 1"), {"x.yml": "a:\n  b: 2\n"}, "fail", [("x.yml", 2, "a.b is 2, and must be 1")]),
    (VALUE.format("a.b, equals: 1"), {"x.yml": "a: 1\n"}, "fail", [("x.yml", 1, "a.b is missing, and must be 1")]),
    (VALUE.format("a, equals: true"), {"x.yml": "a: 1\n"}, "fail", [("x.yml", 1, "a is 1, and must be true")]),
    (VALUE.format("a, equals: 1.0"), {"x.yml": "a: 1\n"}, "fail", [("x.yml", 1, "a is 1, and must be 1.0")]),
    (VALUE.format("on.push, absent: true"), {"x.yml": "1: a\n\non:\n  push:\n"}, "fail", [("x.yml", 4, "on.push must not be set")]),
    ("schema: {files: x.yml, schema: {patternProperties: {'^1$': {type: string}}}}", {"x.yml": "1: 2\non: a\n"}, "fail", [("x.yml", 1, "1 is not of the type string")]),
    (VALUE.format("a, equals: {b: 1}"), {"x.yml": "a: {b: 1}\n"}, "pass", []),
    (VALUE.format("a.1.b, equals: 2"), {"x.yml": "a: [{b: 1}, {b: 2}]\n"}, "pass", []),
    (VALUE.format("'\"a.b\".c', equals: 2"), {"x.yml": "a.b: {c: 2}\n"}, "pass", []),
    (VALUE.format("a, one_of: [x, y]"), {"x.yml": "a: z\n"}, "fail", [("x.yml", 1, "a is z, and must be one of x, y")]),
    (VALUE.format("a, one_of: [x, y]"), {"x.yml": "a: y\n"}, "pass", []),
    (VALUE.format("a, matches: '^v[0-9]'"), {"x.yml": "a: v1\n"}, "pass", []),
    (VALUE.format("a, matches: '^v[0-9]'"), {"x.yml": "a: 1\n"}, "fail", [("x.yml", 1, "a is 1, and must be a match of ^v[0-9]")]),
    (VALUE.format("a, at_least: 90"), {"x.yml": "a: 90\n"}, "pass", []),
    (VALUE.format("a, at_least: 90"), {"x.yml": "a: '95'\n"}, "fail", [("x.yml", 1, "a is 95, and must be at least 90")]),
    (VALUE.format("a, at_most: 0"), {"x.yml": "a: true\n"}, "fail", [("x.yml", 1, "a is true, and must be at most 0")]),
    (VALUE.format("a, absent: true"), {"x.yml": "b: 1\n"}, "pass", []),
    (VALUE.format("a, absent: true"), {"x.yml": "b: 1\na:\n"}, "fail", [("x.yml", 2, "a must not be set")]),
    (VALUE.format("a, equals: 1"), {}, "not_applicable", []),
    (VALUE.format("a, equals: 1"), {"x.yml": "a: [\n"}, "unknown", None),
    (VALUE.format("a, equals: 1"), {"x.yml": "a: 1\n---\na: 2\n"}, "fail", [("x.yml", 3, "a is 2, and must be 1")]),
    ("value: {files: x.toml, key: a.b, equals: 1}", {"x.toml": "[a]\nb = 2\n"}, "fail", [("x.toml", 2, "a.b is 2, and must be 1")]),
    ("value: {files: x.json, key: a, equals: {b: [1]}}", {"x.json": '{"a": {"b": [1]}}'}, "pass", []),
    ("value: {files: x.txt, key: a, equals: 1}", {"x.txt": "a: 1"}, "unknown", None),
    (SCHEMA, {"x.json": '{"a": 1}'}, "pass", []),
    (SCHEMA, {"x.json": '{\n"b": "x"}'}, "fail", [("x.json", 1, "the document lacks 'a'")]),
    (SCHEMA, {"x.json": '{"a": 1,\n"b": 2}'}, "fail", [("x.json", 2, "b is not of the type string")]),
    (SCHEMA, {}, "not_applicable", []),
    (SCHEMA, {"x.json": "{"}, "unknown", None),
    ("schema: {files: x.json, schema: {type: nothing}}", {"x.json": "{}"}, "unknown", None),
    ("schema: {files: x.json, schema: {properties: {a: {pattern: '('}}}}", {"x.json": '{"a": "b"}'}, "unknown", None),
    ("schema: {files: x.json, schema: {$ref: '#/$defs/a', $defs: {a: {type: array}}}}", {"x.json": "[]"}, "pass", []),
    ("schema: {files: x.json, schema: {$ref: '#/$defs/b'}}", {"x.json": "[]"}, "unknown", None),
    ("languages: {python: '>=3.11'}", {"a.py": ""}, "pass", []),
    (
        "languages: {Python: }",
        {"a.go": "", "b.py": ""},
        "fail",
        [("a.go", None, "go is not a language that the blueprint allows (Python)")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("said", "files", "state", "findings"), OUTCOMES, ids=range(len(OUTCOMES)))
def test_outcomes(said, files, state, findings):
    got, reported = outcome(said, files)
    assert got == state, reported
    assert findings is None or reported == findings


def test_a_finding_says_what_a_person_needs():
    one = judged("rationale: So that it is.\nfix: Make it be.\nreferences: [X-1]\npresent: a.txt", {})
    assert (one.rule.title, one.rule.severity, one.rule.rationale, one.rule.fix) == (
        "It is so",
        "low",
        "So that it is.",
        "Make it be.",
    )
    assert (one.rule.references, one.rule.files) == (("X-1",), ("a.txt",))
    assert one.findings[0].fix == "Make it be."
    assert judged("value: {files: [a.yml, b.yml], key: a, equals: 1}", {}).why == "there is no a.yml or b.yml"


HIDDEN = "hunter2-" + "Zq8" * 90


@pytest.mark.parametrize(
    ("said", "file"),
    [
        (f"value: {{files: x.yml, key: {key}, {asked}}}", file)
        for key, file in [
            ("db.password", f"db:\n  password: {HIDDEN}\n"),
            ("db", f"db:\n  password: {HIDDEN}\n"),
            ("api_key", f"api_key: {HIDDEN}\n"),
            ("database.url", f"database:\n  url: postgres://orders:{HIDDEN}@localhost/orders\n"),
        ]
        for asked in ("equals: x", "one_of: [x, y]", "matches: '^x'", "at_least: 7", "at_most: 7")
    ],
)
def test_a_finding_repeats_no_secret(said, file):
    state, [(_, _, message)] = outcome(said, {"x.yml": file})
    assert state == "fail"
    assert "hunter2" not in message
    assert "must be" in message


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("properties: {a: {maxLength: 4}}", "a is longer than 4"),
        ("properties: {a: {minLength: 999}}", "a is shorter than 999"),
        ("properties: {a: {type: integer}}", "a is not of the type integer"),
        ("properties: {a: {type: [integer, 'null']}}", "a is not of the type integer, null"),
        ("properties: {a: {pattern: '^x'}}", "a does not match ^x"),
        ("properties: {a: {enum: [x, y]}}", "a is none of x, y"),
        ("properties: {a: {const: x}}", "a is not x"),
        ("properties: {a: {not: {type: string}}}", "a does not fit `not` of the schema"),
        ("properties: {a: {anyOf: [{type: integer}]}}", "a does not fit `anyOf` of the schema"),
        ("properties: {a: false}", "the document does not fit `false` of the schema"),
        ("properties: {b: {items: false}}", "b does not fit `items` of the schema"),
        ("properties: {b: {unevaluatedItems: false}}", "b does not fit `unevaluatedItems` of the schema"),
        ("properties: {b: {uniqueItems: true}}", "b has an element twice"),
        ("properties: {b: {contains: {type: integer}}}", "b does not fit `contains` of the schema"),
        ("additionalProperties: false, properties: {b: {}}", "the document has a key that the schema does not name"),
        ("maxProperties: 1", "the document has more keys than 1"),
        ("required: [a, c]", "the document lacks 'c'"),
        ("type: array", "the document is not of the type array"),
    ],
)
def test_a_breach_of_a_schema_repeats_nothing_of_the_file(schema, words):
    file = f"a: {HIDDEN}\nb: [{HIDDEN}, {HIDDEN}]\n"
    state, found = outcome(f"schema: {{files: x.yml, schema: {{{schema}}}}}", {"x.yml": file})
    assert (state, {message for _, _, message in found}) == ("fail", {words})


def test_a_file_full_of_matches_is_cut_short():
    assert len(judged("pattern: {files: '*.txt', deny: 'x*'}", {"a.txt": "x\n" * 200_000}).findings) == 100


@pytest.mark.parametrize(
    "uri", ["http://localhost:1/x.json", "https://acme.example/x.json", "file:///etc/passwd", "other.json"]
)
def test_a_schema_fetches_nothing(monkeypatch, uri):
    def refuse(*_args, **_kwargs):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    state, [(_, _, message)] = outcome(f"schema: {{files: x.json, schema: {{$ref: '{uri}'}}}}", {"x.json": "{}"})
    assert state == "unknown"
    assert message == f"its schema refers to {uri}, which is not in it"


def test_a_document_too_deep_for_its_schema_is_unknown():
    deep = "[" * 900 + "]" * 900
    assert outcome("schema: {files: x.json, schema: {items: {$ref: '#'}}}", {"x.json": deep})[0] in ("unknown", "pass")


WHEN = {"when": "{{ tier == 'critical' }}", "title": "It is so", "severity": "low", "present": "docs/slo.yaml"}


@pytest.mark.parametrize(
    ("tier", "state", "why"),
    [("critical", "fail", ""), ("low", "not_applicable", "the blueprint does not ask for it here")],
)
def test_a_rule_may_depend_on_answers(tier, state, why):
    release = kit.release({"base": {"a.txt": ""}}, guardrails={"rules": {"A-1": WHEN}})
    guardrails = decided(release, Answers({"tier": tier}, {"tier": tier}))
    assert guardrails is not None
    one = verdict(parse(yaml.load(kit.yaml.safe_dump(dump(guardrails)).encode(), "lock")), repository({}))
    assert (one.state, one.why) == (state, why)


def test_a_blueprint_sets_severity_and_parameters_of_a_built_in_rule():
    said = "rules:\n  AR-03:\n    severity: critical\n    with: {documents: [/docs/c4.md]}\n  LG-01: false\n"
    service = repository({"README.md": ""})
    looked = list(look(service.snapshot, service.lock, read(said), find_plugin))
    by_id = {one.rule.id: one for one in looked}
    assert by_id["AR-03"].rule.severity == "critical"
    assert [one.path for one in by_id["AR-03"].found or ()] == ["docs/c4.md"]
    assert (by_id["LG-01"].found, by_id["LG-01"].why) == (None, "the blueprint does not ask for it here")


def test_a_parameter_of_nonsense_is_unknown_and_ends_nothing():
    service = repository({"README.md": "", "a.py": ""})
    looked = look(
        service.snapshot,
        service.lock,
        read("rules: {LG-01: {with: {languages: 7}}, A-1: {title: T, severity: low, present: x}}"),
        find_plugin,
    )
    states = {one.rule.id: one.state for one in judge(looked, None, Guardrails(), TODAY).verdicts}
    assert (states["LG-01"], states["A-1"]) == ("unknown", "fail")
