"""What breaks the rules that always hold."""

from tests.guard.cases_languages import where
from tests.guard.service import Case

MARKED = '"""Names."""\n<<<<<<< yours\nA = 1\n=======\nA = 2\n>>>>>>> python-http-service 1.1.0\n'

CASES = [
    Case(
        "LK-01",
        "a gate is taken out of the locked Makefile",
        bad=lambda s: s.edit("Makefile", "check: fmt lint types arch test", "check: fmt lint types test"),
        at="Makefile",
        others=("AR-01", "CI-09"),
    ),
    Case("LK-01", "a locked file is deleted", bad=lambda s: s.drop(".editorconfig"), at=".editorconfig"),
    Case(
        "LK-01",
        "a locked file is made executable",
        bad=lambda s: s.add("LICENSE", s.files["LICENSE"], "100755"),
        at="LICENSE",
        says="mode",
    ),
    Case(
        "LK-02",
        "a team lets code stand that is never reached",
        bad=lambda s: s.edit("pyproject.toml", "warn_unreachable = true", "warn_unreachable = false"),
        at=where("warn_unreachable"),
        says="tool.mypy.warn_unreachable is locked, and is false where the blueprint gave true",
    ),
    Case(
        "LK-03",
        "a conflict is committed with its markers",
        bad=lambda s: s.add("src/orders/domain/names.py", MARKED),
        at="src/orders/domain/names.py:2",
        fixed=lambda s: s.add("src/orders/domain/names.py", '"""Names."""\nA = 2\n'),
        others=("AR-02",),  # which cannot read it
    ),
]
