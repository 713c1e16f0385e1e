"""Checkouts: what stands in the work tree is what git would write there, and what is staged what git would store."""

import subprocess

import pytest

from tests.scenarios import world
from tests.scenarios.world import NEXT, TEMPLATES, commit, git, release, scaffold, snapshot


def clone_with_crlf(project, dest):
    git("-c", "core.autocrlf=true", "clone", "--quiet", str(project), str(dest), where=project)
    git("config", "core.autocrlf", "true", where=dest)
    assert b"\r\n" in (dest / "notes.md").read_bytes()
    return dest


def as_git_checks_out(project, *paths):
    """Whether git would write just the files that stand there; the index counts as what is to be written."""
    stand = {path: (project / path).read_bytes() for path in paths}
    for path in paths:
        (project / path).unlink()
    git("checkout", "--", *paths, where=project)
    return {path: (project / path).read_bytes() for path in paths} == stand


def test_an_update_writes_line_ends_as_a_checkout_with_autocrlf_does(library, project, tmp_path):
    world.write(project, {"notes.md": "# demo, ours\n\nfirst\n\nsecond\n\nthird\n"})
    commit(project)
    release(library, "1.1.0", NEXT | {"src/main.py": TEMPLATES["src/main.py"]})
    clone = clone_with_crlf(project, tmp_path / "crlf")
    answers, before = (clone / ".scaffold/answers.yml").read_bytes(), snapshot(clone)
    assert scaffold("update", where=clone).code == 0
    assert (clone / ".scaffold/answers.yml").read_bytes() == answers
    assert (clone / "notes.md").read_bytes().startswith(b"# demo, ours\r\n\r\nfirst\r\n")
    said = git("status", "--porcelain", where=clone).splitlines()
    assert {line[:2] for line in said} == {"M ", "A ", "D "}, "nothing is left to stage"
    assert b"\r" not in as_git_has(clone, ":notes.md")
    assert as_git_checks_out(clone, "notes.md", "ci.yml", "settings.toml", "new/file.txt", ".scaffold/lock.json")
    assert scaffold("diff", where=clone).out.count("\n-") == 1 + 1, "the one line that the team has edited"
    assert scaffold("undo", where=clone).code == 0
    assert snapshot(clone) == before


def test_an_update_after_one_that_is_not_committed_sees_through_a_checkout(library, project, tmp_path):
    clone = clone_with_crlf(project, tmp_path / "crlf")
    release(library, "1.1.0", NEXT)
    release(library, "1.2.0", {"ci.yml": "steps: [three]\n", "new/file.txt": "newer\n"})
    assert scaffold("update", "--to", "1.1.0", where=clone).code == 0
    assert scaffold("update", where=clone).code == 0
    assert (clone / "new/file.txt").read_bytes() == b"newer\r\n"
    assert (clone / "ci.yml").read_bytes() == b"steps: [three]\r\n"


def test_a_conflict_in_a_checkout_with_autocrlf_has_its_line_ends(library, project, tmp_path):
    world.write(project, {"notes.md": "# demo\n\nfirst\n\nsecond\n\nthird, ours\n"})
    commit(project)
    release(library, "1.1.0", {"notes.md.jinja": NEXT["notes.md.jinja"]})
    clone = clone_with_crlf(project, tmp_path / "crlf")
    before = snapshot(clone)
    assert scaffold("update", where=clone).code == 3
    content = (clone / "notes.md").read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n")
    assert b"<<<<<<< yours\r\n" in content
    assert scaffold("status", "--format", "json", where=clone).json["conflicts"] == [{"path": "notes.md"}]
    assert scaffold("update", "--abort", where=clone).code == 0
    assert snapshot(clone) == before


def template(root, version, files):
    """Release a version of a plain Copier template, which is rendered as its clone has it."""
    if not root.exists():
        git("init", "--quiet", "--initial-branch=main", str(root), where=root.parent)
        world.write(root, {"copier.yml": "name:\n  type: str\n  default: x\n"})
    world.write(root, files)
    commit(root, version)
    git("tag", version, where=root)


def by_template(tmp_path, files):
    """Return a plain template, and a project stamped from it."""
    template(tmp_path / "template", "1.0.0", {".gitattributes": "*.bat text eol=crlf\n", **files})
    done = scaffold("new", tmp_path / "template", tmp_path / "stamped", "--defaults", where=tmp_path)
    assert done.code == 0, done.err
    assert git("status", "--porcelain", where=tmp_path / "stamped") == ""
    return tmp_path / "template", tmp_path / "stamped"


def as_git_has(project, name):
    """Return a blob, with its line ends."""
    return subprocess.run(["git", "cat-file", "blob", name], cwd=project, capture_output=True, check=True).stdout


LINES = "one\ntwo\nthree\nfour\nfive\n"


def test_a_file_that_attributes_give_crlf_is_staged_as_git_stores_it(tmp_path):
    source, project = by_template(tmp_path, {"a.bat": LINES, "b.bat": LINES, "c.bat": LINES})
    assert (project / "a.bat").read_bytes() == LINES.replace("\n", "\r\n").encode()
    assert git("diff", "--stat", where=project) == ""
    (project / "b.bat").write_bytes(LINES.replace("one", "ours").replace("\n", "\r\n").encode())
    (project / "c.bat").write_bytes(LINES.replace("five", "ours").replace("\n", "\r\n").encode())
    commit(project)
    new = LINES.replace("five", "theirs")
    template(source, "1.1.0", {"a.bat": new, "b.bat": new, "c.bat": new})
    before = snapshot(project)
    done = scaffold("update", "--format", "json", where=project)
    said = {row["path"]: (row["action"], row["why"]) for row in done.json["changed"]}
    assert said["a.bat"] == ("replace", "changed in the blueprint")
    assert said["b.bat"] == ("merge", "changed on both sides, merged line by line")
    assert done.json["conflicts"] == [{"path": "c.bat", "reason": "both sides changed the same lines"}]
    assert git("diff", "--cached", "--numstat", "--", "a.bat", "b.bat", where=project) == "1\t1\ta.bat\n1\t1\tb.bat\n"
    assert {*git("diff", "--name-only", where=project).split()} == {"c.bat"}
    assert as_git_checks_out(project, "a.bat", "b.bat")
    stages = [line.split()[1] for line in git("ls-files", "--stage", "c.bat", where=project).splitlines()]
    assert not any(b"\r" in as_git_has(project, blob) for blob in stages)
    assert scaffold("undo", where=project).code == 0
    assert snapshot(project) == before


def test_what_attributes_convert_counts_as_untouched_before_and_after_a_commit(tmp_path):
    source, project = by_template(tmp_path, {"a.bat": LINES})
    template(source, "1.1.0", {"a.bat": LINES.replace("one", "1")})
    template(source, "1.2.0", {"a.bat": LINES.replace("one", "I")})
    clone = tmp_path / "clone"
    git("clone", "--quiet", str(project), str(clone), where=tmp_path)
    assert scaffold("update", "--to", "1.1.0", where=project).code == 0
    for here in (project, clone):
        assert scaffold("diff", where=here).out.startswith("No differences")
        done = scaffold("update", "--format", "json", "--commit", where=here)
        assert done.code == 0, done.err
        assert [row["action"] for row in done.json["changed"] if row["path"] == "a.bat"] == ["replace"]
        assert git("status", "--porcelain", where=here) == ""
        assert b"\r" not in as_git_has(here, "HEAD:a.bat")


def test_attributes_of_the_project_alone_count_too(library, project):
    world.write(project, {".gitattributes": "*.md text eol=crlf\nci.yml ident\n"})
    (project / "notes.md").unlink()
    git("checkout", "--", "notes.md", where=project)
    commit(project)
    release(library, "1.1.0", NEXT | {"new.md": LINES})
    assert scaffold("update", "--commit", where=project).code == 0
    assert git("status", "--porcelain", where=project) == ""
    assert as_git_checks_out(project, "notes.md", "new.md", "ci.yml")
    assert scaffold("diff", where=project).out.startswith("No differences")


def test_attributes_that_come_with_the_update_count_for_what_is_staged(library, project):
    release(library, "1.1.0", {".gitattributes.jinja": "*.bat text\n", "a.bat": LINES.replace("\n", "\r\n")})
    assert scaffold("update", "--commit", where=project).code == 0
    assert git("status", "--porcelain", where=project) == ""
    assert as_git_has(project, "HEAD:a.bat") == LINES.encode()


def test_a_conflict_of_crlf_with_lf_is_small_for_gits_own_tools(library, project):
    text = "# demo\n\nfirst\n\nsecond\n\nthird, ours\n".replace("\n", "\r\n").encode()
    (project / "notes.md").write_bytes(text)
    commit(project)
    release(library, "1.1.0", {"notes.md.jinja": NEXT["notes.md.jinja"]})
    assert scaffold("update", where=project).code == 3
    assert all(as_git_has(project, f":{stage}:notes.md").count(b"\r\n") == 7 for stage in (1, 2, 3))
    git("checkout", "--merge", "notes.md", where=project)
    content = (project / "notes.md").read_bytes()
    assert content.startswith(b"# demo\r\n\r\nfirst\r\n\r\nsecond\r\n\r\n<<<<<<< ours\r\nthird, ours\r\n")
    assert scaffold("resolve", "notes.md", "--theirs", where=project).code == 0
    assert (project / "notes.md").read_bytes() == text.replace(b"ours", b"changed")


@pytest.mark.parametrize("encoding", ["UTF-16LE-BOM", "UTF-16", "latin-1"])
def test_a_file_in_another_encoding_is_merged_as_git_stores_it(library, project, encoding):
    release(library, "1.1.0", {"x.u": LINES, "y.u": LINES})
    assert scaffold("update", "--commit", where=project).code == 0
    world.write(project, {".gitattributes": f"*.u text working-tree-encoding={encoding}\n"})
    for path in ("x.u", "y.u"):
        (project / path).unlink()
    git("checkout", "--", "x.u", "y.u", where=project)
    commit(project)
    in_python = encoding.removesuffix("-BOM")
    text = (project / "y.u").read_bytes().decode(in_python)
    (project / "y.u").write_bytes(text.replace("one", "öne").encode(in_python))
    commit(project)
    release(library, "1.2.0", {"x.u": LINES.replace("five", "5"), "y.u": LINES.replace("five", "5")})
    before = snapshot(project)
    done = scaffold("update", "--format", "json", where=project)
    said = {row["path"]: (row["action"], row["why"]) for row in done.json["changed"]}
    assert said["x.u"] == ("replace", "changed in the blueprint")
    assert said["y.u"] == ("merge", "changed on both sides, merged line by line")
    assert git("diff", "--name-only", where=project) == ""
    assert git("show", ":y.u", where=project) == LINES.replace("one", "öne").replace("five", "5")
    assert as_git_checks_out(project, "x.u", "y.u")
    assert scaffold("undo", where=project).code == 0
    assert snapshot(project) == before
