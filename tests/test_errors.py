"""No sentence shows who somebody is to a remote, wherever in an address that stands; and what is behind an error has an end."""

import pytest

from scaffold.errors import ScaffoldError, causes, without_credentials
from scaffold.sources.address import apart, read
from scaffold.sources.locate import locate

SECRET = "S3CR3T"
ADDRESSES = (
    f"https://user:{SECRET}@host/x.git",
    f"https://{SECRET}@host/x.git",
    f"https://x-access-token:{SECRET}@host/x.git",
    f"HTTPS://user:{SECRET}@host/x.git",
    f"git+https://user:{SECRET}@host/x.git",
    f"https://user:a@{SECRET}@host/x.git",
    f"https://user:a/{SECRET}@host/x.git",
    f"https://user:%40{SECRET}%2F@host/x.git",
    f"https://proxy/https://user:{SECRET}@host/x.git",
    f"https://host/x.git?access_token={SECRET}",
    f"https://host/x.git?a=b&private_token={SECRET}",
    f"https://host/x.git#token={SECRET}",
    f"ssh://user:{SECRET}@host/x.git",
    f"user:{SECRET}@host:x.git",
    f"git://user:{SECRET}@host/x.git",
)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("text", ["{}", "a {} b", "see '{}': no", '{{"a": "{}"}}', "{}//../x", "{}@1.0", "{0} and {0}"])
def test_no_error_repeats_one(address, text):
    said = text.format(address)
    assert SECRET not in without_credentials(said)
    assert SECRET not in str(ScaffoldError(said, where=said, hint=said))


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("more", ["", "@1.0", "//sub", "//../x", "//.git", "//sub@1.0", "@a//b"])
def test_no_part_of_what_is_read_of_one_repeats_it(address, more, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    wanted = read(f"{address}{more}")
    with pytest.raises(ScaffoldError) as caught:
        locate(wanted.source or wanted.name or "", offline=True)
    assert SECRET not in str(caught.value)
    assert SECRET not in (wanted.ref or "")


@pytest.mark.parametrize(
    "text",
    [
        "https://host:8080/x@v1", "https://[::1]:80/x@v1", "python:3.12@sha256:ab", "git@github.com:o/r.git",
        "see https://host/docs?page=2#top", "copier.yml:3: no", "a@b.c wrote",
    ],
)  # fmt: skip
def test_all_else_stays(text):
    assert without_credentials(text) == text


@pytest.mark.parametrize(
    ("address", "public", "login"),
    [
        ("https://u:p@h/x", "https://h/x", ("https://h", "u", "p")),
        ("https://u:p%40q/r@h:1/x", "https://h:1/x", ("https://h:1", "u", "p@q/r")),
        ("git+HTTPS://t@h/x", "https://h/x", ("https://h", "t", None)),
        ("https://h/x", "https://h/x", None),
        ("ssh://git@h/x", "ssh://git@h/x", None),
        ("git@h:x", "git@h:x", None),
        ("gh:o/r", "gh:o/r", None),
        ("/a/b@c", "/a/b@c", None),
    ],
)
def test_an_address_and_a_login_are_told_apart(address, public, login):
    assert apart(address) == (public, login)


def test_an_error_that_is_its_own_cause_has_an_end():
    error = ScaffoldError("a")
    error.__cause__ = KeyError("b")
    error.__cause__.__context__ = error
    assert [*map(type, causes(error))] == [ScaffoldError, KeyError]
