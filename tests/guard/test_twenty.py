"""A year of a team's work: twenty realistic mistakes in a service, and exactly those twenty findings."""

import pytest

from tests.guard.cases_supply import locked
from tests.guard.cases_workflows import GOOD
from tests.guard.service import stamped

KEY = "AKIA" + "Q3EGRIZ7LX5WVD2B"


def workflow(name, *changes):
    text = GOOD.replace("name: Nightly", f"name: {name}")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return lambda s: s.add(f".github/workflows/{name}.yml", text)


CLIENT = '''"""Prices come from another service."""

import requests


def price(item: str) -> str:
    """Ask for a price."""
    return requests.get(f"https://prices.example.com/{item}", timeout=5, verify=False).text
'''
TOKENS = '''"""Who calls."""

import jwt


def caller(token: str, key: str) -> str:
    """Return who calls."""
    return str(jwt.decode(token, key, algorithms=["RS256", "none"], audience="orders", issuer="https://id.example.com")["sub"])
'''
DIGESTS = '''"""Names for orders that nobody can guess."""

import hashlib


def name_of(order: str, secret: str) -> str:
    """Sign an order."""
    return hashlib.md5((order + secret).encode()).hexdigest()
'''
RULES = '''"""What an order costs."""

from fastapi import HTTPException


def check(total: int) -> None:
    """Refuse an order that costs nothing."""
    if total <= 0:
        raise HTTPException(422)
'''
EDITS = {
    ("LK-01", "LICENSE"): lambda s: s.append("LICENSE", "\nNot for our competitors.\n"),
    ("LK-02", "pyproject.toml"): lambda s: s.edit("pyproject.toml", 'testpaths = ["tests"]', 'testpaths = ["tests", "more"]'),
    ("LK-03", "CONTRIBUTING.md"): lambda s: s.append("CONTRIBUTING.md", "<<<<<<< yours\na\n=======\nb\n>>>>>>> theirs\n"),
    ("CI-01", ".github/workflows/nightly.yml"): workflow("nightly", ("permissions: {}\n\n", "")),
    ("CI-02", ".github/workflows/weekly.yml"): workflow("weekly", ("3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "v7")),
    ("CI-05", ".github/workflows/monthly.yml"): workflow("monthly", ("        with:\n          persist-credentials: false\n", "")),
    ("CI-06", ".github/workflows/yearly.yml"): workflow("yearly", ("runs-on: ubuntu-24.04", "runs-on: ubuntu-latest")),
    ("CI-04", ".github/workflows/greet.yml"): workflow("greet", ("run: make bench", 'run: echo "${{ github.event.head_commit.message }}"')),
    ("SC-05", ".github/workflows/tools.yml"): workflow("tools", ("run: make bench", "run: curl -sSf https://example.com/install.sh | sh")),
    ("SC-02", ".github/dependabot.yml"): lambda s: s.edit(".github/dependabot.yml", "package-ecosystem: uv", "package-ecosystem: npm"),
    ("SC-09", "tools/convert.jar"): lambda s: s.add("tools/convert.jar", b"PK\x03\x04" + bytes(200)),
    ("SP-01", "src/orders/adapters/prices/client.py"): lambda s: s.add("src/orders/adapters/prices/client.py", CLIENT).add(
        "src/orders/adapters/prices/__init__.py", '"""Prices."""\n'
    ),
    ("SP-03", "src/orders/platform/tokens.py"): lambda s: s.add("src/orders/platform/tokens.py", TOKENS),
    ("SP-04", "deploy/settings.env"): lambda s: s.add("deploy/settings.env", f"REGION=eu-west-1\nAWS_ACCESS_KEY_ID={KEY}\n"),
    ("SP-05", "src/orders/platform/digests.py"): lambda s: s.add("src/orders/platform/digests.py", DIGESTS),
    ("LG-01", "src/orders/report.rb"): lambda s: s.add("src/orders/report.rb", "puts 'orders'\n"),
    ("LG-04", "src/orders/main.py"): lambda s: s.edit("src/orders/main.py", "import os\n", "import os  # noqa\n"),
    ("AR-02", "src/orders/domain/prices.py"): lambda s: s.add("src/orders/domain/prices.py", RULES),
    ("OP-07", "docs/runbook.md"): lambda s: s.drop("docs/runbook.md"),
    ("OW-02", "catalog-info.yaml"): lambda s: s.edit("catalog-info.yaml", 'owner: "group:checkout"', "owner: unknown"),
}  # fmt: skip


def failing(service):
    found = (finding for verdict in service.check().verdicts for finding in verdict.findings)
    return sorted((finding.rule, finding.path) for finding in found if finding.state == "fail")


def test_twenty_mistakes_are_twenty_findings():
    service = locked(stamped())
    assert failing(service) == []
    for edit in EDITS.values():
        service = edit(service)
    assert len(EDITS) == 20
    assert failing(service) == sorted(EDITS)


@pytest.mark.parametrize("wanted", EDITS, ids=lambda wanted: wanted[0])
def test_each_alone_is_its_own_finding(wanted):
    assert failing(EDITS[wanted](locked(stamped()))) == [wanted]
