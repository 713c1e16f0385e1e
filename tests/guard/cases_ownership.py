"""What breaks the rules on ownership: a team that grants itself what the platform grants, and a service of nobody's."""

from tests.guard.cases_languages import where
from tests.guard.service import Case

OWNERS = ".github/CODEOWNERS"
CATALOG = "catalog-info.yaml"

CASES = [
    Case(
        "OW-01",
        "a team makes itself the owner of its waivers",
        bad=lambda s: s.append(OWNERS, "\n/.scaffold/ @acme/checkout\n"),
        fixed=lambda s: s,
        at=f"{OWNERS}:19",
        says="@acme/checkout may approve changes of .scaffold/lock.json, .scaffold/waivers.yml, and only",
    ),
    Case(
        "OW-01",
        "a line further down takes the workflows back",
        bad=lambda s: s.append(OWNERS, "\n/.github/workflows/* @acme/checkout @platform/engineering\n"),
        fixed=lambda s: s,
        at=f"{OWNERS}:19",
        says=".github/workflows/ci.yml",
    ),
    Case(
        "OW-01",
        "what nobody reviews",
        bad=lambda s: s.append(OWNERS, "\n/docs/\n"),
        fixed=lambda s: s.append(OWNERS, "\n/docs/ docs@acme.example # whoever writes\n"),
        at=f"{OWNERS}:19",
        says="nobody owns docs/adr/0001-we-follow-a-blueprint.md",
    ),
    Case("OW-01", "no owners at all", bad=lambda s: s.drop(OWNERS), fixed=lambda s: s, at=OWNERS),
    Case(
        "OW-02",
        "the owner is a placeholder",
        bad=lambda s: s.edit(CATALOG, 'owner: "group:checkout"', "owner: group:your-team"),
        fixed=lambda s: s,
        at=f"{CATALOG}:12",
        says="spec.owner names nobody: group:your-team",
    ),
    Case(
        "OW-02",
        "a system is not said",
        bad=lambda s: s.edit(CATALOG, '  system: "checkout"\n', ""),
        fixed=lambda s: s,
        at=f"{CATALOG}:9",
        says="spec.system is missing",
    ),
    Case(
        "OW-02",
        "a lifecycle of their own",
        bad=lambda s: s.edit(CATALOG, "lifecycle: experimental", "lifecycle: soon"),
        fixed=lambda s: s.edit(CATALOG, "lifecycle: experimental", "lifecycle: production"),
        at=f"{CATALOG}:11",
        says="the lifecycle soon is none of experimental, production, deprecated",
    ),
    Case(
        "OW-03",
        "the outcome is to be decided",
        bad=lambda s: s.edit(CATALOG, '"Nine of ten orders are paid within a minute"', "TBD"),
        fixed=lambda s: s,
        at=f"{CATALOG}:8",
        says="the annotation scaffold/outcome says nothing: TBD",
    ),
    Case(
        "OW-04",
        "the manifest says another licence",
        bad=lambda s: s.edit("pyproject.toml", 'license = "Apache-2.0"', 'license = "MIT"'),
        fixed=lambda s: s,
        at=where("license = "),
        says="the manifest says MIT, and the text is Apache-2.0",
    ),
    Case("OW-04", "no licence", bad=lambda s: s.drop("LICENSE"), fixed=lambda s: s, at="LICENSE"),
]
