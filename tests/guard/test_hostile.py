"""What strangers put into the files that rules read: a megabyte of whatever is worst, and no rule takes long over it.

No time is measured: a rule that reads a file twice as long in four times the time is not done in hours.
"""

import pytest

from scaffold.guard.looking import look_with
from tests.guard.service import RULES, Service, stamped

SIZE = 990_000  # bytes: just below what is not looked into at all
LOCK = stamped().files[".scaffold/lock.json"]
KEPT = ("pyproject.toml", "Makefile", ".github/workflows/ci.yml")
CI = "on: [pull_request_target]\njobs:\n  one:\n    runs-on: x\n    steps:\n      - run: make check\n      - run: "


def of(text: str, before: str = "", after: str = "") -> str:
    """A text over and over again, up to the size of what is still read."""
    return before + text * ((SIZE - len(before) - len(after)) // len(text)) + after


SHAPES = {
    "go.mod: replace and blanks": ("go.mod", of(" ", "replace", "x")),
    "go.mod: dots": ("go.mod", of("a.", "require ")),
    "Makefile: blanks": ("Makefile", of(" ", "a", "b")),
    "Makefile: targets": ("Makefile", of("a: b c\n\t$(MAKE) a\n")),
    "Makefile: variables of variables": ("Makefile", of("$(A)", "A = $(A)$(A)\nall:\n\techo ")),
    "Makefile: quotes": ("Makefile", of("\"'", "check:\n\t")),
    "package.json: scripts": ("package.json", of('"a":"npm run a",', '{"scripts":{', '"b":""}}')),
    "package.json: a word": ("package.json", of("1", '{"scripts":{"a":"npx x@1.1.', '!"},"license":"MIT"}')),
    "workflow: brackets": (".github/workflows/a.yml", of("(", CI)),
    "workflow: here-documents": (".github/workflows/a.yml", of("bash <<A;", CI)[:600_000]),
    "workflow: expressions": (".github/workflows/a.yml", of("${{", CI)),
    "workflow: references": (".github/workflows/a.yml", of("${{ env.A }}", CI)),
    "workflow: steps": (
        ".github/workflows/a.yml",
        of("      - uses: a/b@v1\n", f"{CI}x\n")[:150_000].rpartition("\n")[0],
    ),
    "workflow: versions": (".github/workflows/a.yml", of("1", f"{CI}npx x@1.1.", "!")),
    "Dockerfile: arguments": ("Dockerfile", of("$A", "ARG A=$B$B$B$B$B\nARG B=$A$A$A$A$A\nFROM ")),
    "Dockerfile: instructions": ("web.dockerfile", of("RUN x\n", "FROM a\n")[:600_000]),
    "Dockerfile: stages": ("Dockerfile", "".join(f"FROM a{n} AS a{n + 1}\n" for n in range(40_000))),
    "Dockerfile: options": ("Dockerfile", of("--a ", "FROM a\nRUN ")),
    "script: brackets": ("scripts/a.sh", of("$((", "#!/bin/sh\n")),
    "script: here-documents in each other": ("scripts/a.sh", of("bash <<A\n")),
    "script: escapes": ("scripts/a.sh", of('\\"', 'echo "')),
    "requirements: blanks": ("requirements.txt", of(" ", "a")),
    "pyproject.toml: coverage": ("pyproject.toml", of("coverage ", '[tool.pytest.ini_options]\naddopts="', '"')),
    "tox.ini: blanks": ("tox.ini", of(" ", "[pytest]\na", "b\n")),
    "mypy.ini: sections": ("mypy.ini", of("[mypy-a]\nstrict_equality=0\n", "[mypy]\nstrict=1\n")),
    "tox.ini: coverage": ("tox.ini", of("coverage ")),
    "CODEOWNERS: dots": (".github/CODEOWNERS", of(".", "* a@", "@")),
    "CODEOWNERS: lines": (".github/CODEOWNERS", of("a @b\n")),
    ".golangci.yml: blanks": (".golangci.yml", of(" ", "linters:\n  enable: [", "]")),
    ".npmrc: blanks": (".npmrc", of(" ", "a")),
    "yarn: an age": (".yarnrc.yml", of("1", "npmMinimalAgeGate: ", "d")),
    "a decision of empty lines": ("docs/adr/0001-a.md", of("\n")),
    "LICENSE": ("LICENSE", of("Redistribution and use in source and binary forms ")),
    "renovate.json": ("renovate.json", of(" ", '{"enabled"', ":true}")),
    "chart: actions": ("c/templates/a.yaml", of("{{", "a: b\n")),
    "chart: conditions": ("c/templates/a.yaml", of("{{ if .Values.a }}\n")),
    "chart: ends": ("c/templates/a.tpl", of("{{ end }}")),
    "chart: blanks": ("c/templates/a.yaml", of(" ", "a: [\nb:", "!")),
    "chart: values": ("c/values.yaml", of("a: {hostPath: {path: '/'}}\n", "b: [\n")[:300_000]),
    "compose: volumes": ("compose.yaml", of("'/:/'", "services: {a: {volumes: [", "]}}")),
    "manifest: roles": ("k.yaml", of("kind: Role\napiVersion: a\nrules: [{verbs: ['*']}]\n---\n")[:200_000]),
    "manifest: bindings": (
        "k.yaml",
        of("kind: RoleBinding\napiVersion: a\nsubjects: [{name: 'system:masters'}]\n---\n")[:200_000],
    ),
    "manifest: annotations": (
        "k.yaml",
        of("listen-ports ", "kind: Ingress\napiVersion: a\nspec: {rules: [{}]}\nmetadata: {annotations: {a: '", "'}}"),
    ),
    "manifest: a sock": ("k.yaml", of("docker.soc", "kind: Gateway\napiVersion: a\nspec: {hostPath: '", "'}")),
    "dependabot.yml": (".github/dependabot.yml", of("  - {}\n", "updates:\n")[:150_000]),
    "tsconfig.json: commas": ("tsconfig.json", of(",", "{")[:400_000]),
    "vitest.config.ts: thresholds": ("vitest.config.ts", of("thresholds:{")),
}


@pytest.mark.long
@pytest.mark.parametrize("shape", SHAPES)
def test_a_megabyte_of_it_is_read_once(shape):
    path, text = SHAPES[shape]
    kept = {name: stamped().files[name] for name in KEPT}
    others = {
        "package.json": b'{"dependencies":{"a":"1"}}',
        "src/main.ts": b"",
        "c/Chart.yaml": b"name: a",
        "go.mod": b"module a\n",
        "src/orders/a.py": b"",
    }
    service = Service({".scaffold/lock.json": LOCK, **kept, **others, path: text.encode()}, {})
    snapshot, lock = service.snapshot, service.lock
    for rule in RULES.values():
        looked = look_with(rule, rule.parameters, snapshot, lock)
        assert not [one for one in looked.found or () if "the rule itself failed" in one.message]
