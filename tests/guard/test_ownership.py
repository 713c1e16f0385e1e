"""Owners, the catalog and licences: as forges, Backstage and lawyers read them."""

import pytest

from scaffold.guard.readers import licences
from scaffold.guard.readers.owners import Line
from tests.guard.service import stamped
from tests.guard.trees import found, repository

OWNERS = ".github/CODEOWNERS"
MATCHES = [
    ("*", "a/b.c", True),
    ("*.js", "a/b.js", True),
    ("/docs/", "docs/a/b.md", True),
    ("docs/", "x/docs/b.md", True),
    ("/docs/*", "docs/a.md", True),
    ("/docs/*", "docs/a/b.md", False),
    ("docs/*", "docs/a/b.md", False),
    ("/docs/**", "docs/a/b.md", True),
    ("/src/**/x", "src/a/b/x", True),
    ("/LICENSE", "LICENSE", True),
    ("/LICENSE", "a/LICENSE", False),
    ("\\", "x", False),
]


@pytest.mark.parametrize(("pattern", "path", "matches"), MATCHES)
def test_patterns(pattern, path, matches):
    assert Line(pattern, (), 1).matches(path) is matches


def with_owners(text):
    """The service with other lines after the first ones."""
    return stamped().append(OWNERS, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# /Makefile @acme/checkout\n",
        "/src/ @acme/checkout @acme/search\n*.toml docs@acme.example\n/Makefile @Platform/Engineering # no other case\n",
        "/docs/adr/ @a-person\n",
    ],
)
def test_a_team_may_divide_what_is_its_own(text):
    assert found(with_owners(text), "OW-01") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "* @acme/checkout\n",
            "@acme/checkout may approve changes of .editorconfig, .gitattributes, .github/CODEOWNERS and",
        ),
        ("/Makefile @platform/engineering @acme/checkout\n", "@platform/engineering @acme/checkout may approve"),
        ("*.yml @acme/checkout\n", "@acme/checkout may approve changes of .github/workflows/ci.yml"),
        ("/Makefile\n", "nobody owns Makefile"),
        ("/src/ acme/checkout\n", "acme/checkout is no owner"),
    ],
)
def test_what_takes_a_file_from_its_owner(text, said):
    [(path, line, message)] = found(with_owners(text), "OW-01")
    assert (path, line) == (OWNERS, stamped().files[OWNERS].count(b"\n") + 1)
    assert said in message


def test_files_that_no_line_is_about():
    service = stamped().edit(OWNERS, "* @acme/checkout\n", "/src/ @acme/checkout\n")
    [(path, line, message)] = found(service, "OW-01")
    assert (path, line) == (OWNERS, None)
    assert message.startswith("nobody owns .github/dependabot.yml, ")


def test_only_the_first_file_of_owners_counts():
    service = stamped()
    moved = service.files[OWNERS] + b"/CODEOWNERS @platform/engineering\n"
    elsewhere = service.drop(OWNERS).add("CODEOWNERS", moved)
    assert found(elsewhere, "OW-01") == []
    assert found(service.add("CODEOWNERS", "* @acme/checkout\n"), "OW-01") == []


def test_the_platform_may_be_somebody_else():
    assert found(stamped(), "OW-01", platform="@platform/engineering") == []
    assert len(found(stamped(), "OW-01", platform="@acme/core")) == 12


COMPONENT = """\
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: orders-api}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: orders
  annotations: {scaffold/mission: Checkout, scaffold/outcome: Orders are paid}
spec: {type: service, lifecycle: production, owner: group:default/checkout, system: checkout}
"""


@pytest.mark.parametrize("name", ["catalog-info.yaml", "catalog-info.yml"])
def test_a_catalog_with_several_entries(name):
    service = repository({name: COMPONENT})
    assert found(service, "OW-02") == found(service, "OW-03") == []


@pytest.mark.parametrize(
    "owner", ["TODO", "group:default/team-name", "''", "<team>", "user:guest", "unknown", "'-'", "[a]"]
)
def test_an_owner_that_is_none(owner):
    service = repository({"catalog-info.yaml": COMPONENT.replace("group:default/checkout", owner)})
    [(path, line, message)] = found(service, "OW-02")
    assert (path, line) == ("catalog-info.yaml", 10)
    assert message.startswith("spec.owner names nobody")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "there is no catalog-info.yaml"),
        ({"catalog-info.yaml": "kind: API\n"}, "the catalog has no entry of kind Component"),
        ({"catalog-info.yaml": ""}, "the catalog has no entry of kind Component"),
    ],
)
def test_a_service_that_the_catalog_does_not_know(files, said):
    [(_, _, message)] = found(repository(files), "OW-02")
    assert message.startswith(said)


def test_a_broken_catalog_is_unknown():
    service = repository({"catalog-info.yaml": "a: [\n"})
    assert [service.verdict(rule).state for rule in ("OW-02", "OW-03")] == ["unknown", "unknown"]


README = "# orders\n\n| | |\n|---|---|\n| Mission team | {} |\n| Outcome it answers for | Orders are paid |\n"


@pytest.mark.parametrize(
    ("readme", "said"),
    [
        (README.format("Checkout"), []),
        ("Mission: Checkout\n\n**Outcome**: orders are paid\n", []),
        (README.format("TBD"), ["nothing names the mission that the service is for"]),
        ("# Our mission\n\nOur outcome matters.\n", ["nothing names the mission", "nothing names the outcome"]),
    ],
)
def test_without_a_catalog_the_readme_names_the_mission(readme, said):
    messages = [one[2] for one in found(repository({"README.md": readme}), "OW-03")]
    assert len(messages) == len(said)
    assert all(message.startswith(start) for message, start in zip(messages, said, strict=True))


MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining\na copy of this software"
BSD = "Redistribution and use in source and binary forms, with or without"
TEXTS = [
    (MIT, "MIT"), (BSD, "BSD-2-Clause"), (f"{BSD} ... Neither the name of", "BSD-3-Clause"),
    ("GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007", "GPL-3.0"),
    ("GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3", "AGPL-3.0"),
    ("GNU LESSER GENERAL PUBLIC LICENSE\nVersion 3 ... GNU General Public License\nversion 3", "LGPL-3.0"),
    ("Mozilla Public License Version 2.0", "MPL-2.0"), ("Copyright 2026 Acme. All rights reserved.", "proprietary"),
    ("Do as you like", None), ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), TEXTS)
def test_which_licence_a_text_is(text, name):
    assert licences.of_text(text) == name


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("MIT", {"MIT"}),
        ("MIT License", {"MIT"}),
        ("MIT OR Apache-2.0", {"MIT", "Apache-2.0"}),
        ("(GPL-3.0-or-later AND MIT)", {"GPL-3.0", "MIT"}),
        ("Apache License, Version 2.0", {"Apache-2.0"}),
        ("BSD 2-Clause License", {"BSD-2-Clause"}),
        ("GPL-2.0-only WITH Classpath-exception-2.0", {"GPL-2.0"}),
        ("LicenseRef-Acme", {"proprietary"}),
        ("UNLICENSED", {"proprietary"}),
    ],
)
def test_which_licences_an_expression_names(expression, names):
    assert names <= licences.named(expression)


FINE = [
    {"LICENSE": MIT, "pyproject.toml": '[project]\nlicense = "MIT OR Apache-2.0"\n'},
    {"LICENSE": MIT, "pyproject.toml": '[project]\nlicense = {text = "MIT License"}\n'},
    {"LICENSE": MIT, "pyproject.toml": '[project]\nlicense = {file = "LICENSE"}\n'},
    {"LICENSE": MIT, "pyproject.toml": '[project]\nclassifiers = ["License :: OSI Approved :: MIT License"]\n'},
    {"LICENSE.md": MIT, "package.json": '{"license": "MIT"}'},
    {"LICENSE": MIT, "package.json": '{"private": true}', "pyproject.toml": "[tool.ruff]\n"},
    {"LICENSE": "All rights reserved", "package.json": '{"license": "UNLICENSED"}'},
    {"LICENSE": "Our own words", "pyproject.toml": '[project]\nlicense = "LicenseRef-Acme"\n'},
    {"LICENSES/MIT.txt": MIT, "LICENSE": "See LICENSES.", "package.json": '{"license": "SEE LICENSE IN LICENSE"}'},
    {"COPYING": "GNU GENERAL PUBLIC LICENSE Version 3", "pyproject.toml": '[project]\nlicense = "GPL-3.0-or-later"\n'},
]
WRONG = [
    (
        {"LICENSE": MIT, "package.json": '{\n"license": "Apache-2.0"}'},
        "package.json",
        2,
        "the manifest says Apache-2.0",
    ),
    ({"LICENSE": MIT, "package.json": "{}"}, "package.json", 1, "the manifest names no licence"),
    ({"LICENSE": MIT, "pyproject.toml": '[project]\nname = "x"\n'}, "pyproject.toml", 1, "names no licence"),
    ({"LICENSE": MIT, "package.json": '{"license": "UNLICENSED"}'}, "package.json", 1, "the text is MIT"),
    ({"package.json": '{"license": "MIT"}'}, "LICENSE", None, "there is no LICENSE"),
]


@pytest.mark.parametrize("files", FINE)
def test_a_licence_that_is_one(files):
    assert found(repository(files), "OW-04") == []


@pytest.mark.parametrize(("files", "path", "line", "said"), WRONG)
def test_licences_that_differ(files, path, line, said):
    [(at, number, message)] = found(repository(files), "OW-04")
    assert (at, number) == (path, line)
    assert said in message


def test_a_blueprint_may_allow_some_licences_only():
    service = repository({"LICENSE": MIT})
    assert found(service, "OW-04", allowed=["MIT", "Apache-2.0"]) == []
    [(path, _, message)] = found(service, "OW-04", allowed=["Apache-2.0"])
    assert (path, message) == ("LICENSE", "MIT is none of the licences that the blueprint allows: Apache-2.0")
