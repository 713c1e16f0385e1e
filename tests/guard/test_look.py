"""What a look says of files that it cannot look into, and what is kept of those that it can."""

import pytest

from scaffold.guard.kept import Kept
from scaffold.guard.kinds import kind_of
from scaffold.guard.readers.languages import LANGUAGES
from tests.guard.alone import found
from tests.guard.test_secrets import AWS

KEY = f"insert into keys values ('{AWS}');\n"
LONG = "-- a row of the dump\n" * 60_000  # 1.2 MB
PY = "src/orders/bank.py"
UNVERIFIED = "import requests\nrequests.get('https://bank.acme.io', verify=False)\n"
PADDED = UNVERIFIED + "# a line of the table\n" * 60_000
SPACE = b"\0" * 900
HUGE = b"x\n" * 2_600_000
NO_TEXT = "the file is binary where text is expected"
TOO_LARGE = "the file has 5,200,000 bytes, and what is over 5,000,000 is not looked into"


@pytest.mark.parametrize(
    ("rule", "path", "content", "said"),
    [
        ("SP-04", "db/dump.sql", LONG + KEY, ["db/dump.sql:60001 an AWS access key stands here"]),
        ("SP-04", "notes.txt", KEY.encode("utf-16"), ["notes.txt:1 an AWS access key stands here"]),
        ("SP-04", "notes.txt", ("x\n" + KEY).encode("utf-32"), ["notes.txt:2 an AWS access key stands here"]),
        ("SP-04", "notes.txt", b"\xfe\xff" + KEY.encode("utf-16-be"), ["notes.txt:1 an AWS access key stands here"]),
        ("SP-04", "notes.txt", KEY.encode("utf-16-be"), [f"unknown notes.txt:None {NO_TEXT}"]),
        ("SP-04", "notes.txt", b"\xff\xfe\0" + KEY.encode(), [f"unknown notes.txt:None {NO_TEXT}"]),
        ("SP-04", ".env.local", SPACE + KEY.encode(), [f"unknown .env.local:None {NO_TEXT}"]),
        ("SP-04", "data/rows", HUGE, [f"unknown data/rows:None {TOO_LARGE}"]),
        ("SP-04", "data/rows.csv", HUGE, [f"unknown data/rows.csv:None {TOO_LARGE}"]),
        ("SP-04", "docs/logo.png", b"\x89PNG" + SPACE * 3_400, []),
        ("SP-04", "docs/Film.MP4", HUGE, []),
        ("SP-04", "bin/tool", b"\x7fELF" + SPACE * 3_400, []),
        ("LK-03", "db/dump.sql", LONG + "<<<<<<< a\n=======\n>>>>>>> b\n", ["db/dump.sql:60001 a conflict is marked here and not decided"]),
        ("LK-03", "a.txt", "a\r\n<<<<<<< a\r\n=======\r\n>>>>>>> b\r\n", ["a.txt:2 a conflict is marked here and not decided"]),
        ("LK-03", "src/a.go", SPACE, [f"unknown src/a.go:None {NO_TEXT}"]),
        ("SP-01", PY, PADDED, [f"unknown {PY}:None the file has {len(PADDED):,} bytes, and what is over 1,000,000 is not looked into"]),
        ("SP-01", PY, "# a line of the table\n" * 60_000, []),
        ("SP-05", "src/a.ts", SPACE, [f"unknown src/a.ts:None {NO_TEXT}"]),
        ("SP-01", "config/app.json", '{"bank_url":\n"x"}'.encode("utf-16"), []),
    ],
)  # fmt: skip
def test_nothing_passes_that_was_not_looked_into(rule, path, content, said):
    assert found(rule, {path: content}) == said


def test_names_tell_what_is_text():
    assert {kind_of(f"src/A.{ending.upper()}") for ending in LANGUAGES} == {"text"}
    assert {kind_of(path) for path in (".env", ".env.production", "Dockerfile", "Dockerfile.dev", "Makefile")} == {
        "text"
    }
    assert {kind_of(path) for path in ("README", "bin/png", "a.unheard-of", ".png/a", "LICENSE")} == {""}
    assert {kind_of(path) for path in ("a.PNG", "b/c.tar.gz", "a.jar")} == {"binary"}


def test_what_is_kept_is_bounded_by_what_it_was_made_from():
    made = []
    kept = Kept[int](room=10)

    def get(source, *how):
        return kept.get(source, lambda: made.append(source) or len(made), *how)

    assert [get("aaaa"), get("bbbb"), get("aaaa"), get("cccc"), get("aaaa"), get("bbbb")] == [1, 2, 1, 3, 1, 4]
    assert [get("aaaa", "how"), get("d" * 11), get("d" * 11), get("aaaa")] == [5, 6, 7, 8]


def test_nothing_is_kept_of_what_cannot_be_made():
    kept = Kept[int]()
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 7) == 7
