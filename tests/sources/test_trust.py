import pytest

from scaffold.errors import FormatError
from scaffold.sources import settings as user_settings
from scaffold.sources import trust


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Write the settings that count."""
    file = tmp_path / "settings.yml"
    monkeypatch.setenv(user_settings.VARIABLE, str(file))

    def write(text):
        file.write_text(text)
        return file

    return write


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("https://git.example/org/repo", "https://git.example/org/repo"),
        ("https://git.example/org/repo", "https://git.example/org/repo.git"),
        ("https://git.example/org/repo.git", "https://git.example/org/repo/"),
        ("https://git.example/org/repo", "git+https://GIT.example/org/repo"),
        ("https://me@git.example/org/repo", "https://you:pass@git.example/org/repo"),
        ("https://git.example/org/", "https://git.example/org/repo.git"),
        ("https://git.example/", "https://git.example/org/team/repo"),
        ("https://git.example:8443/", "https://git.example:8443/repo"),
        ("gh:org/repo", "https://github.com/org/repo.git"),
        ("gh:org/", "gh:org/repo"),
        ("https://github.com/org/", "gh:org/repo"),
        ("https://gitlab.com/org/repo", "gl:/org/repo"),
        ("git@github.com:org/", "git@GitHub.com:org/repo.git"),
        ("git@github.com:org/repo", "git@github.com:org/repo.git"),
        ("ssh://git@git.example/org/", "ssh://git@git.example/org/repo"),
        ("/srv/templates/", "/srv/templates/one"),
        ("/srv/templates/", "/srv/templates/one/./two"),
        ("/srv/templates/one", "/srv/other/../templates/one"),
        ("file:///srv/templates/", "file:///srv/templates/one"),
        ("https://git.example/a%2Fb", "https://git.example/a%2Fb"),
        ("https://git.example/org/repo", "https://git.example/org/repo.git//a/b"),
        ("https://git.example/org/", "https://git.example/org/repo//a"),
        ("gh:org/repo//a/b", "https://github.com/org/repo.git//a/b"),
        ("gh:org/repo//a/b/", "gh:org/repo//a//b"),
        ("git@github.com:org/repo", "git@github.com:org/repo//a"),
        ("/srv/one", "/srv/one//a"),
        ("/srv/one//a", "/srv/../srv/one//a"),
    ],
)
def test_trusted(settings, entry, address):
    settings(f"trust: ['{entry}']\n")
    assert trust.is_trusted(address)


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("https://git.example/org/repo", "https://git.example/org/repo2"),
        ("https://git.example/org/repo", "https://git.example/org/repo/below"),
        ("https://git.example/org", "https://git.example/org/repo"),
        ("https://git.example/org/", "https://git.example/org"),
        ("https://git.example/org/", "https://git.example/organisation/repo"),
        ("https://git.example/org/", "https://git.example/ORG/repo"),
        ("https://git.example/org/", "https://git.example.evil.example/org/repo"),
        ("https://git.example/org/", "https://git.example/org/../evil/repo"),
        ("https://git.example/org/", "https://git.example/org/%2e%2e/evil/repo"),
        ("https://git.example/org/", "https://git.example/org/..%2fevil/repo"),
        ("https://git.example/org/", "https://git.example/org/a\\..\\..\\evil"),
        ("https://git.example/org/", "https://git.example/org//evil"),
        ("https://git.example/org/", "https://git.example/org/repo?to=evil"),
        ("https://git.example/org/", "https://git.example/org/repo#evil"),
        ("https://git.example/org/", "https://git.example@evil.example/org/repo"),
        ("https://git.example/org/", "https://evil.example\\@git.example/org/repo"),
        ("https://git.example/org/", "https://evil.example/@git.example/org/repo"),
        ("https://git.example/org/", "https://git.example\n/org/repo"),
        ("https://git.example/org/", "http://git.example/org/repo"),
        ("https://git.example/org/", "https://git.example:8443/org/repo"),
        ("https://", "https://evil.example/org/repo"),
        ("https:///", "https://evil.example/org/repo"),
        ("https://git.example/org/../", "https://git.example/evil"),
        ("ssh://git@git.example/repo", "ssh://me@git.example/repo"),
        ("git@github.com:org/", "git@github.com:org/../evil/repo"),
        ("git@github.com:org/", "evil@github.com:org/repo"),
        ("Git@git.example:org/", "git@git.example:org/repo"),
        ("/srv/templates/", "/srv/templates/../evil"),
        ("/srv/templates/", "/srv/templates2/one"),
        ("/srv/one", "/srv/one.git"),
        ("gh:org/repo//a", "gh:org/repo"),
        ("gh:org/repo//a", "gh:org/repo//b"),
        ("gh:org/repo//a", "gh:org/repo//a/b"),
        ("gh:org/repo//a", "gh:org/repo//ab"),
        ("gh:org/repo//a", "gh:org/other//a"),
        ("https://git.example/org/repo/a", "https://git.example/org/repo//a"),
        ("https://git.example/org/repo//a", "https://git.example/org/repo/a"),
        ("https://git.example/org/", "https://git.example/org//repo"),
        ("/srv/one/a", "/srv/one//a"),
        ("file:///srv/templates/", "file://evil.example/srv/templates/one"),
    ],
)
def test_not_trusted(settings, entry, address):
    settings(f"trust: ['{entry}']\n")
    assert not trust.is_trusted(address)


def test_folders_are_compared_where_they_really_are(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "evil").mkdir()
    (tmp_path / "templates" / "mine").mkdir(parents=True)
    (tmp_path / "templates" / "link").symlink_to(tmp_path / "evil")
    (tmp_path / "short").symlink_to(tmp_path / "templates")
    settings("trust: [~/short/]\n")
    assert trust.is_trusted(str(tmp_path / "templates" / "mine"))
    assert trust.is_trusted("~/templates/mine")
    assert not trust.is_trusted(str(tmp_path / "templates" / "link"))


def test_the_built_in_library_is_trusted_and_without_settings_nothing_else(tmp_path, monkeypatch):
    monkeypatch.delenv(user_settings.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert user_settings.settings_file() == tmp_path / "scaffold" / "settings.yml"
    assert trust.is_trusted("builtin")
    assert not trust.is_trusted("gh:org/repo")
    (tmp_path / "scaffold").mkdir()
    (tmp_path / "scaffold" / "settings.yml").write_text("trust: [gh:org/]\n")
    assert trust.is_trusted("gh:org/repo")


@pytest.mark.parametrize("text", ["", "# none yet\n", "trust:\n", "trust: []\n"])
def test_settings_that_trust_nobody(settings, text):
    settings(text)
    assert not trust.is_trusted("gh:org/repo")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: b: c\n", 1, "this is not valid YAML"),
        ("- a\n", 1, "must be a mapping"),
        ("\ntrust: gh:org/\n", 2, "`trust` must be a list, not 'gh:org/'"),
        ("trust:\n- gh:org/\n- 1\n", 3, "`trust.1` must be text, not 1"),
        ("trust:\n- templates/\n", 2, "`trust.0` must be the address of a repository, or the whole path of a folder"),
        ("trust: []\ntrusted: []\n", 2, "`trusted` is not a key that scaffold knows"),
    ],
)
def test_settings_that_cannot_be_read_name_the_line(settings, text, line, said):
    file = settings(text)
    with pytest.raises(FormatError) as caught:
        trust.is_trusted("gh:org/repo")
    assert said in caught.value.message
    assert caught.value.where == f"{file}:{line}"


def test_a_key_that_is_nearly_right_is_suggested(settings):
    settings("trusts: []\n")
    with pytest.raises(FormatError) as caught:
        trust.is_trusted("gh:org/repo")
    assert caught.value.hint == "did you mean `trust`?"


def test_settings_that_are_named_but_not_there(tmp_path, monkeypatch):
    monkeypatch.setenv(user_settings.VARIABLE, str(tmp_path / "none.yml"))
    with pytest.raises(FormatError, match="SCAFFOLD_SETTINGS names it"):
        trust.is_trusted("gh:org/repo")
    monkeypatch.setenv(user_settings.VARIABLE, str(tmp_path))
    with pytest.raises(FormatError, match="cannot be read"):
        trust.is_trusted("gh:org/repo")
