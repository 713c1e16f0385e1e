"""A megabyte of what is worst for each rule: where a pattern is quadratic, this takes hours."""

import pytest

from tests.guard.alone import found

PY, GO, TS, JAVA = "src/orders/a.py", "internal/a.go", "src/a.ts", "src/A.java"
NEEDLES = (
    "curl wget verify jwt jose jsonwebtoken hashlib random \"crypto/ createHash(' http:// fetch( rejectUnauthorized: "
    "minVersion CORS cors( origin FastAPI( express( http.Server json logger opentelemetry health ready WithEndpoint( "
    "password token = https://a:b@ kind: Secret apiVersion: checkServerTrusted( SSLContext jwt.verify( Math.random "
    "NODE_TLS_REJECT_UNAUTHORIZED client-auth STRICT inject 0.0.0.0 // nolint # noqa eslint-disable "
)
MOST = 999_000


def full(of: str, first: str = "") -> str:
    """A file that is as large as files are read."""
    return first + of * ((MOST - len(first)) // len(of))


QUARTER = 80_000
JUNK = {
    "lines and blanks": "".join((*[f"{NEEDLES}\n"] * 100, "\n" * QUARTER, " " * QUARTER, "a" * QUARTER, "(" * QUARTER)),
    "what is left open": NEEDLES + '"' * QUARTER + "\n/*" * 20_000 + "`${" * 30_000,
}
WORST = [
    ("SP-01", "deploy/prod.env", full("a_url=http://", "http:// ")),
    ("SP-01", "deploy/a.yaml", full("name: a_URL\n\n", "http:// ")),
    ("SP-01", TS, full("fetch( " + " " * 90, "http:// ")),
    ("SP-01", JAVA, full("checkServerTrusted(" + "a" * 290 + ")")),
    ("SP-01", PY, full("u@", "url = 'http://")),
    ("SP-01", PY, full("a = a\n", "requests.get(u, verify=a)\n")),
    ("SP-01", PY, full("x = requests.get(**x)\n")),
    ("SP-01", TS, full("rejectUnauthorized: a, a = a ? b : a;\n")),
    ("SP-01", GO, full("a.b.c.(", "InsecureSkipVerify ")),
    ("SP-01", "config.yml", full("a_url=http://b.c/\n")),
    ("SP-02", PY, full("Depends( ", "app = FastAPI()\n# ")),
    ("SP-03", TS, full("jwt.verify(a, b, c", "jsonwebtoken ")),
    ("SP-03", TS, full("algorithms: [", "jsonwebtoken ")),
    ("SP-04", "a.yaml", full("token: ", "kind: Secret\n")),
    ("SP-04", "a.env", full("://a:b@")),
    ("SP-05", GO, full("func (" + "a" * 70 + " ", '"math/rand" ')),
    ("SP-05", TS, full("token=", "Math.random ")),
    ("SP-06", TS, full("cors ", "origin ")),
    ("SP-07", ".golangci.yml", full("\n ")),
    ("SP-08", "SECURITY.md", full("](a")),
    ("SP-08", "SECURITY.md", full("one ")),
    ("OP-01", "Dockerfile", full("USER $A\n", "FROM x\n")),
    ("OP-01", "a.yaml", full("[", "apiVersion: v1\nkind: Pod\na: ")),
    ("OP-05", PY, full("import ", "app = FastAPI()\nclass A(Formatter):\n    x = dumps\n# ")),
    ("OP-07", "docs/runbook.md", full("# ")),
    ("LG-04", TS, full("// nolint ")),
    ("LK-03", "a.txt", full("<<<<<<< a\n")),
]


def failed(rule: str, path: str, text: str) -> list[str]:
    extra = {"auth": "both"} if rule == "SP-02" else {}
    return [line for line in found(rule, {path: text}, **extra) if "itself failed" in line]


@pytest.mark.long
@pytest.mark.parametrize(("rule", "path", "text"), WORST, ids=[f"{one[0]} {n}" for n, one in enumerate(WORST)])
def test_what_is_worst_for_a_rule_does_not_hold_it_up(rule, path, text):
    assert failed(rule, path, text) == []


@pytest.mark.long
@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("path", [PY, GO, TS, JAVA])
def test_junk_does_not_hold_rules_up(path, junk):
    for rule in ("SP-01", "SP-03", "SP-05", "SP-06", "OP-05", "OP-06"):
        assert failed(rule, path, JUNK[junk]) == []
