"""`guardrails:` as a blueprint writes it: what is read, and what every mistake is answered with."""

import json
import re

import pytest

from scaffold.blueprint.guardrails import Guardrails, dump, parse
from scaffold.errors import FormatError
from scaffold.formats import yaml

WHOLE = """\
use: ["CI-*", OP-01]
rules:
  CI-01: false
  CI-02:
  LG-01: {severity: low, when: "{{ tier == 'critical' }}", with: {languages: {python: ">=3.11"}}}
  ACME-1: {title: T, severity: high, present: [a, b], rationale: R, fix: F, references: [X-1], files: "*.md"}
  acme.2: {title: T, severity: low, absent: "*.env", when: false}
  ACME-3: {title: T, severity: low, pattern: {files: "*.sh", deny: "curl.*sh"}}
  ACME-4: {title: T, severity: low, value: {files: x.toml, key: 'a."b.c"', at_least: 1}}
  ACME-5: {title: T, severity: low, schema: {files: x.json, schema: {type: object}}}
  ACME-6: {title: T, severity: low, languages: {python: ">=3.11", go: }}
  ACME-7: {plugin: acme.rule, with: {most: 3}}
judges: [zizmor]
waivers: {approvers: ["@acme/security"], longest: {critical: 7}}
"""


def read(written):
    return parse(yaml.load(written.encode(), "blueprint.yml"))


def test_all_that_may_be_there_is_read():
    made = read(WHOLE)
    assert made.use == ("CI-*", "OP-01")
    assert list(made.rules) == ["CI-01", "CI-02", "LG-01", "ACME-1", "acme.2", *(f"ACME-{n}" for n in range(3, 8))]
    assert made.rules["CI-01"] == {"applies": False}
    assert made.rules["CI-02"] == {}
    assert made.judges == ("zizmor",)
    assert made.approvers == ("@acme/security",)
    assert [made.longest_for(severity) for severity in ("critical", "high", "medium", "low")] == [7, 90, 180, 365]
    assert read("{}") == Guardrails()


def test_what_the_lock_keeps_is_read_the_same():
    made = read(WHOLE)
    assert parse(yaml.load(json.dumps(dump(made)).encode(), "lock.json")) == made


RULE = "rules:\n  A-1: {title: T, severity: low, %s}\n"
MISTAKES = [
    ("[]", 1, "`the document` must be a mapping, not []", ""),
    ("usee: []", 1, "`usee` is not a key that scaffold knows", "did you mean `use`?"),
    ("use: CI-01", 1, "`use` must be a list, not 'CI-01'", ""),
    ("use: [1]", 1, "`use.0` must be text, not 1", ""),
    ("rules: [CI-01]", 1, "`rules` must be a mapping, not ['CI-01']", ""),
    ("rules:\n  CI-01: true", 2, "`rules.CI-01` must be a mapping of what is set, or false where the rule is not wanted, not True", ""),
    ("rules:\n  A/1: {}", 2, "`A/1` is no id of a rule", "name it as in ACME-01: letters, digits, dots and dashes"),
    ("rules:\n  1: {}", 1, "the key 1 of `rules` must be text", ""),
    ("rules:\n  CI-01:\n    severity: urgent", 3, "`rules.CI-01.severity` must be one of critical, high, medium, low, not 'urgent'", ""),
    ("rules:\n  CI-01:\n    witth: {}", 3, "`rules.CI-01.witth` is not a key that scaffold knows", "did you mean `with`?"),
    ("rules:\n  CI-01:\n    with: [a]", 3, "`rules.CI-01.with` must be a mapping, not ['a']", ""),
    ("rules:\n  CI-01:\n    when: 3", 3, "`rules.CI-01.when` must be a condition on answers such as", ""),
    ("rules:\n  CI-01:\n    applies: maybe", 3, "`rules.CI-01.applies` must be true or false, not 'maybe'", ""),
    ("rules:\n  CI-01:\n    with:\n      since: 2026-01-01", 4, "`rules.CI-01.with.since` must be text, a number, true or false", ""),
    ("rules:\n  CI-01:\n    with:\n      most: .inf", 4, "`rules.CI-01.with.most` must be text, a number", ""),
    ("rules:\n  CI-01:\n    with:\n      1: a", 3, "the key 1 of `rules.CI-01.with` must be text", ""),
    ("rules:\n  A-1:\n    title: T\n    severity: low", 3, "`rules.A-1` does not say what the rule looks for", "a rule of your own needs one of present, absent"),
    ("rules:\n  A-1:\n    patern: x", 3, "`rules.A-1.patern` is not a key that scaffold knows", "did you mean `pattern`?"),
    (RULE % "present: a, absent: b", 2, "`rules.A-1.absent` must be absent: the rule looks for `present`", ""),
    ("rules:\n  A-1: {severity: low, present: a}", 2, "`title` is missing from rules.A-1", ""),
    ("rules:\n  A-1: {title: T, present: a}", 2, "`severity` is missing from rules.A-1", ""),
    ("rules:\n  A-1: {title: '', severity: low, present: a}", 2, "`rules.A-1.title` must be filled in, not ''", ""),
    (RULE % "present: []", 2, "`rules.A-1.present` must be a pattern of files as in .gitignore, or a list of them, not []", ""),
    (RULE % "present: ['!a']", 2, "`rules.A-1.present` must be a pattern of files", ""),
    (RULE % "present: [1]", 2, "`rules.A-1.present.0` must be text, not 1", ""),
    (RULE % "absent: {a: b}", 2, "`rules.A-1.absent` must be a list, not {'a': 'b'}", ""),
    (RULE % "pattern: a", 2, "`rules.A-1.pattern` must be a mapping, not 'a'", ""),
    (RULE % "pattern: {files: a}", 2, "`rules.A-1.pattern` must be a mapping with `files` and either `deny` or `require`", ""),
    (RULE % "pattern: {files: a, deny: b, require: c}", 2, "`rules.A-1.pattern` must be a mapping with `files` and either", ""),
    (RULE % "pattern: {deny: b}", 2, "`files` is missing from rules.A-1.pattern", ""),
    (RULE % "pattern: {files: a, deny: '('}", 2, "`rules.A-1.pattern.deny` is no regular expression: missing ), unterminated", ""),
    (RULE % "pattern: {files: a, deny: }", 2, "`rules.A-1.pattern.deny` must be text, not None", ""),
    (RULE % "value: {files: a, key: b}", 2, "`rules.A-1.value` must be a mapping with `files`, `key` and one of equals, one_of", ""),
    (RULE % "value: {files: a, key: b, equals: 1, absent: true}", 2, "`rules.A-1.value` must be a mapping with `files`", ""),
    (RULE % "value: {files: a, key: 'b..c', equals: 1}", 2, "`b..c` is not a key path", 'write it as in a."b.c".d'),
    (RULE % "value: {files: a, key: b, one_of: c}", 2, "`rules.A-1.value.one_of` must be a list, not 'c'", ""),
    (RULE % "value: {files: a, key: b, one_of: []}", 2, "`rules.A-1.value.one_of` must be a list of values, not []", ""),
    (RULE % "value: {files: a, key: b, matches: '['}", 2, "`rules.A-1.value.matches` is no regular expression", ""),
    (RULE % "value: {files: a, key: b, at_least: '3.11'}", 2, "`rules.A-1.value.at_least` must be a number, not '3.11'", ""),
    (RULE % "value: {files: a, key: b, at_most: true}", 2, "`rules.A-1.value.at_most` must be a number, not True", ""),
    (RULE % "value: {files: a, key: b, absent: false}", 2, "`rules.A-1.value.absent` must be true, not False", ""),
    (RULE % "value: {files: a, key: b, equal: 1}", 2, "`rules.A-1.value.equal` is not a key that scaffold knows", "did you mean `equals`?"),
    (RULE % "schema: {files: a, schema: true}", 2, "`rules.A-1.schema.schema` must be a mapping, not True", ""),
    (RULE % "languages: {}", 2, "`rules.A-1.languages` must be a mapping of the languages allowed to their versions, not {}", ""),
    (RULE % "languages: [python]", 2, "`rules.A-1.languages` must be a mapping, not ['python']", ""),
    (RULE % "languages: {python: 3.11}", 2, "`rules.A-1.languages.python` must be a range of versions", 'write python: ">=1.2"'),
    (RULE % "languages: {python: soon}", 2, "`rules.A-1.languages.python` must be a range of versions", "or leave it empty"),
    ("rules:\n  A-1: {plugin: }", 2, "`rules.A-1.plugin` must be text, not None", ""),
    ("waivers: {approver: x}", 1, "`waivers.approver` is not a key that scaffold knows", "did you mean `approvers`?"),
    ("waivers: {longest: {urgent: 3}}", 1, "`waivers.longest.urgent` is not a key that scaffold knows", "known keys: critical"),
    ("waivers: {longest: {high: 0}}", 1, "`waivers.longest.high` must be a number of days above 0, not 0", ""),
    ("waivers: {longest: {high: true}}", 1, "`waivers.longest.high` must be a whole number, not True", ""),
]  # fmt: skip


@pytest.mark.parametrize(("written", "line", "said", "hint"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_named_with_its_place(written, line, said, hint):
    with pytest.raises(FormatError, match=re.escape(said)) as caught:
        read(written)
    assert caught.value.where == f"blueprint.yml:{line}"
    assert hint in (caught.value.hint or "")
