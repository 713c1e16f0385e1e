"""Small repositories in memory, in layers as the blueprints ask, in languages that no built-in blueprint stamps."""

import json
from collections.abc import Mapping
from functools import cache

from tests.guard.service import Service, stamped

CI = """\
on: [push]
permissions: {}
jobs:
  quality:
    runs-on: ubuntu-24.04
    steps:
      - run: make check
"""
MAKEFILE = "check: lint test arch\n\nlint:\n\tnpx biome ci .\narch:\n\tnpm run arch\ntest:\n\tnpm test\n"
TYPESCRIPT = {
    ".github/workflows/ci.yml": CI,
    "Makefile": MAKEFILE,
    "package.json": """\
{
  "name": "prices",
  "private": true,
  "imports": {"#lib/*": "./src/*"},
  "scripts": {"arch": "depcruise --config .dependency-cruiser.cjs src", "test": "vitest run --coverage"},
  "devDependencies": {"typescript": "^7.0.2"}
}
""",
    "tsconfig.json": """\
{
  // as strict as it gets
  "compilerOptions": {
    "strict": true,
    "paths": {"@/*": ["./src/*"]}, /* and no other */
  },
}
""",
    "biome.json": "{}\n",
    "vitest.config.ts": "export default { test: { coverage: { thresholds: { lines: 90, branches: 85 } } } };\n",
    ".dependency-cruiser.cjs": """\
module.exports = {
  forbidden: [
    { name: "pure", from: { path: "^src/domain" }, to: { pathNot: "^src/domain" } },
    { name: "inwards", from: { path: "^src/application" }, to: { pathNot: "^src/(domain|application)" } },
  ],
  options: { parser: "swc" },
};
""",
    "test/architecture.test.ts": 'test("a canary dies", () => { run("depcruise", "src/domain/canary.ts"); });\n',
    "src/main.ts": 'import { app } from "./adapters/http/app.ts";\nimport fastify from "fastify";\n',
    "src/domain/price.ts": 'import { round } from "./round.ts";\nexport type Price = { cents: number };\n',
    "src/domain/round.ts": "export const round = Math.round;\n",
    "src/application/prices.ts": 'import type { Price } from "../domain/price.ts";\n',
    "src/application/ports.ts": 'export type { Price } from "@/domain/price.ts";\n',
    "src/adapters/http/app.ts": 'import fastify from "fastify";\nimport { x } from "../../application/prices.ts";\n',
    "src/adapters/memory/prices.ts": 'import type { Price } from "../../domain/price.ts";\n',
    "src/platform/log.ts": 'import pino from "pino";\n',
}
GO = {
    ".github/workflows/ci.yml": CI,
    "Makefile": "check:\n\tgo test ./...\n",
    "go.mod": "module example.org/acme/prices // ours\n\ngo 1.26.0\n",
    ".golangci.yml": 'version: "2"\nlinters:\n  default: standard\n',
    "cmd/prices/main.go": 'package main\n\nimport "example.org/acme/prices/internal/adapters/httpapi"\n',
    "internal/domain/price.go": 'package domain\n\nimport (\n\t"errors"\n\t"strings"\n)\n',
    "internal/application/prices.go": """\
package application

import (
	"context"

	"example.org/acme/prices/internal/domain"
)
""",
    "internal/adapters/httpapi/api.go": """\
package httpapi

import (
	"net/http"

	"example.org/acme/prices/internal/application"
)
""",
    "internal/adapters/memory/log.go": 'package memory\n\nimport "example.org/acme/prices/internal/domain"\n',
    "internal/platform/log.go": 'package platform\n\nimport "log/slog"\n',
    "internal/arch/arch_test.go": """\
package arch_test

import "go/parser"

var allowed = map[string][]string{"internal/domain": {}, "internal/application": {"internal/domain"}}

func TestCanaryDies(t *testing.T) { parser.ParseFile(nil, "internal/domain/canary.go", nil, 0) }
""",
}
PYTHON = {
    "shop/main.py": "from shop.adapters.http import app\n",
    "shop/__init__.py": "",
    "shop/domain/__init__.py": "",
    "shop/domain/price.py": "import decimal\nfrom platform import python_version\n",
    "shop/application/prices.py": "from shop.domain import price\nfrom ..domain.price import Price\n",
    "shop/adapters/http/app.py": "import fastify\nfrom shop.application.prices import prices\n",
    "shop/adapters/memory.py": "from shop.domain.price import Price\n",
    "shop/platform/log.py": "import structlog\n",
}


@cache
def _lock() -> bytes:
    lock = json.loads(stamped().files[".scaffold/lock.json"])
    return json.dumps({**lock, "files": {}}).encode()


def repository(files: Mapping[str, str]) -> Service:
    """A repository of these files, with the rules of the built-in blueprint, which gave it none of its files."""
    contents = {path: text.encode() for path, text in files.items()}
    return Service({**contents, ".scaffold/lock.json": _lock()}, {})


def found(service: Service, rule: str, **parameters: object) -> list[tuple[str | None, int | None, str]]:
    """Where a rule finds what."""
    verdict = service.verdict(rule, **parameters)
    assert not [one for one in verdict.findings if one.state == "unknown"], verdict.findings
    return [(one.path, one.line, one.message) for one in verdict.findings]
