"""Tokens: where they come from and in which order, when they are asked for again, and that they show nowhere."""

import json
import pickle
import sys
from pathlib import Path

import pytest

from scaffold.forges.app import App, signed, source
from scaffold.forges.credentials import Origin, lend
from scaffold.forges.hosts import Forges
from scaffold.forges.port import DeniedError
from scaffold.forges.tokens import Lent, Secret, Token, lent_as
from tests.fleet.forges.served import Said, http, serving

TOKEN = "s3cr3t-w0rd"


def program(folder, name, code):
    place = folder / name
    place.write_text(f"#!{sys.executable}\n{code}\n")
    place.chmod(0o755)
    return place


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with `gh`, `glab` and a git that has a helper, each of which says who it is; nothing is in its way."""
    tools = tmp_path / "tools"
    tools.mkdir()
    program(tools, "gh", "import sys; print('gh-' + sys.argv[-1])")
    program(tools, "glab", "import sys; print('glab-' + sys.argv[-1])")
    (tmp_path / "gitconfig").write_text(
        '[credential]\n\thelper = "!f() { test $1 = get && sed -n s/^host=/password=git-/p; echo username=u; }; f"\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    path = Path(sys.executable).parent, Path("/usr/bin"), Path("/bin")
    monkeypatch.setenv("PATH", ":".join(map(str, (tools, *path))))
    return tools


def said(host="github.com", kind="github", **more):
    lent = lend(Origin(host, kind, **more))
    return lent.secret.reveal(), lent.origin


def test_what_is_found_counts_in_a_fixed_order(machine, monkeypatch):
    assert said() == ("gh-github.com", "gh")
    assert said("gitlab.com", "gitlab") == ("glab-gitlab.com", "glab")
    assert said("git.test:3000", "gitea") == ("git-git.test:3000", "git's credential helper")
    program(machine, "gh", "raise SystemExit(4)")  # nobody is logged in
    assert said() == ("git-github.com", "git's credential helper")
    monkeypatch.setenv("GITHUB_TOKEN", "two")
    assert said() == ("two", "GITHUB_TOKEN")
    monkeypatch.setenv("GH_TOKEN", " one\n")
    assert said() == ("one", "GH_TOKEN")


@pytest.mark.usefixtures("machine")
def test_the_variable_of_one_host_is_sent_to_no_other(monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "cloud")
    monkeypatch.setenv("GITLAB_TOKEN", "lab")
    assert said("ghe.test", "github")[0] == "gh-ghe.test"
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", "ours")
    assert said("ghe.test", "github") == ("ours", "GH_ENTERPRISE_TOKEN")
    assert said("gitlab.test", "gitlab") == ("lab", "GITLAB_TOKEN")
    assert said("gitlab.test", "gitlab", alone=False)[1] == "glab", "there are two, and nobody says which is meant"


@pytest.mark.usefixtures("machine")
def test_what_is_said_goes_before_what_is_found_and_nothing_stands_in_for_it(tmp_path, monkeypatch):
    monkeypatch.setenv("GH_TOKEN", "found")
    monkeypatch.setenv("OURS", "said")
    assert said(token_env="OURS") == ("said", "OURS")
    with pytest.raises(DeniedError, match=r"^NONE, which holds the token of github\.com, is not set$"):
        said(token_env="NONE")
    program(tmp_path, "give", "import os, sys; print(os.environ['OURS'] + sys.argv[1])")
    assert said(token_command=("./give", "$(id)"), base=tmp_path) == ("said$(id)", "`token_command`")
    program(tmp_path, "fail", f"import sys; print('{TOKEN}'); print('{TOKEN}', file=sys.stderr); sys.exit(3)")
    program(tmp_path, "chat", f"print('here it is: {TOKEN}')")
    for name, told in (
        ("fail", "`token_command` of github.com: ./fail failed with exit code 3 (run it by hand to see why)"),
        ("chat", "the token of `token_command` holds more than one word (it has to print the token alone)"),
        ("none", "`token_command` of github.com: none cannot be started: No such file or directory (run it by hand"),
    ):
        with pytest.raises(DeniedError) as caught:
            said(token_command=(f"./{name}",), base=tmp_path)
        assert str(caught.value).startswith(told)
        assert TOKEN not in repr(caught.value.__cause__)


def test_where_there_is_none_it_is_said_where_one_could_come_from(monkeypatch, tmp_path):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(DeniedError) as caught:
        said("git.test", "gitea")
    hint = "put one into GITEA_TOKEN or FORGEJO_TOKEN, or say in `forges` of fleet.yml where it comes from"
    assert str(caught.value) == f"there is no token for git.test ({hint})"


def test_a_secret_shows_nowhere():
    lent = lent_as(TOKEN, "a test")
    token = Token(lambda: lent)
    assert token.get() == TOKEN
    shown = (repr, str, lambda one: json.dumps(one, default=repr), lambda one: f"{one!s} {one!r}")
    assert not any(TOKEN in show(one) for show in shown for one in (lent, lent.secret, token, token.__dict__))
    assert token.hide(f"a {TOKEN} b") == "a *** b"
    with pytest.raises(TypeError):
        pickle.dumps(lent)
    assert pickle.loads(pickle.dumps(Forges())) == Forges()


def test_a_token_is_asked_for_again_before_it_ends():
    now, lent = [0.0], []

    def source():
        lent.append(now[0])
        return Lent(Secret(f"t{len(lent)}"), now[0] + 3_600)

    token = Token(source, now=lambda: now[0])
    for second in range(0, 20 * 3_600, 60):
        now[0] = float(second)
        token.get()
    assert lent == [float(start) for start in range(0, 20 * 3_600, 3_360)]
    assert token.hide("t1 t22") == "*** ***", "an old one stays hidden"


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    place = tmp_path_factory.mktemp("key") / "app.pem"
    kind = serialization.PrivateFormat.TraditionalOpenSSL
    place.write_bytes(made.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()))
    return place, made.public_key()


def test_an_app_asks_with_a_signed_word_and_again_before_the_hour_ends(key):
    import jwt

    place, public = key
    now, words = [1_800_000_000.0], []

    def answer(asked):
        word = asked.headers["authorization"].removeprefix("Bearer ")
        words.append(jwt.decode(word, public, algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False}))
        return Said(201, {"token": f"ghs_{len(words)}", "expires_at": "2027-01-15T09:00:00Z"} if len(words) < 2 else
                    {"token": f"ghs_{len(words)}", "expires_at": "2027-01-15T10:00:00Z"})  # fmt: skip

    with serving(answer) as (url, asked):
        token = Token(
            source(App("42", place, "7"), lambda token: http(url, token=token), lambda: now[0]), now=lambda: now[0]
        )
        assert [token.get(), token.get()] == ["ghs_1", "ghs_1"]
        now[0] += 3_400
        assert token.get() == "ghs_2"
    assert [one.path for one in asked] == ["/app/installations/7/access_tokens"] * 2
    assert words[0] == {"iat": 1_799_999_940, "exp": 1_800_000_540, "iss": "42"}
    assert words[1]["iat"] == 1_800_003_340


def test_a_key_that_is_none_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "key.pem").write_text(f"no key {TOKEN}")
    for name, told in (("key.pem", "the App's key signs nothing"), ("none.pem", "the App's key cannot be read")):
        with pytest.raises(DeniedError, match=told) as caught:
            signed(App("1", tmp_path / name, "2"), 0.0)
        assert TOKEN not in str(caught.value)
    monkeypatch.setitem(sys.modules, "jwt", None)
    with pytest.raises(DeniedError, match=r"library that is not installed \(install scaffold-idp\[github-app\]\)$"):
        signed(App("1", tmp_path / "key.pem", "2"), 0.0)
