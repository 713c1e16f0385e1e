import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from packaging.version import Version

from scaffold.blueprint.scripts import Migration, Script
from scaffold.errors import LimitError, RenderError, ScriptError
from scaffold.render import scripts
from scaffold.render.scripts import Staging, Versions, applying, run_migrations, run_tasks
from scaffold.templating.limits import Limits
from scaffold.templating.templates import Templates
from scaffold.tree import Tree
from tests import kit

VERSIONS = Versions("v1.0.0", "v2.0.0-3-gabcdef0", Version("1.0.0"), Version("2.0.0.post3"))


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    """Have all scratch folders in one place, in which nothing may be left."""
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    yield place
    assert not list(place.iterdir())


def staging(**more):
    """The answers are `name: Ada`, and Copier's variables those that depend on the folders."""
    context = more.pop("context", {"name": "Ada"})
    templates = Templates({}, "base")

    def bind(template, project):
        known = {**context, "_copier_conf": {"src_path": template, "dst_path": project}}
        return lambda source, extra, where: templates.render_text(source, {**known, **extra}, where)

    return Staging(**{"folder_name": "demo", "template": {}, "bind": bind, **more})


def script(command, line=1, **more):
    return Script(command, f"copier.yml:{line}", **more)


def ran(*commands, files=None, **more):
    """Run tasks, one a line of copier.yml, and return what is there afterwards."""
    tasks = [c if isinstance(c, Script) else script(c, line) for line, c in enumerate(commands, 1)]
    before = files if isinstance(files, Tree) else kit.tree(files or {"README.md": "Hello\n"})
    return run_tasks(tasks, before, staging(**more))


def contents(staged):
    return {path: file.content.decode() for path, file in staged.files.items()}


def refused(*commands, error=ScriptError, **more):
    with pytest.raises(error) as caught:
        ran(*commands, **more)
    return caught.value


# Tasks


def test_without_a_task_to_run_the_tree_is_the_same():
    tree = Tree(kit.tree({"a": "a"}), ["empty"])
    assert ran(files=tree).files is tree
    assert ran(script("rm a", when=False), files=tree).files is tree


def test_tasks_run_in_order_on_the_rendered_files():
    after = ran(
        "echo one >> log && cat README.md >> log", ("sh", "-c", "echo $1 >> log", "-", "{{ name }} {{ 1 + 1 }}")
    )
    assert contents(after) == {"README.md": "Hello\n", "log": "one\nHello\nAda 2\n"}


@pytest.mark.parametrize(
    ("when", "runs"),
    [
        (True, True),
        (False, False),
        ("", False),
        ("{{ name == 'Ada' }}", True),
        ("{{ name == 'Bob' }}", False),
        ("{{ _copier_operation == 'copy' }}", True),
        ("{{ _stage }}", True),  # a word that is neither yes nor no
        ("{{ nobody_knows }}", False),
        ("no", False),
        ("0", False),
    ],
)
def test_when_is_rendered_and_read_as_copier_does(when, runs):
    assert ("made" in ran(script("touch made", when=when)).files) == runs


def test_a_task_is_told_the_stage_and_the_operation():
    after = ran("echo $STAGE $COPIER_OPERATION {{ _stage }} {{ _copier_operation }} {{ _copier_phase }} > said",
                "env > env", operation="update")  # fmt: skip
    assert contents(after)["said"] == "task update task update tasks\n"
    assert "PHASE" not in contents(after)["env"]


def test_a_task_runs_in_a_folder_of_the_projects_name_or_in_one_below():
    folder = script("pwd > here", 2, folder="{{ 'src' }}/deep")
    after = ran("mkdir -p src/deep; basename $PWD > here", folder, "test {{ _copier_conf.dst_path }} = $PWD")
    assert contents(after)["here"] == "demo\n"
    assert contents(after)["src/deep/here"].endswith("/demo/src/deep\n")


def test_a_task_finds_the_templates_own_files_and_cannot_change_them():
    template = {"tool.sh": kit.executable("#!/bin/sh\necho made > made\n"), "a/b": kit.file("b")}
    after = ran("{{ _copier_conf.src_path }}/tool.sh", "cp {{ _copier_conf.src_path }}/a/b .", template=template)
    assert {path: text for path, text in contents(after).items() if path != "README.md"} == {"made": "made\n", "b": "b"}
    assert template["a/b"] == kit.file("b")


def test_what_tasks_commonly_do():
    before = {"docs/a.md": "a", "docs/b.md": "b", "run": "#!/bin/sh\n", "old": "old", "ci": kit.executable("x"),
              "link": kit.link("old")}  # fmt: skip
    after = ran("git init -q && git add . && git commit -qm first", "rm -rf docs", "mv old new/place 2>/dev/null || "
                "{ mkdir new; mv old new/place; }", "chmod +x run; chmod -x ci", "ln -sf new/place link; ln -s run go",
                "echo more >> run", files=before)  # fmt: skip
    assert contents(after) == {
        "ci": "x",
        "go": "run",
        "link": "new/place",
        "new/place": "old",
        "run": "#!/bin/sh\nmore\n",
    }
    assert {path: file.mode for path, file in after.files.items()} == {
        "ci": "100644", "go": "120000", "link": "120000", "new/place": "100644", "run": "100755",
    }  # fmt: skip
    assert {path: file.origin for path, file in after.files.items()} == {
        "ci": "", "go": "copier.yml:5", "link": "", "new/place": "copier.yml:3", "run": "base/run.jinja",
    }  # fmt: skip


def test_a_file_that_no_task_touched_is_the_very_same():
    before = kit.tree({"a": "a", "b": "b"})
    after = ran("touch a; echo c > b", files=before)
    assert after.files["a"] is before["a"]
    assert after.files["b"] == kit.file("c\n", origin="base/b.jinja")


def test_empty_folders_are_made_before_and_found_after():
    after = ran("rmdir one; test -d two/deep; mkdir three; touch four/x", files=Tree({}, ["one", "two/deep", "four"]))
    assert after.files.folders == ("three", "two/deep")
    assert list(after.files) == ["four/x"]


def test_new_files_that_git_ignores_are_told_apart():
    before = {".gitignore": ".env\nnode_modules\n*.pyc\n/build/\n", "build/kept.txt": "kept", "src/a.py": ""}
    after = ran(
        "echo SECRET=1 > .env; echo x > src/.env",
        "mkdir -p node_modules/x src/__pycache__ .cache/deep; touch node_modules/x/y src/__pycache__/a.pyc build/made",
        "echo '*' > .cache/.gitignore; touch .cache/deep/x",
        files=before,
    )
    assert set(after.files) == set(before)
    assert {path: file.content for path, file in after.ignored.items()} == {
        ".env": b"SECRET=1\n", "build/made": b"", "src/.env": b"x\n",
    }  # fmt: skip
    assert after.ignored[".env"].origin == "copier.yml:1"
    assert after.left_out == (".cache/", "node_modules/", "src/__pycache__/")


def test_what_is_ignored_does_not_depend_on_the_user(tmp_path):
    kit.git(tmp_path, "config", "--global", "core.excludesFile", str(tmp_path / "mine"))
    (tmp_path / "mine").write_text("made\n")
    try:
        assert "made" in ran("touch made").files
    finally:
        kit.git(tmp_path, "config", "--global", "--unset", "core.excludesFile")


def test_a_repository_that_a_task_clones_is_there_without_its_git_folder():
    after = ran("git init -q vendor/lib; touch vendor/lib/x; git init -q .")
    assert set(after.files) == {"README.md", "vendor/lib/x"}


def test_git_finds_no_repository_around_the_scratch_folder(scratch):
    kit.git(scratch.parent, "init", "--quiet")
    after = ran("git rev-parse --show-toplevel > said 2>&1 || echo none > said")
    assert contents(after)["said"] == "none\n"


def test_a_failing_task_names_itself_and_what_comes_after_it_does_not_run(tmp_path):
    error = refused("true", "echo no good >&2; exit 4", f"touch {tmp_path}/after")
    assert str(error) == (
        "copier.yml:2: the command `echo no good >&2; exit 4` failed with exit code 4, and said: no good "
        "(nothing was written; --skip-tasks goes without the template's tasks)"
    )
    assert not (tmp_path / "after").exists()


def test_an_error_shows_the_command_as_the_template_has_it_and_no_secret():
    error = refused("echo {{ name }} is wrong; exit 1", context={"name": "hunter2"}, secrets=("hunter2",))
    assert "hunter2" not in str(error)
    assert "`echo {{ name }} is wrong; exit 1`" in str(error)


def test_a_command_gets_ten_times_the_time_of_a_render_and_then_ends():
    error = refused("sleep 1000", limits=Limits(seconds=0.1))
    assert "took longer than 1.0 s" in error.message
    assert error.hint == "a command may take 10 times what --limit seconds=… says"


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("..", "`working_directory` leaves the project: '..'"),
        ("/", "`working_directory` leaves the project: '/'"),
        ("{{ '..' }}/demo2", "`working_directory` leaves the project: '../demo2'"),
        ("out", "`working_directory` leaves the project: 'out'"),
        ("none", "`working_directory` is no folder: 'none'"),
        ("README.md", "`working_directory` is no folder: 'README.md'"),
        ("a\0b", "`working_directory` is no folder: 'a\\x00b'"),
        ("loop", "`working_directory` is no folder: 'loop'"),
    ],
)
def test_a_working_directory_that_is_none_or_outside(folder, said):
    error = refused("ln -s ../.. out; ln -s loop loop", script("true", 2, folder=folder))
    assert str(error) == f"copier.yml:2: {said}"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("ln -s /etc/passwd link", "the symbolic link link leads out of the project"),
        ("ln -s ../.. link", "the symbolic link link leads out of the project"),
        ("ln -s .git/config link", "the symbolic link link leads out of the project"),
        ("mkfifo pipe", "pipe was made, which is neither a file nor a link"),
        ("rm README.md; mkfifo README.md", "README.md is not a regular file"),
        ("touch 'a\\b'", "does not stay inside the project"),
        ("touch nul.txt", "names a device"),
        ("mkdir .GIT; touch .GIT/config", "reaches into git's own folder"),
        ("touch a A", "would be one file where case does not count"),
        ("touch $(printf '\\377')", "which is not UTF-8"),
        ("cd ..; rm -r demo", "the project's own folder was removed"),
        ("cd ..; mv demo x; ln -s x demo", "the project's own folder was removed"),
    ],
)
def test_what_a_task_may_not_leave(command, said):
    error = refused(command)
    assert said in error.message
    assert error.where == "copier.yml:1"


def test_tasks_may_not_make_too_much():
    error = refused("true", "touch a b c", limits=Limits(files=2), error=LimitError)
    assert (
        str(error) == "copier.yml:2: the template makes more than 2 files and folders (raise it with --limit files=…)"
    )
    error = refused("head -c 2000000 /dev/zero > README.md", limits=Limits(megabytes=1), error=LimitError)
    assert str(error) == "copier.yml:1: the template makes more than 1 MB (raise it with --limit megabytes=…)"
    before = dict.fromkeys("abc", "x" * 600000)
    assert set(ran("touch d e", files=before, limits=Limits(megabytes=1, files=2)).files) == {*"abcde"}


def test_a_command_that_cannot_be_rendered_names_its_line():
    error = refused("true", "{{ 1 / 0 }}", error=RenderError)
    assert error.where == "copier.yml:2"
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    error = refused("true", script("true", 2, when=loop), limits=Limits(seconds=1), error=LimitError)
    assert str(error).startswith("copier.yml:2: rendering a command took longer than 1 s")


def test_people_hear_of_each_task_that_runs():
    heard = []
    ran("true", script("true", when=False), "true", notify=heard.append)
    assert heard == ["Running task 1 of 3", "Running task 3 of 3"]


def test_ctrl_c_ends_the_task_and_leaves_nothing(tmp_path, scratch):
    program = tmp_path / "program.py"
    program.write_text(
        dedent(f"""
        import tempfile
        tempfile.tempdir = {str(scratch)!r}
        from tests.render.test_scripts import ran
        try:
            ran("echo $$ > {tmp_path}/pid.new; mv {tmp_path}/pid.new {tmp_path}/pid; sleep 1000")
        except KeyboardInterrupt:
            print("interrupted")
    """)
    )
    root = Path(scripts.__file__).parents[2]
    process = subprocess.Popen([sys.executable, program], env={**os.environ, "PYTHONPATH": str(root)},
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    while not (tmp_path / "pid").exists():
        assert process.poll() is None, process.stderr.read()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=300) == ("interrupted\n", "")
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


# Migrations


def migration(command, version=None, line=1, stage=None, **more):
    written = version and f"v{version}"
    return Migration(script(command, line, **more), version and Version(version), written, stage)


def migrated(stage, *migrations, files=None, **more):
    before = {path: kit.file(content) for path, content in (files or {"README.md": "Hello\n"}).items()}
    return run_migrations(stage, migrations, before, VERSIONS, staging(operation="update", **more))


@pytest.mark.parametrize(
    ("version", "came_from", "to", "applies"),
    [
        (None, "1.0", "1.0", True),
        ("1.5", "1.0", "2.0", True),
        ("2.0", "1.0", "2.0", True),
        ("1.0", "1.0", "2.0", False),
        ("2.1", "1.0", "2.0", False),
        ("2.0", "1.0", "2.0rc1", False),
        ("1.0", "1.0rc1", "2.0", True),
        ("1.5", "2.0", "1.0", False),
        ("1.5", None, "2.0", False),
        (None, None, "2.0", False),
        (None, "1.0", None, False),
    ],
)
def test_which_migrations_apply(version, came_from, to, applies):
    given = migration("true", version)
    found = applying([given], came_from and Version(came_from), to and Version(to))
    assert found == ((given,) if applies else ())


def test_a_migration_runs_in_the_stage_that_its_when_says():
    both = [migration("echo default > default", when='{{ _stage == "after" }}'),
            migration("echo before > before", when="{{ _stage == 'before' }}"),
            migration("echo $STAGE >> each")]  # fmt: skip
    assert set(migrated("before", *both).files) == {"README.md", "before", "each"}
    assert set(migrated("after", *both).files) == {"README.md", "default", "each"}


def test_legacy_migrations_run_in_their_stage_only():
    legacy = [migration("echo one >> log", "2.0", stage="before"), migration("echo two >> log", "2.0", stage="after")]
    assert contents(migrated("before", *legacy))["log"] == "one\n"
    assert contents(migrated("after", *legacy))["log"] == "two\n"


def test_a_migration_is_told_its_versions_and_the_next_one_is_not_told_those():
    told = ("echo $STAGE $COPIER_OPERATION $VERSION_FROM $VERSION_TO $VERSION_CURRENT $VERSION_PEP440_FROM "
            "$VERSION_PEP440_TO ${VERSION_PEP440_CURRENT-none}")  # fmt: skip
    jinja = ("echo {{ _version_from }} {{ _version_current }} {{ _version_pep440_current is defined }} "
             "{{ _version_pep440_from < _version_pep440_to }}")  # fmt: skip
    after = migrated(
        "after", migration(f"{told} > one; {jinja} > two", "1.5"), migration(f"{told} > three; {jinja} > four")
    )
    assert contents(after) == {
        "README.md": "Hello\n",
        "one": "after update v1.0.0 v2.0.0-3-gabcdef0 v1.5 1.0.0 2.0.0.post3 1.5\n",
        "two": "v1.0.0 v1.5 True True\n",
        "three": "after update v1.0.0 v2.0.0-3-gabcdef0 1.0.0 2.0.0.post3 none\n",
        "four": "v1.0.0 False True\n",
    }


def test_migrations_work_on_the_project_as_a_repository():
    files = {"old/a.txt": "a", "old/b.txt": "b", "run": kit.executable("x"), "settings.ini": "a=1\n", ".gitignore": "*.log\n",
             "kept.log": "kept"}  # fmt: skip
    after = migrated(
        "before",
        migration('test -z "$(git status --porcelain)" && git ls-files > listed && git log --format=%s >> listed'),
        migration("git mv old new && git rm -qf new/b.txt"),
        migration(("sed", "-i", "s/a=1/a=2/", "settings.ini")),
        migration("touch made.log"),
        files=files,
    )  # fmt: skip
    assert contents(after) == {
        ".gitignore": "*.log\n", "kept.log": "kept", "new/a.txt": "a", "run": "x", "settings.ini": "a=2\n",
        "listed": ".gitignore\nkept.log\nold/a.txt\nold/b.txt\nrun\nsettings.ini\nthe project before its migrations\n",
    }  # fmt: skip
    assert after.files["run"].mode == "100755"
    assert list(after.ignored) == ["made.log"]


def test_the_scratch_commit_needs_no_identity_and_runs_no_hooks(tmp_path, monkeypatch):
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.delenv(f"GIT_{name}_NAME")
        monkeypatch.delenv(f"GIT_{name}_EMAIL")
    hook = tmp_path / "hooks" / "pre-commit"
    kit.write(hook.parent, {"pre-commit": kit.executable(f"#!/bin/sh\ntouch {tmp_path}/hooked\nexit 1\n")})
    for name, value in (("core.hooksPath", str(hook.parent)), ("commit.gpgSign", "true")):
        kit.git(tmp_path, "config", "--global", name, value)
    try:
        assert contents(migrated("after", migration("git log -1 --format=%an > author")))["author"] == "scaffold\n"
    finally:
        for name in ("core.hooksPath", "commit.gpgSign"):
            kit.git(tmp_path, "config", "--global", "--unset", name)
    assert not (tmp_path / "hooked").exists()


def test_the_teams_own_oddities_are_left_as_they_are():
    files = {"out": kit.link("../elsewhere"), "aux.txt": "aux", "a": "a", "A": "A", "empty": ""}
    before = {path: kit.file(content) for path, content in files.items()}
    after = run_migrations("after", [migration("echo b > b")], before, VERSIONS, staging()).files
    assert {path: file for path, file in after.items() if path != "b"} == before


def test_a_project_without_files_and_migrations_without_any_to_run():
    assert not run_migrations("after", [], {}, VERSIONS, staging()).files
    assert list(run_migrations("after", [migration("touch a")], {}, VERSIONS, staging()).files) == ["a"]


def test_a_failing_migration_names_itself():
    with pytest.raises(ScriptError) as caught:
        migrated("before", migration("exit 2", "2.0", line=9))
    assert str(caught.value) == "copier.yml:9: the command `exit 2` failed with exit code 2 (nothing was written)"


# Trust


def release(config, **files):
    return kit.release({"base": {"copier.yml": config, "README.md": "hello", **files}})


CODE = """
_tasks:
- one
- [two]
- command: three
_jinja_extensions:
- jinja2.ext.do
- evil.Extension
_migrations:
- version: 1.0
  command: four
"""


def test_code_is_refused_without_trust():
    with pytest.raises(RenderError) as caught:
        scripts.refuse_untrusted(release(CODE), trust=False, skip_tasks=False)
    assert str(caught.value) == (
        "templates/base/copier.yml:3: the template wants to run code: 3 tasks, 1 extension (read it, then give --trust)"
    )
    scripts.refuse_untrusted(release(CODE), trust=True, skip_tasks=False)


def test_tasks_alone_can_be_skipped():
    with pytest.raises(RenderError) as caught:
        scripts.refuse_untrusted(release("_tasks: [one]\n"), trust=False, skip_tasks=False)
    assert caught.value.message == "the template wants to run code: 1 task"
    assert caught.value.hint == "read it, then give --trust, or --skip-tasks to go without its tasks"
    scripts.refuse_untrusted(release("_tasks: [one]\n"), trust=False, skip_tasks=True)
    with pytest.raises(RenderError) as caught:
        scripts.refuse_untrusted(release(CODE), trust=False, skip_tasks=True)
    assert caught.value.message == "the template wants to run code: 1 extension"


def test_what_runs_no_code_needs_no_trust():
    harmless = "_jinja_extensions: [jinja2.ext.do, jinja2.ext.loopcontrols]\n_migrations: [one]\n"
    scripts.refuse_untrusted(release(harmless), trust=False, skip_tasks=False)
    with pytest.raises(RenderError):
        scripts.refuse_untrusted(release("_jinja_extensions: [jinja2.extra.Evil]\n"), trust=False, skip_tasks=True)


def test_migrations_are_refused_for_themselves():
    found = applying([migration("true", "1.5", line=7), migration("true")], Version("1.0"), Version("2.0"))
    with pytest.raises(RenderError) as caught:
        scripts.refuse_untrusted_migrations(found, trust=False)
    assert str(caught.value) == (
        "copier.yml:7: the template wants to run code: 2 migrations (read it, then give --trust)"
    )
    scripts.refuse_untrusted_migrations(found, trust=True)
    scripts.refuse_untrusted_migrations((), trust=False)
