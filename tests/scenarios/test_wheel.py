"""The wheel carries the built-in library, and works from where it is installed."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.scenarios.world import run

CHECKOUT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.toolchain]


@pytest.fixture(scope="module")
def installed(tmp_path_factory, toolchain_environment):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(CHECKOUT)]
    subprocess.run(command, env=toolchain_environment, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_it_holds_the_library_and_nothing_foreign(installed):
    names = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    assert "scaffold/library/blueprints/python-http-service/blueprint.yml" in names
    assert (
        "scaffold/library/templates/ci-github/{% if ci == 'github' %}.github{% endif %}/workflows/ci.yml.jinja" in names
    )
    assert "scaffold/library/templates/foundation/.gitignore" in names
    assert not [name for name in names if not name.startswith(("scaffold/", "scaffold_idp-"))]


def test_it_stamps_the_same_bytes_as_the_checkout(installed, tmp_path):
    trees = []
    for name, path in (("wheel", str(installed)), ("checkout", str(CHECKOUT))):
        dest = tmp_path / name / "orders"
        dest.parent.mkdir()
        words = ["--data", "mission=M", "--data", "owner=@a/b", "--data", "outcome=o", "--defaults"]
        done = run(
            [sys.executable, "-m", "scaffold", "new", "python-http-service", str(dest), *words],
            tmp_path,
            PYTHONPATH=path,
        )
        assert done.code == 0, done.err
        trees.append(run(["git", "rev-parse", "HEAD^{tree}"], dest).out)
    assert trees[0] == trees[1]
    where = run(
        [sys.executable, "-c", "import scaffold; print(scaffold.__file__)"], tmp_path, PYTHONPATH=str(installed)
    )
    assert where.out.startswith(str(installed))
