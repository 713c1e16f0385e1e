"""`scaffold fleet clean`, from the command line."""

import json

from typer.testing import CliRunner

from scaffold.cli.app import app
from scaffold.errors import FormatError
from scaffold.fleet.mirrors import mirrored, used


def clean(*words):
    done = CliRunner().invoke(app, ["fleet", "clean", *map(str, words)])
    return done if done.exception else done.output


def test_mirrors_are_counted_kept_and_deleted(tmp_path, repo):
    urls = [f"file://{repo(name)}" for name in "abc"]
    mirrored(urls)
    (tmp_path / "fleet.yml").write_text(f"members: [{{url: '{urls[0]}'}}, {{folder: b}}]\n")
    _, size, _ = used()
    said = clean("--dry-run").splitlines()
    assert said == [
        f"Would delete 3 mirrors, and what earlier runs have come to: {size / 1000:.3g} kB",
        "Nothing was written: this was a dry run.",
    ]
    told = json.loads(clean("--keep", tmp_path / "fleet.yml", "--format", "json"))
    assert (told["mirrors"], told["applied"]) == (2, True)
    assert 0 < told["bytes"] < size
    assert used().mirrors == 1
    assert clean().startswith("Deleted 1 mirror, and ")
    assert clean() == "Deleted 0 mirrors, and what earlier runs have come to: 0 bytes\n"


def test_a_file_that_cannot_be_read_deletes_nothing(tmp_path, repo):
    mirrored([f"file://{repo('a')}"])
    assert isinstance(clean("--keep", tmp_path / "none.yml").exception, FormatError)
    assert used().mirrors == 1
