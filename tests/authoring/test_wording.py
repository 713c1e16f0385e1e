"""A blueprint that is started from real repositories: what comes out of its case is what went in, and what cannot be is told."""

import os
from base64 import b64encode
from hashlib import sha512

import pytest

from scaffold.authoring.start import start_blueprint
from scaffold.authoring.trial import render_blueprint
from scaffold.errors import ProjectError
from tests.authoring.shelf import shelf
from tests.kit import git, repo, write
from tests.scenarios.world import scaffold

LINES = "\n".join(b64encode(sha512(b"%d" % number).digest()).decode()[:64] for number in range(25))
KEY = f"-----BEGIN RSA PRIVATE KEY-----\n{LINES}\n-----END RSA PRIVATE KEY-----\n"
KEPT = {
    "README.md": "# gum\n\nAn argument for gum, Gum and gums; #{gum.version}, {gum}, {{gum}} and {{{gum}}}.\n",
    "deploy/values.yaml": "name: gum\nimage: {{ .Values.image }}\n{{- if .Values.gum }}\na: 1\n{{- end }}\n{# no comment #}\n",
    ".github/workflows/ci.yml": "name: gum\nrun: ${{ github.sha }} {% raw %}\n",
    "page.html.jinja": "<p>{{ title }}</p>\n",
    "gum_test.go": "package gum\n",
    "{{ cookiecutter.name }}/{% if x %}.txt": "plain {{ braces }}\n",
    "logo.png": b"\x89PNG\x00gum",
    "latin.txt": "gum caf\xe9\n".encode("latin-1"),
    "windows.bat": "echo gum\r\n",
    "no-newline.txt": "gum",
    "empty.txt": "",
}


@pytest.fixture
def gum(tmp_path):
    root = write(tmp_path / "gum", {**KEPT, "run.sh": "#!/bin/sh\necho gum\n", ".gitignore": "node_modules/\n"})
    (root / "run.sh").chmod(0o755)
    (root / "link.md").symlink_to("README.md")
    return repo(root, {})


def test_what_comes_out_is_what_went_in(gum, tmp_path):
    library = shelf(tmp_path / "library")
    made = start_blueprint("copy", library=library, source=gum, words={"name": "gum"})
    render_blueprint("copy", "minimal", tmp_path / "look", library=library)
    before = {path: (gum / path).read_bytes() for path in git(gum, "-c", "core.quotePath=off", "ls-files").splitlines()}
    after = {path: (tmp_path / "look" / path).read_bytes() for path in before}
    assert after == before
    assert os.access(tmp_path / "look/run.sh", os.X_OK) and (tmp_path / "look/link.md").is_symlink()
    assert made.left == ()
    assert any(note.startswith("gum is left as it is inside argument, gums") for note in made.notes), made.notes
    assert "windows.bat keeps its words: its lines end in CRLF, which no template keeps" in made.notes
    assert "latin.txt keeps its words: it is not UTF-8, which no template keeps" in made.notes


def test_another_answer_changes_the_words_alone(gum, tmp_path):
    library = shelf(tmp_path / "library")
    start_blueprint("copy", library=library, source=gum, words={"name": "gum"})
    write(library, {"blueprints/copy/cases/other.yml": "name: mint\n"})
    render_blueprint("copy", "other", tmp_path / "look", library=library)
    said = (tmp_path / "look/README.md").read_text()
    assert said == "# mint\n\nAn argument for mint, Gum and gums; #{mint.version}, {mint}, {{mint}} and {{{mint}}}.\n"
    assert (tmp_path / "look/mint_test.go").read_text() == "package mint\n"
    assert (tmp_path / "look/page.html.jinja").read_text() == "<p>{{ title }}</p>\n"


def test_what_must_not_be_in_a_template_is_left_out_and_told(gum, tmp_path):
    inner = repo(tmp_path / "inner", {"a.txt": "inner\n"})
    git(gum, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "vendor/inner")
    write(
        gum,
        {
            "deploy/key.pem": KEY,
            "data.bin": b"\x00" * 1_000_001,
            "node_modules/x/index.js": "gum\n",
            "copier.yml": "a: 1\n",
            "sub/__pycache__/x.pyc": b"\x00",
            "windows.md.jinja": "a\r\n",
        },
    )
    (gum / "out.md").symlink_to("../../secrets.md")
    report = scaffold(
        "blueprint", "new", "copy", "--from", gum, "--word", "name=gum", "--format", "json",
        where=shelf(tmp_path / "library"),
    ).json  # fmt: skip
    assert report["left"] == [
        "windows.md.jinja: its lines end in CRLF, and it would be taken for a template",
        "copier.yml: templates leave out what is called so",
        "data.bin: it has 1,000,001 bytes",
        "out.md: the symbolic link out.md leads out of the project, to ../../secrets.md",
        "deploy/key.pem: line 1 holds what looks like a private key",
        "sub/__pycache__/x.pyc: templates leave out what is called so",
        "vendor/inner/: it is a repository of its own",
    ]
    assert not any("node_modules" in path or "vendor" in path for path in report["files"])
    part = scaffold(
        "blueprint", "new", "part", "--from", gum / "deploy", "--word", "name=gum", "--format", "json",
        where=tmp_path / "library",
    ).json  # fmt: skip
    assert [path for path in report["files"] if path.endswith("values.yaml.jinja")] and part["left"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"name": "gun"}, "gun stands nowhere"),
        ({"name": "argumen"}, "argumen stands nowhere, but inside longer words such as argument"),
        ({"name": "gum", "service": "gum"}, "gum is asked for twice"),
        ({"if": "gum"}, "if=gum cannot become a question"),
        ({"_name": "gum"}, "_name=gum cannot become a question"),
    ],
)
def test_a_word_that_would_ask_for_nothing_is_refused(words, sentence, gum, tmp_path):
    library = shelf(tmp_path / "library")
    with pytest.raises(ProjectError, match=sentence):
        start_blueprint("copy", library=library, source=gum, words=words)
    assert not (library / "blueprints/copy").exists() and not (library / "templates/copy").exists()


def test_several_keep_what_looks_like_a_template(tmp_path):
    for name, port in (("orders", 8080), ("prices", 9090)):
        files = {
            "ci.yml": f"name: {name}\nif: ${{{{ x }}}} {port} ${{{{ y }}}}\nrun: {{{port}}}\n",
            "same.html.jinja": "{{ title }}\n",
            "windows.txt": f"{name}\r\n",
            "logo.png": f"\0{name}",
        }
        write(tmp_path / name, files)
    library = shelf(tmp_path / "library")
    made = start_blueprint("both", library=library, like=[tmp_path / "orders", tmp_path / "prices"])
    assert made.left == (
        "logo.png: it differs, and it is no text",
        "windows.txt: it differs, and its lines end in CRLF",
    )
    render_blueprint("both", "minimal", tmp_path / "look", library=library)
    for path in ("ci.yml", "same.html.jinja"):
        assert (tmp_path / "look" / path).read_text() == (tmp_path / "orders" / path).read_text()
    with pytest.raises(ProjectError, match="each called by another name"):
        start_blueprint("twice", library=library, like=[tmp_path / "orders", tmp_path / "orders"])
