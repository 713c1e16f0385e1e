"""What breaks the rules on architecture: a layer reached across, and a gate that looks at nothing any more."""

from tests.guard.cases_languages import where
from tests.guard.service import Case, Service

CORE = "src/orders/application/greeter.py"
LAYERS = 'layers = ["orders.main", "orders.adapters", "orders.application", "orders.domain"]'
CANARY = "tests/architecture/test_layers.py"
ADR = "docs/adr/0002-we-keep-greetings.md"
DECIDED = "# 2. We keep greetings\n\nStatus: accepted\n\nGreetings are kept for a year, as the law asks.\n"
THREATS = "# Threat model\n\nWho may do what, and what we do about it.\n"
PAYING = "src/orders/adapters/payment/__init__.py"
NAMING = "src/orders/naming.py"


def line_of(service_path: str, text: str):
    """Add a line before all imports of a file."""

    def edit(service: Service) -> Service:
        content = service.files[service_path].decode()
        at = content.index("\n\n") + 2 if content.startswith('"""') else 0
        return service.add(service_path, f"{content[:at]}{text}\n{content[at:]}")

    return edit


def without_planting(service: Service) -> Service:
    """Drop the test that plants mistakes, and keep the other."""
    text = service.files[CANARY].decode()
    return service.add(CANARY, text[: text.index("@pytest.mark.parametrize")])


CASES = [
    Case(
        "AR-01",
        "a layer is left out of the contract",
        bad=lambda s: s.edit("pyproject.toml", LAYERS, LAYERS.replace('"orders.adapters", ', "")),
        fixed=lambda s: s,
        at=where("[[tool.importlinter.contracts]]"),
        says="no contract of type layers names src/orders/adapters",
    ),
    Case(
        "AR-01",
        "a team lets one import pass",
        bad=lambda s: s.edit(
            "pyproject.toml", LAYERS, f'{LAYERS}\nignore_imports = ["orders.domain.greeting -> orders.adapters.memory"]'
        ),
        fixed=lambda s: s,
        at=where("[[tool.importlinter.contracts]]"),
        says="lets orders.domain.greeting -> orders.adapters.memory pass",
    ),
    Case(
        "AR-01",
        "the contract on the layers becomes one of another type",
        bad=lambda s: s.edit("pyproject.toml", f'type = "layers"\n{LAYERS}', 'type = "independence"\nmodules = []'),
        fixed=lambda s: s,
        at="pyproject.toml",
        says="no contract of type layers",
    ),
    Case(
        "AR-01",
        "the test that plants a mistake is in the way",
        bad=without_planting,
        fixed=lambda s: s,
        at="pyproject.toml",
        says="no test plants a canary",
    ),
    Case(
        "AR-01",
        "the gate is taken out of what CI runs",
        bad=lambda s: s.edit("Makefile", "check: fmt lint types arch test", "check: fmt lint types test"),
        fixed=lambda s: s,
        at="pyproject.toml",
        says="nothing that CI runs calls import-linter",
        others=("CI-09",),
    ),
    Case(
        "AR-02",
        "a use case answers with a framework's error",
        bad=line_of(CORE, "from fastapi import HTTPException"),
        fixed=lambda s: s,
        at=f"{CORE}:3",
        says="application imports fastapi.HTTPException, and the core knows no framework",
    ),
    Case(
        "AR-02",
        "a use case takes the adapter instead of its port, for the type checker only",
        bad=line_of(
            CORE,
            "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from ..adapters.memory import greetings\n",
        ),
        fixed=lambda s: s,
        at=f"{CORE}:6",
        says="application imports ..adapters.memory.greetings, and imports point inwards only",
    ),
    Case(
        "AR-02",
        "an adapter calls its neighbour",
        good=lambda s: s.add(PAYING, '"""Pay."""\n\nfrom orders.application import greeter\n'),
        bad=lambda s: s.add(PAYING, '"""Pay."""\n\nfrom orders.adapters import memory\n'),
        fixed=lambda s: s.add(PAYING, '"""Pay."""\n\nfrom orders.application import greeter\n'),
        at=f"{PAYING}:3",
        says="adapters do not know each other",
    ),
    Case(
        "AR-02",
        "the platform's code learns of the product",
        bad=line_of("src/orders/platform/health.py", "import orders.domain.greeting"),
        fixed=lambda s: s,
        at="src/orders/platform/health.py:3",
        says="the platform knows no product code",
    ),
    Case(
        "AR-02",
        "a helper beside the layers brings a framework into the core",
        good=lambda s: line_of(CORE, "from orders.naming import name")(s.add(NAMING, "def name() -> str: ...\n")),
        bad=lambda s: line_of(CORE, "from orders.naming import name")(s.add(NAMING, "import pydantic as name\n")),
        fixed=lambda s: s,
        at=f"{CORE}:3",
        says="application imports pydantic, and the core knows no framework (by way of orders.naming.name)",
    ),
    Case(
        "AR-03",
        "the decisions are thrown away",
        bad=lambda s: s.drop("docs/adr/0001-we-follow-a-blueprint.md"),
        fixed=lambda s: s,
        at="docs/adr",
        says="there is no docs/adr/*.md",
    ),
    Case(
        "AR-03",
        "a decision does not say how it stands",
        good=lambda s: s.add(ADR, DECIDED),
        bad=lambda s: s.add(ADR, DECIDED.replace("Status: accepted\n\n", "")),
        fixed=lambda s: s.add(ADR, DECIDED),
        at=f"{ADR}:1",
        says="does not say its status",
    ),
    Case(
        "AR-03",
        "a threat model without a date",
        good=lambda s: s.add("docs/threat-model.md", f"{THREATS}\nReviewed 2026-11-02.\n"),
        bad=lambda s: s.add("docs/threat-model.md", THREATS),
        fixed=lambda s: s.add("docs/threat-model.md", f"{THREATS}\nReviewed 2026-11-02.\n"),
        at="docs/threat-model.md:1",
        says="has no date",
    ),
]
