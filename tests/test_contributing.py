"""The diffs in CONTRIBUTING.md apply to the code as it is, and do what they say."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text()
DIFFS = dict(re.findall(r"^## To add a (.*?)\n.*?^```diff\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
WORKS = {
    "rule": "from scaffold.guard.catalogue import BUILT_IN; "
    "assert [one.path for one in BUILT_IN['OW-05'].look.function({})] == ['SUPPORT.md']",
    "judge": "from scaffold.guard.judges.judge import Said; from scaffold.guard.judges.table import JUDGES; "
    """said = '{"comments": [{"file": "a.sh", "line": 2, "level": "error", "code": 1, "message": "m"}]}'; """
    "(found,) = JUDGES['shellcheck'].parse(Said(said)); "
    "assert (found.path, found.line, found.rule, found.severity) == ('a.sh', 2, 'SC1', 'high')",
    "report format": "from pathlib import PurePath; from scaffold.report.checked import Checked; "
    "from scaffold.report.checks.written import FORMS, written; "
    "assert 'tap' in FORMS; "
    "assert written('tap', Checked(PurePath('/p'), 'b', '1', 'work tree', ())) == b'1..0\\n'",
    "merge driver": "from scaffold.merge.drivers import ALL; from scaffold.merge.hunks import settle; "
    "from scaffold.merge.markers import Conflict; "
    "found = settle('x.txt', Conflict(base=b'a,\\n', ours=b'a\\n', theirs=b'a,\\nb\\n'), ALL); "
    "assert found == (b'a,\\nb\\n', 'commas'), found",
    "source": "from scaffold.sources.address import expand; "
    "assert expand('cb:a/b//c') == 'https://codeberg.org/a/b.git//c'",
}


def test_every_kind_is_shown():
    assert DIFFS.keys() == WORKS.keys()


@pytest.mark.parametrize("kind", WORKS)
def test_a_diff_applies_and_works(kind, tmp_path):
    shutil.copytree(ROOT / "scaffold", tmp_path / "scaffold", ignore=shutil.ignore_patterns("__pycache__"))
    applied = subprocess.run(
        ["git", "apply", "--unsafe-paths", "-"], cwd=tmp_path, input=DIFFS[kind], text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert applied.returncode == 0, applied.stderr
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {WORKS[kind]}"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
