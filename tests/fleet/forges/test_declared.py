"""`forges:` of fleet.yml: which adapter serves which host, and what of it is refused with file and line."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import scaffold
from scaffold.errors import FormatError
from scaffold.forges import declared
from scaffold.forges.app import App
from scaffold.forges.declared import LIMITS, usual
from scaffold.forges.gitea import Gitea
from scaffold.forges.github import GitHub
from scaffold.forges.gitlab import GitLab
from scaffold.forges.hosts import Forges, place_of
from scaffold.forges.port import DeniedError, ForgeError
from scaffold.formats import yaml

SCHEMA = Draft202012Validator(json.loads((Path(scaffold.__file__).parent / "report/schemas/fleet.json").read_text()))


@pytest.fixture
def read(tmp_path):
    def run(text):
        return declared.read(yaml.load(text.encode(), "fleet.yml"), tmp_path)

    return run


def test_each_kind_has_its_usual_api(read):
    found = read(
        "{ghe.acme.example: {kind: github}, Git.Acme.example: {kind: gitlab}, '127.0.0.1:3000': {kind: gitea}}"
    )
    apis = {host: one.api for host, one in found.items()}
    assert apis == {
        "ghe.acme.example": "https://ghe.acme.example/api/v3",
        "git.acme.example": "https://git.acme.example/api/v4",
        "127.0.0.1:3000": "https://127.0.0.1:3000/api/v1",
    }
    assert usual("github.com").api == "https://api.github.com"
    assert usual("acme.ghe.com").api == "https://api.acme.ghe.com"
    assert usual("gitlab.com").api == "https://gitlab.com/api/v4"
    assert usual("codeberg.org").api == "https://codeberg.org/api/v1"
    assert usual("git.acme.example") is None


def test_all_that_can_be_said_of_a_host(read, tmp_path):
    (tmp_path / "key.pem").write_text("")
    (tmp_path / "ca.pem").write_text("")
    text = """
        github.com:
          app: {id: 42, key: key.pem, installation: 7}
          bots: [renovate]
          limits: {creations_an_hour: 100, for_people: 0.5, between_writes: 2}
        git.acme.example:
          kind: gitea
          api: http://127.0.0.1:3000/api/v1/
          token_env: OURS
          ca: ca.pem
        gl.acme.example: {kind: gitlab, token_command: [vault, read]}
        """
    found = read(text)
    first, second, third = found.values()
    assert first.kind == "github"
    assert first.app == App("42", tmp_path / "key.pem", "7")
    assert first.limits == LIMITS["github"]._replace(creations_an_hour=100, for_people=0.5, between_writes=2.0)
    assert (second.api, second.token_env, second.ca) == (
        "http://127.0.0.1:3000/api/v1",
        "OURS",
        str(tmp_path / "ca.pem"),
    )
    assert third.token_command == ("vault", "read")
    assert not list(SCHEMA.iter_errors({"members": [], "forges": yaml.load(text.encode(), "f").data}))


MISTAKES = {
    "no host": ("{'a b': {kind: gitea}}", "`a b` is no host"),
    "twice": ("{A.test: {kind: gitea}, a.test: {kind: gitea}}", "is there twice"),
    "no kind": ("{a.test: {}}", "`kind` is missing"),
    "a kind": ("{a.test: {kind: bitbucket}}", "must be one of github, gitlab, gitea"),
    "a wrong kind": ("{github.com: {kind: gitlab}}", "must be one of github, not"),
    "a key": ("{a.test: {kind: gitea, tokn_env: A}}", "did you mean `token_env`"),
    "a token": ("{a.test: {kind: gitea, token: abc}}", "is not a key that scaffold knows"),
    "two ways": ("{a.test: {kind: gitea, token_env: A, token_command: [a]}}", "says by token_env and by token_command"),
    "no variable": ("{a.test: {kind: gitea, token_env: 'ghp_x y'}}", "must be the name of a variable"),
    "a shell": ("{a.test: {kind: gitea, token_command: cat token}}", "must be a list"),
    "no program": ("{a.test: {kind: gitea, token_command: []}}", "must be a list: a program and its arguments"),
    "in clear": ("{a.test: {kind: gitea, api: 'http://a.test/api/v1'}}", "is not encrypted"),
    "a login": ("{a.test: {kind: gitea, api: 'https://me:abc@a.test'}}", "holds a login"),
    "no address": ("{a.test: {kind: gitea, api: a.test}}", "must be an address"),
    "a query": ("{a.test: {kind: gitea, api: 'https://a.test?token=1'}}", "must be an address"),
    "an app elsewhere": ("{a.test: {kind: gitea, app: {id: 1, key: k, installation: 2}}}", "only GitHub has Apps"),
    "no key": ("{github.com: {app: {id: 1, key: none.pem, installation: 2}}}", "there is no file none.pem"),
    "no ca": ("{a.test: {kind: gitea, ca: none.pem}}", "there is no file none.pem"),
    "a limit": ("{a.test: {kind: gitea, limits: {at_onse: 1}}}", "did you mean `at_once`"),
    "less than none": ("{a.test: {kind: gitea, limits: {at_once: -1}}}", "must be 0 for no limit, or more"),
    "a share": ("{a.test: {kind: gitea, limits: {for_people: 1}}}", "must be a share"),
    "true": ("{a.test: {kind: gitea, limits: {between_writes: true}}}", "must be a number of seconds"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_named_with_its_line(read, case):
    text, told = MISTAKES[case]
    with pytest.raises(FormatError) as caught:
        read(f"\n{text}\n")
    assert str(caught.value).startswith("fleet.yml:2: ")
    assert told in str(caught.value)
    assert "abc" not in str(caught.value).replace(repr("abc"), "") or case == "a token"


def test_the_adapter_is_that_of_the_host_and_made_once(read):
    forges = Forges(read("{a.test: {kind: gitlab}, b.test: {kind: gitea}}"))
    kinds = {"github.com": GitHub, "a.test": GitLab, "B.test": Gitea, "gitlab.com": GitLab, "codeberg.org": Gitea}
    for host, kind in kinds.items():
        assert isinstance(forges.of(host).forge, kind)
        assert forges.of(host).forge.host == host.lower()
        assert forges.of(host) is forges.of(host)
    with pytest.raises(ForgeError) as caught:
        forges.of("c.test")
    hint = "write `forges: {c.test: {kind: github | gitlab | gitea}}` into fleet.yml, or into your settings"
    assert str(caught.value) == f"nobody says what kind of forge c.test is ({hint})"


def test_git_gets_a_login_for_named_hosts_alone_and_never_in_clear(read, monkeypatch):
    monkeypatch.setenv("OURS", "tok")
    forges = Forges(
        read("""
        a.test: {kind: gitea, token_env: OURS}
        127.0.0.1:3000: {kind: github, api: 'http://127.0.0.1:3000/api/v3', token_env: OURS}
        b.test: {kind: gitea, token_env: NONE}
        """)
    )
    assert forges.login("https://a.test/x/y.git") == ("https://a.test", "oauth2", "tok")
    assert forges.login("http://127.0.0.1:3000/x/y.git") == ("http://127.0.0.1:3000", "x-access-token", "tok")
    for url in ("http://a.test/x", "ssh://git@a.test/x", "git@a.test:x", "https://github.com/x/y", "https://c.test/x"):
        assert forges.login(url) is None
    with pytest.raises(DeniedError, match="NONE"):
        forges.login("https://b.test/x")


def test_a_repository_is_at_one_place_however_it_is_reached():
    for address in (
        "https://Git.test/acme/orders.git",
        "git@git.test:acme/orders.git",
        "ssh://git@git.test:2222/acme/orders/",
    ):
        assert place_of(address) == ("git.test", "acme/orders")
    assert place_of("http://127.0.0.1:3000/a/b/c.git") == ("127.0.0.1:3000", "a/b/c")
    for address in (
        "/srv/git/orders.git",
        "file:///srv/git/orders.git",
        "./a:b/c",
        "https://git.test/",
        "git://git.test/a",
    ):
        assert place_of(address) is None
