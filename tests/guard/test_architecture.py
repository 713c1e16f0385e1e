"""Layers in Python, TypeScript and Go: what crosses them, what does not, and what keeps them."""

import pytest

from tests.guard.service import stamped
from tests.guard.trees import GO, PYTHON, TYPESCRIPT, found, repository

INWARDS = "imports point inwards only: main → adapters → application → domain"
FRAMEWORK = "the core knows no framework"
APART = "adapters do not know each other"
PLATFORM = "the core does not know the platform"


@pytest.mark.parametrize("files", [TYPESCRIPT, GO, PYTHON], ids=["typescript", "go", "python"])
def test_a_code_base_in_layers_passes(files):
    assert found(repository(files), "AR-02") == []


CROSSING = [
    (TYPESCRIPT, "src/domain/price.ts", 'import f from "fastify";', f"domain imports fastify, and {FRAMEWORK}"),
    (TYPESCRIPT, "src/domain/price.ts", 'import type { A } from "@fastify/cors";', FRAMEWORK),
    (TYPESCRIPT, "src/domain/price.ts", "const h = await import('node:http');", FRAMEWORK),
    (TYPESCRIPT, "src/domain/price.ts", 'import { x } from "../application/prices.ts";', INWARDS),
    (TYPESCRIPT, "src/domain/price.ts", 'export * from "../main";', INWARDS),
    (TYPESCRIPT, "src/application/prices.ts", 'const a = require("../adapters/memory/prices");', INWARDS),
    (TYPESCRIPT, "src/application/prices.ts", 'import { a } from "@/adapters/memory/prices.ts";', INWARDS),
    (TYPESCRIPT, "src/application/prices.ts", 'import { a } from "#lib/adapters/memory/prices.ts";', INWARDS),
    (TYPESCRIPT, "src/application/prices.ts", 'import { log } from "../platform/log.js";', PLATFORM),
    (TYPESCRIPT, "src/adapters/http/app.ts", 'import { a } from "../memory/prices.ts";', APART),
    (TYPESCRIPT, "src/adapters/http/app.ts", 'import { a } from "../../main.ts";', INWARDS),
    (
        TYPESCRIPT,
        "src/platform/log.ts",
        'import { a } from "../domain/price.ts";',
        "the platform knows no product code",
    ),
    (GO, "internal/domain/price.go", 'import "net/http"', f"domain imports net/http, and {FRAMEWORK}"),
    (GO, "internal/domain/price.go", 'import ("x"; g "github.com/gin-gonic/gin/binding")', FRAMEWORK),
    (GO, "internal/domain/price.go", 'import "example.org/acme/prices/internal/application"', INWARDS),
    (GO, "internal/application/prices.go", 'import _ "example.org/acme/prices/internal/adapters/memory"', INWARDS),
    (GO, "internal/application/prices.go", 'import "example.org/acme/prices/internal/platform"', PLATFORM),
    (GO, "internal/adapters/httpapi/api.go", 'import "example.org/acme/prices/internal/adapters/memory"', APART),
    (PYTHON, "shop/domain/price.py", "import sqlalchemy.orm as orm", f"domain imports sqlalchemy.orm, and {FRAMEWORK}"),
    (PYTHON, "shop/domain/price.py", "from google.cloud import storage", FRAMEWORK),
    (PYTHON, "shop/domain/price.py", "import importlib; x = importlib.import_module('requests')", FRAMEWORK),
    (PYTHON, "shop/domain/price.py", "from .. import main", INWARDS),
    (PYTHON, "shop/domain/price.py", "from shop import application", INWARDS),
    (PYTHON, "shop/application/prices.py", "def late():\n    from shop.adapters.memory import x", INWARDS),
    (PYTHON, "shop/application/prices.py", "from shop.platform.log import log", PLATFORM),
    (PYTHON, "shop/adapters/http/app.py", "from shop.adapters import memory", APART),
    (PYTHON, "shop/adapters/http/app.py", "from ..memory import Prices", APART),
    (PYTHON, "shop/platform/log.py", "import shop.main", "the platform knows no product code"),
]


@pytest.mark.parametrize(
    ("files", "path", "line", "said"), CROSSING, ids=lambda value: value if isinstance(value, str) else ""
)
def test_an_import_that_crosses_is_found(files, path, line, said):
    where = 2 if path.endswith(".go") else 1
    text = files[path].split("\n", 1)
    planted = f"{text[0]}\n{line}\n{text[1]}" if path.endswith(".go") else f"{line}\n{files[path]}"
    [(at, number, message)] = found(repository({**files, path: planted}), "AR-02")
    assert at == path
    assert number == where + line.count("\n")
    assert said in message


FINE = [
    (TYPESCRIPT, "src/domain/price.ts", '// import f from "fastify"\nconst s = \'import "fastify"\';'),
    (TYPESCRIPT, "src/domain/price.ts", 'import x from "fastify-like";\nimport { y } from "netmask";'),
    (TYPESCRIPT, "src/domain/price.ts", 'import { x } from "@adapters/thing";'),  # a package, as no path says otherwise
    (TYPESCRIPT, "src/adapters/http/extra.ts", 'import { app } from "./app.ts";'),
    (TYPESCRIPT, "src/adapters/http/app.test.ts", 'import { a } from "../memory/prices.ts";'),
    (TYPESCRIPT, "test/all.test.ts", 'import { a } from "../src/main.ts";'),
    (TYPESCRIPT, "src/domain/far.ts", 'import { a } from "../../../elsewhere/adapters/x.ts";'),
    (GO, "internal/domain/more.go", 'package domain\n\n// import "net/http"\nvar s = `import "net/http"`\n'),
    (GO, "internal/domain/price_test.go", 'package domain_test\n\nimport "net/http"\n'),
    (
        GO,
        "internal/adapters/httpapi/more.go",
        'package httpapi\n\nimport "example.org/acme/prices/internal/platform"\n',
    ),
    (GO, "internal/domain/more.go", 'package domain\n\nimport "example.org/acme/prices2/internal/adapters/x"\n'),
    (PYTHON, "shop/domain/more.py", '"""import fastapi"""\n# import fastapi\nimport fastapi_like\n'),
    (PYTHON, "shop/domain/more.py", "import platform\nimport main\nfrom adapters import x\n"),
    (PYTHON, "shop/adapters/http/more.py", "from . import app\nfrom shop.platform import log\n"),
    (PYTHON, "shop/adapters/__init__.py", "from shop.adapters import http, memory\n"),
    (PYTHON, "shop/domain/deep/more.py", "from ...domain import price\nfrom .... import beyond\n"),
    (PYTHON, "shop/tests/test_all.py", "import fastapi\nfrom shop import main\n"),
    (PYTHON, "shop/application/more.py", "from shop.errors import Wrong\n"),
]


@pytest.mark.parametrize(("files", "path", "text"), FINE)
def test_what_only_looks_like_it_is_none(files, path, text):
    assert found(repository({**files, path: text}), "AR-02") == []


def test_a_way_round_the_layers_is_followed_to_its_end():
    files = {
        **PYTHON,
        "shop/domain/price.py": "from shop.a import x\n",
        "shop/a.py": "from shop.b import x\n",
        "shop/b.py": "from shop.a import x\nimport shop.adapters.memory\n",
    }
    [(path, line, message)] = found(repository(files), "AR-02")
    assert (path, line) == ("shop/domain/price.py", 1)
    assert message == f"domain imports shop.adapters.memory, and {INWARDS} (by way of shop.a.x)"


def test_parameters_name_other_layers_and_frameworks():
    files = {
        "app/ui/page.py": "from app.core import model\n",
        "app/core/model.py": "import numpy\nimport app.ui.page\n",
    }
    asked = {"layers": ["ui", "core"], "core": ["core"], "independent": [], "platform": ""}
    assert found(repository(files), "AR-02", **asked, forbidden={"python": ["num*"]}) == [
        ("app/core/model.py", 1, f"core imports numpy, and {FRAMEWORK}"),
        ("app/core/model.py", 2, "core imports app.ui.page, and imports point inwards only: ui → core"),
    ]


def test_layers_at_the_top_of_what_the_interpreter_starts_from():
    files = {"src/domain/price.py": "import adapters.memory\n", "src/adapters/memory.py": "from domain import price\n"}
    assert [one[:2] for one in found(repository(files), "AR-02")] == [("src/domain/price.py", 1)]


def test_each_feature_may_have_layers_of_its_own():
    files = {
        "src/shop/orders/domain/order.py": "from shop.bills.domain import bill\n",
        "src/shop/orders/application/place.py": "from shop.bills.adapters import post\n",
        "src/shop/bills/domain/bill.py": "",
        "src/shop/bills/adapters/post.py": "",
    }
    [(path, _, message)] = found(repository(files), "AR-02")
    assert path == "src/shop/orders/application/place.py"
    assert INWARDS in message


def test_where_there_are_no_layers_nothing_can_cross_them():
    verdict = repository({"app/domain/x.py": "import fastapi\n", "app/views.py": ""}).verdict("AR-02")
    assert (verdict.state, verdict.why) == (
        "not_applicable",
        "no folder holds two of the layers main, adapters, application, domain",
    )


def test_a_file_that_nobody_can_read_makes_it_unknown():
    verdict = repository({**PYTHON, "shop/domain/bad.py": "import (\n"}).verdict("AR-02")
    assert [(one.state, one.path) for one in verdict.findings] == [("unknown", "shop/domain/bad.py")]


@pytest.mark.parametrize("files", [TYPESCRIPT, GO], ids=["typescript", "go"])
def test_a_gate_that_is_in_order_passes(files):
    assert found(repository(files), "AR-01") == []


def changed(files, path, old, new):
    assert old in files[path]
    return {**files, path: files[path].replace(old, new)}


BLIND = [
    (changed(TYPESCRIPT, ".dependency-cruiser.cjs", '  options: { parser: "swc" },\n', "  // swc\n"), "sees no module"),
    (changed(TYPESCRIPT, ".dependency-cruiser.cjs", "application", "usecases"), "names src/application"),
    (changed(TYPESCRIPT, "test/architecture.test.ts", "canary", "bird"), "no test plants a canary"),
    ({**TYPESCRIPT, "test/architecture.test.ts": "// a canary for depcruise\ntest();\n"}, "no test plants a canary"),
    (changed(TYPESCRIPT, "Makefile", "lint test arch", "lint test"), "nothing that CI runs calls dependency-cruiser"),
    (changed(TYPESCRIPT, "Makefile", "\tnpm run arch", "\tnpm run arch || true"), "nothing that CI runs calls"),
    (changed(TYPESCRIPT, "Makefile", "\tnpm run arch", "\t-npm run arch"), "nothing that CI runs calls"),
    (
        changed(TYPESCRIPT, ".github/workflows/ci.yml", "- run: make check", "- run: make check\n        if: false"),
        "CI",
    ),
    ({key: text for key, text in TYPESCRIPT.items() if key != ".dependency-cruiser.cjs"}, "neither dependency-cruiser"),
    ({key: text for key, text in GO.items() if "_test" not in key}, "no test, depguard or go-arch-lint"),
    (changed(GO, "internal/arch/arch_test.go", '"internal/application": {"internal/domain"}', ""), "says nothing of"),
    (
        {**GO, "internal/arch/arch_test.go": GO["internal/arch/arch_test.go"].lower().replace("canary", "bird")},
        "no test plants a canary",
    ),
    (changed(GO, "Makefile", "go test ./...", "go build ./..."), "nothing that CI runs calls the architecture test"),
    ({"app/views.py": "", "pyproject.toml": ""}, "the code has no layers"),
    (PYTHON | {"pyproject.toml": ""}, "no contract of type layers"),
]


@pytest.mark.parametrize(("files", "said"), BLIND, ids=range(len(BLIND)))
def test_a_gate_that_sees_nothing_is_found(files, said):
    messages = [message for _, _, message in found(repository(files), "AR-01")]
    assert len(messages) == 1
    assert said in messages[0]


RESTRICTED = """\
{
  // Biome's own way
  "overrides": [
    {"includes": ["src/domain/**"], "linter": {"rules": {"style": {"noRestrictedImports": {"level": "error"}}}}},
    {"includes": ["src/%s/**"], "linter": {"rules": {"style": {"noRestrictedImports": "error"}}}},
  ]
}
"""


@pytest.mark.parametrize(
    ("folder", "found_there"),
    [("application", []), ("usecases", [("biome.json", 5, "an override with noRestrictedImports matches no file")])],
)
def test_biome_keeps_layers_where_its_overrides_match(folder, found_there):
    files = {
        **{path: text for path, text in TYPESCRIPT.items() if path != ".dependency-cruiser.cjs"},
        "biome.json": RESTRICTED % folder,
        "test/architecture.test.ts": 'test("a canary dies", () => { run("biome lint src/domain/canary.ts"); });\n',
    }
    assert found(repository(files), "AR-01") == found_there


INI = """\
[importlinter]
root_package = shop

[importlinter:contract:1]
name = inwards
type = layers
layers =
    main
    {}
    (nowhere)
    application
    domain
containers =
    shop
"""
GATED = {
    **PYTHON,
    "pyproject.toml": "",
    "tests/test_layers.py": 'def test_the_gate():\n    canary = run("lint-imports")\n',
    ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n    - run: lint-imports\n",
}


@pytest.mark.parametrize(
    ("layer", "messages"),
    [
        ("adapters", []),
        ("web", ["the contract names shop.web, which is not there", "no contract of type layers names shop/adapters"]),
    ],
)
def test_contracts_of_an_older_file(layer, messages):
    files = {**GATED, ".importlinter": INI.format(layer)}
    assert [message for _, _, message in found(repository(files), "AR-01")] == messages


def test_a_canary_that_is_skipped_proves_nothing():
    service = stamped().edit(
        "tests/architecture/test_layers.py",
        "@pytest.mark.parametrize(",
        '@pytest.mark.skip("slow")\n@pytest.mark.parametrize(',
    )
    assert [message for _, _, message in found(service, "AR-01")] == [
        "no test plants a canary to prove that import-linter fails"
    ]


def test_two_decisions_with_one_number():
    service = stamped()
    for name in ("0002-a", "0002-b"):
        service = service.add(f"docs/adr/{name}.md", "# 2. A\n\n* Status: accepted\n\nText.\n")
    assert found(service.add("docs/adr/README.md", "An index.\n"), "AR-03") == [
        ("docs/adr/0002-b.md", None, "the decision has the number of docs/adr/0002-a.md")
    ]


def test_a_document_with_nothing_but_a_title_is_none():
    assert found(stamped().add("docs/c4.md", "# C4\n"), "AR-03", documents=["/docs/c4.md"]) == [
        ("docs/c4.md", None, "nothing but a title is in docs/c4.md")
    ]
