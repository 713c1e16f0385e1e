"""What a template's own code may do, and what is left of it where it is skipped or stopped."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.scenarios.test_plain_templates import (
    FIRST,
    NAME,
    edition,
    made,
    new,
    nothing_left,
    recorded,
    runs,
    start,
    template,
    wait_for,
)
from tests.scenarios.test_refusals import refused
from tests.scenarios.world import commit, git, scaffold, snapshot

LOUD = NAME + '_tasks: ["echo gen > gen.lock; tr a-z A-Z < a > b && mv b a"]\n'


@pytest.fixture
def loud(tmp_path):
    """A template whose task makes one file and rewrites another."""
    return template(tmp_path / "loud", {"copier.yml": LOUD, "a.jinja": "one {{ name }}\n", "c": "1\n"})


def test_an_update_without_tasks_leaves_what_they_made(loud, tmp_path):
    project = new(loud, tmp_path / "p", "--trust")
    edition(loud, {"c": "2\n"}, "v1.1.0")
    done = made(scaffold("update", "--skip-tasks", "--commit", where=project))
    assert "what they had made is left as it is" in done.out
    assert (project / "a").read_text() == "ONE DEMO\n"
    assert (project / "gen.lock").read_text() == "gen\n"
    assert (project / "c").read_text() == "2\n"
    assert set(recorded(project)["files"]) == {"a", "c", "gen.lock"}
    made(scaffold("update", "--trust", where=project))
    assert (project / "a").read_text() == "ONE DEMO\n"


def test_without_tasks_a_change_meets_what_they_made_of_the_file(loud, tmp_path):
    project = new(loud, tmp_path / "p", "--trust")
    edition(loud, {"a.jinja": "two {{ name }}\n"}, "v1.1.0")
    done = scaffold("update", "--skip-tasks", "--format", "json", where=project)
    assert done.code == 3
    assert [conflict["path"] for conflict in done.json["conflicts"]] == ["a"]


def test_an_update_without_tasks_of_a_project_without_them(loud, tmp_path):
    project = new(loud, tmp_path / "p", "--skip-tasks")
    edition(loud, {"a.jinja": "two {{ name }}\n"}, "v1.1.0")
    made(scaffold("update", "--skip-tasks", where=project))
    assert (project / "a").read_text() == "two demo\n"
    assert not (project / "gen.lock").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_while_a_task_sleeps(tmp_path, number):
    """As after Ctrl-C: nothing is made, and neither the task nor the scratch folder stays."""
    pids = tmp_path / "pids"
    task = f"echo $$ > {pids}.tmp; sleep 600 & echo $! >> {pids}.tmp; mv {pids}.tmp {pids}; wait"
    source = template(tmp_path / "t", {"copier.yml": f"_tasks: [{json.dumps(task)}]\n", "a": "x"})
    process = start("new", str(source), "q", "--trust", where=tmp_path, scratch=tmp_path / "scratch")
    wait_for(pids)
    os.kill(process.pid, number)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert err.endswith("error: interrupted\n")
    nothing_left(tmp_path / "scratch")
    assert not (tmp_path / "q").exists()
    assert not [pid for pid in map(int, pids.read_text().split()) if runs(pid)]


@pytest.mark.parametrize(
    "text",
    ["{{ '/etc/*' | fileglob }}", "{{ '$HOME' | expandvars }}", "{{ '~' | expanduser }}", "{{ '.' | realpath }}"],
)
@pytest.mark.parametrize("engine", ["auto", "copier"])
def test_a_template_looks_at_the_machine_with_trust_only(tmp_path, text, engine):
    source = template(tmp_path / "t", {"copier.yml": NAME, "a.jinja": text})
    refused(
        scaffold("new", source, "p", "--engine", engine, where=tmp_path),
        "a.jinja:1", "looks at this machine", "--trust",
    )  # fmt: skip
    assert not (tmp_path / "p").exists()
    made(scaffold("new", source, "p", "--engine", engine, "--trust", where=tmp_path))
    assert (tmp_path / "p/a").read_text().strip()


def test_what_a_template_adds_to_its_answers_is_there_the_next_time(tmp_path):
    count = "{{ dict(_copier_answers, count=(count|default(0)|int)+1)|to_nice_yaml -}}\n"
    files = {"copier.yml": NAME, "{{ _copier_conf.answers_file }}.jinja": count, "a.jinja": "{{ count|default(0) }}\n"}
    source = template(tmp_path / "t", files)
    project = new(source, tmp_path / "p")
    assert recorded(project)["answers"] == {"name": "demo", "count": 1}
    edition(source, {"b": "new\n"}, "v1.1.0")
    made(scaffold("update", "--commit", where=project))
    assert recorded(project)["answers"] == {"name": "demo", "count": 2}
    assert (project / "a").read_text() == "1\n"


def test_the_message_after_an_update(tmp_path):
    source = template(tmp_path / "t", {**FIRST, "copier.yml": NAME + "_message_after_update: 'Mind {{ name }}.'\n"})
    project = new(source, tmp_path / "p")
    edition(source, {"run.sh": "#!/bin/sh\necho\n"}, "v1.1.0")
    before = snapshot(project)
    done = made(scaffold("update", "--format", "json", where=project))
    assert done.json["next_steps"] == ["Mind demo."]
    made(scaffold("undo", where=project))
    assert snapshot(project) == before
    assert "  Mind demo.\n" in made(scaffold("update", where=project)).out


def test_the_name_of_a_folder_is_no_address(tmp_path):
    template(tmp_path / "t", FIRST)
    refused(scaffold("new", "t", "p", where=tmp_path), "there is no blueprint 't'", "write ./t")
    made(scaffold("new", "./t", "p", where=tmp_path))


def test_no_project_inside_of_gits_own_folder(tmp_path):
    source = template(tmp_path / "t", FIRST)
    refused(scaffold("new", source, source / ".git/p", where=tmp_path), "git's own folder")
    assert not (source / ".git/p").exists()


def test_the_migrations_of_every_layer_run(tmp_path):
    library = tmp_path / "lib"
    manifest = "name: two\nversion: {}\ntitle: Two\nowners: ['@p']\nlayers: [low, high]\n"
    low, high = "_migrations: ['echo low >> said.txt']\n", "_migrations: ['echo high >> said.txt']\n"
    template(
        library,
        {"blueprints/two/blueprint.yml": manifest.format("1.0.0"), "templates/low/a": "1\n", "templates/high/b": "1\n"},
        "two/v1.0.0",
    )
    project = new("two", tmp_path / "p", "--source", str(library))
    (project / "said.txt").write_text("")
    commit(project)
    edition(
        library,
        {
            "blueprints/two/blueprint.yml": manifest.format("1.1.0"),
            "templates/low/copier.yml": low,
            "templates/high/copier.yml": high,
        },
        "two/v1.1.0",
    )
    made(scaffold("update", "--trust", where=project))
    assert Path(project / "said.txt").read_text() == "low\nhigh\n"


def test_a_tree_made_by_hand_leads_no_file_out_of_the_scratch_folder(tmp_path):
    """Git keeps a tree that names `a` twice, as a link and as a folder: written one after the other, it leads out."""
    victim = tmp_path / "victim"
    victim.mkdir()
    source = template(tmp_path / "t", {"copier.yml": "_subdirectory: tpl\n", "tpl/x.jinja": "{{ now() }}", "a/x": "!"})
    folder = git("rev-parse", "HEAD:a", where=source).strip()
    link = git_stdin(source, str(victim), "hash-object", "-w", "--stdin")
    others = [line for line in git("ls-tree", "HEAD", where=source).splitlines() if not line.endswith("\ta")]
    raw = b"".join(
        f"{mode.lstrip('0')} {name}\0".encode() + bytes.fromhex(id_)
        for mode, id_, name in sorted(
            [("120000", link, "a"), ("040000", folder, "a")]
            + [(line.split()[0], line.split()[2], line.split("\t")[1]) for line in others],
            key=lambda entry: (entry[2], entry[0]),
        )
    )
    tree = git_stdin(source, raw, "hash-object", "-w", "-t", "tree", "--literally", "--stdin")
    git("reset", "--quiet", "--soft", git("commit-tree", tree, "-m", "evil", where=source).strip(), where=source)
    git("tag", "v9.0.0", where=source)
    refused(scaffold("new", source, "p", where=tmp_path), "a would be a file, and a folder that holds a/x")
    assert not list(victim.iterdir())
    assert not (tmp_path / "p").exists()


def git_stdin(where, content, *words):
    content = content.encode() if isinstance(content, str) else content
    done = subprocess.run(["git", *words], cwd=where, input=content, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.mark.long
def test_a_template_may_not_make_folders_without_end(tmp_path):
    loops = "{% yield a from range(400) %}{{ a }}{% endyield %}/{% yield b from range(400) %}{{ b }}{% endyield %}"
    source = template(tmp_path / "t", {"copier.yml": NAME, f"{loops}/{{{{ '' }}}}": "x"})
    refused(
        scaffold("new", source, "p", "--limit", "files=100", where=tmp_path), "more than 100 files", "--limit files"
    )


def test_what_a_template_does_to_an_answer_is_not_recorded(tmp_path):
    loud = "{% set f = n.append %}{{ f(2) }}{{ n }}"
    source = template(
        tmp_path / "t", {"copier.yml": "n: {type: yaml, default: [1]}\n", "a.jinja": loud, "b.jinja": "{{ n }}"}
    )
    project = new(source, tmp_path / "p")
    assert recorded(project)["answers"] == {"n": [1]}
    assert ((project / "a").read_text(), (project / "b").read_text()) == ("None[1, 2]", "[1]")


def test_external_data_behind_a_link(tmp_path):
    files = {"copier.yml": NAME + "_external_data: {more: data.yml}\n", "a.jinja": "{{ _external_data.more.x }}\n"}
    source = template(tmp_path / "t", files)
    project = new(source, tmp_path / "p")
    (project / "real.yml").write_text("x: 1\n")
    (project / "data.yml").symlink_to("real.yml")
    commit(project)
    edition(source, {"b.jinja": "{{ _external_data.more.x }}\n"}, "v1.1.0")
    made(scaffold("update", "--commit", where=project))
    assert (project / "b").read_text() == "1\n"
    assert (project / "a").read_text() == "\n", "no version changed it"
    (project / "data.yml").unlink()
    (project / "data.yml").symlink_to("/etc/passwd")
    commit(project)
    edition(source, {"c": "newer\n"}, "v1.2.0")
    refused(scaffold("update", where=project), "data.yml", "leads out of the project")


def test_a_missing_tag_is_not_current(tmp_path):
    source = template(tmp_path / "t", FIRST)
    edition(source, {"b": "1\n"}, "v2.0.0")
    project = new(source, tmp_path / "p")
    git("tag", "--delete", "v2.0.0", where=source)
    done = scaffold("status", "--format", "json", where=project)
    assert (done.code, done.json["behind"], done.json["state"]) == (3, None, "unknown")


def test_an_update_says_which_ignored_files_it_leaves_out(tmp_path):
    source = template(tmp_path / "t", {"copier.yml": NAME + '_tasks: ["echo s > .env"]\n', ".gitignore": ".env\n"})
    project = new(source, tmp_path / "p", "--trust")
    assert (project / ".env").read_text() == "s\n"
    (project / ".env").write_text("the team's\n")
    edition(source, {"b": "1\n"}, "v1.1.0")
    done = made(scaffold("update", "--trust", where=project))
    assert "ignored by git, so left out: .env" in done.out
    assert (project / ".env").read_text() == "the team's\n"


def test_a_help_of_many_lines_is_one_row_of_the_table(tmp_path):
    source = template(tmp_path / "t", {"copier.yml": 'q: {default: 1, help: "One.\\nTwo.\\n"}\n', "a": "x"})
    done = made(scaffold("blueprint", "show", source, where=tmp_path))
    assert "  q  One. Two. (int, default 1)\n" in done.out
