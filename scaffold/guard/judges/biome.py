"""biome: TypeScript and JavaScript, by the rules that the project's configuration selects.

That configuration and its `biome-ignore` comments count: the blueprint locks the one, and LG-04 looks at the others.
Severities: high for what cannot be parsed and for its rules on security, medium for its other errors, else low.
"""

import re
from collections.abc import Iterator

from scaffold.guard.finding import Found, Severity
from scaffold.guard.judges.judge import Judge, Said, Unreadable, document, rule_of

RULES = "https://biomejs.dev/linter/rules/"
_CAPITAL = re.compile(r"(?!^)[A-Z]")
PARSE, SECURITY = "parse", "lint/security/"
FILES = ("*.ts", "*.tsx", "*.mts", "*.cts", "*.js", "*.jsx", "*.mjs", "*.cjs")


def parse(said: Said) -> Iterator[Found]:
    """Read `--reporter json`; what is about no code is about biome itself."""
    data = document(said, dict)
    for one in data["diagnostics"]:
        category = one["category"]
        if category != PARSE and not category.startswith("lint/"):
            yield Found(f"biome reports ({category}): {one['message']}", fix="Mend its configuration.", known=False)
            continue
        severity: Severity = "medium" if one["severity"] in ("error", "fatal") else "low"
        if category == PARSE or category.startswith(SECURITY):
            severity = "high"
        place, rule = one["location"], category.rpartition("/")[2]
        page = RULES + _CAPITAL.sub(r"-\g<0>", rule).lower()
        fix = None if category == PARSE else f"Do what biome says of it: {page}"
        yield Found(one["message"], place["path"], place["start"]["line"], rule=rule, severity=severity, fix=fix)
    if data["summary"]["diagnosticsNotPrinted"]:
        raise Unreadable("it left out some of what it found")


JUDGE = Judge(
    rule=rule_of("biome", "high", "TypeScript and JavaScript"),
    files=FILES,
    nothing="there is no TypeScript or JavaScript",
    needs=("biome.json", "biome.jsonc", "package.json", "tsconfig.json", ".editorconfig", ".gitignore"),
    oldest="2.4",
    command=lambda _: (
        "lint", "--reporter=json", "--max-diagnostics=none", "--colors=off", "--no-errors-on-unmatched", ".",
    ),
    parse=parse,
    codes=(0, 1),
)  # fmt: skip
