"""HTTP against a server on loopback that misbehaves in each way that forges, and what stands before them, do."""

import json
import logging
import os
import socket
import threading
import time
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from scaffold.forges.etags import Kept
from scaffold.forges.http import MOST, TRIES
from scaffold.forges.pacing import Limits
from scaffold.forges.port import (
    DeniedError,
    ForgeError,
    GoneError,
    PausedError,
    RefusedError,
    UncertainError,
    UnreachableError,
)
from scaffold.forges.tokens import Lent, Secret, Token
from tests.fleet.forges.served import TOKEN, Clock, Said, http, in_turn, serving

HTML = b"<!DOCTYPE html><html><body>Sign in</body></html>"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def answered(clock):
    """Ask for one thing of a server that answers in turn; return the error or the data, and what was asked."""

    def run(*said, method="GET", path="repos/a", **more):
        with serving(in_turn(*said)) as (url, asked):
            api = http(url, clock, **more)
            try:
                found = api.get(path).data if method == "GET" else api.send(method, path, {"a": 1}).data
            except ForgeError as error:
                found = error
            return found, asked

    return run


def test_the_token_is_in_a_header_and_nowhere_else(answered):
    found, (asked,) = answered(Said(200, {"a": 1}))
    assert found == {"a": 1}
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in asked.path
    assert TOKEN not in json.dumps({**asked.headers, "authorization": ""})


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, RefusedError), (403, DeniedError), (404, GoneError), (405, RefusedError), (409, RefusedError),
     (410, GoneError), (422, RefusedError), (423, RefusedError)],
)  # fmt: skip
def test_a_refusal_is_one_error_with_the_words_of_the_forge(answered, status, kind):
    for method in ("GET", "POST"):
        found, asked = answered(Said(status, {"message": "No,\nnot so"}), method=method)
        assert type(found) is kind
        assert "No, not so" in str(found)
        assert str(found).startswith("repos/a: git.test ")
        assert len(asked) == 1


def test_an_archived_repository_is_a_refusal_and_no_lack_of_rights(answered):
    found, _ = answered(Said(403, {"message": "Repository was archived so is read-only."}), method="POST")
    assert type(found) is RefusedError


def test_errors_of_all_shapes_are_told(answered):
    for body in (
        {"message": "Validation Failed", "errors": [{"message": "it is there"}, {"field": "head", "code": "invalid"}]},
        {"message": {"base": ["it is there"]}},
        {"error": "it is there"},
        {"message": ["it is there"]},
    ):
        assert "it is there" in str(answered(Said(422, body))[0])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_limit_pauses_the_host_as_long_as_it_says_and_goes_on(answered, clock, method):
    limited = Said(403, {"message": "You have exceeded a secondary rate limit"}, {"Retry-After": "90"})
    found, asked = answered(limited, Said(200, {}), method=method)
    assert found == {}
    assert len(asked) == 2
    assert sum(clock.slept) == 90


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (Said(429, b"Retry later", {"Content-Type": "text/plain"}), 60),
        (Said(403, {"message": "You have triggered an abuse detection mechanism"}), 60),
        (Said(422, {"message": "Validation Failed", "errors": ["was submitted too quickly"]}), 60),
        (Said(200, {"data": None, "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}), 60),
        (Said(429, {}, {"Retry-After": "0"}), 1),
        (Said(429, {}, {"Retry-After": "Mon, 30 Nov 2026 12:01:40 GMT", "Date": "Mon, 30 Nov 2026 12:00:00 GMT"}), 100),
    ],
)
def test_a_limit_that_says_it_otherwise_pauses_the_host_too(answered, clock, said, seconds):
    assert answered(said, Said(200, []))[0] == []
    assert sum(clock.slept) == seconds


def test_a_spent_budget_is_waited_for_by_the_clock_of_the_forge(answered, clock):
    at = 1_600_000_000  # long ago, as its clock says
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(at))
    for prefix, status in (("X-RateLimit-", 403), ("RateLimit-", 429)):
        spent = {f"{prefix}Limit": "5000", f"{prefix}Remaining": "0", f"{prefix}Reset": str(at + 700)}
        clock.slept.clear()
        limited = Said(status, {"message": "API rate limit exceeded"}, {"Date": date, **spent})
        assert answered(limited, Said(200, 1))[0] == 1
        assert sum(clock.slept) == 700


def test_a_limit_without_a_length_grows_and_comes_to_an_end(answered, clock):
    found, asked = answered(Said(403, {"message": "secondary rate limit"}))
    assert isinstance(found, PausedError)
    assert len(asked) == 5
    assert clock.slept == [60, 120, 240, 480]
    assert found.seconds == 960


def test_a_pause_longer_than_patience_is_an_error_at_once(answered, clock):
    found, asked = answered(Said(429, {}, {"Retry-After": "3000"}), patience=600)
    assert isinstance(found, PausedError)
    assert (len(asked), clock.slept) == (1, [])
    assert found.seconds == 3_000


def test_a_right_that_is_missing_is_no_limit(answered, clock):
    found, _ = answered(
        Said(403, {"message": "Resource not accessible by integration"}, {"X-RateLimit-Remaining": "9"})
    )
    assert isinstance(found, DeniedError)
    assert clock.slept == []


def test_reads_are_repeated_with_growing_pauses_and_a_bound(answered, clock):
    broken = Said(502, HTML)
    assert answered(broken, Said(503), Said(200, "fine"))[0] == "fine"
    assert clock.slept == [1, 2]
    clock.slept.clear()
    assert answered(Said(503, None, {"Retry-After": "30"}), Said(200, "fine"))[0] == "fine"
    assert clock.slept == [30]
    clock.slept.clear()
    found, asked = answered(broken)
    assert isinstance(found, UnreachableError)
    assert len(asked) == TRIES
    assert clock.slept == [1, 2, 4, 8]
    assert str(found) == "git.test does not answer: it answered 502, 5 times (check the address and the network)"


@pytest.mark.parametrize("said", [Said(cut=-1), Said(200, {"a": "b" * 100}, cut=20)], ids=["reset", "cut short"])
def test_a_connection_that_breaks_is_a_read_once_more_and_an_uncertain_write(answered, said):
    found, asked = answered(said, Said(200, "fine"))
    assert (found, len(asked)) == ("fine", 2)
    found, asked = answered(said, Said(200, "fine"), method="POST")
    assert isinstance(found, UncertainError)
    assert len(asked) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_write_that_may_have_been_done_is_never_sent_again(answered, status):
    for method in ("POST", "PATCH", "PUT", "DELETE"):
        found, asked = answered(Said(status, HTML), Said(200, {}), method=method)
        assert isinstance(found, UncertainError)
        assert len(asked) == 1
        assert "nobody knows whether git.test did what it was asked" in str(found)


def test_a_write_that_never_went_out_is_tried_again(clock):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(UnreachableError, match="does not answer: ConnectError"):
        http(f"http://127.0.0.1:{port}", clock).send("POST", "repos", {})
    assert clock.slept == [1, 2, 4, 8]


@pytest.mark.parametrize("status", [200, 401, 403, 404])
def test_html_is_no_answer_of_a_forge(answered, status):
    found, asked = answered(Said(status, HTML))
    assert type(found) is UnreachableError
    assert f"answered {status} with HTML and not as a forge's API does (is http://127.0.0.1:" in str(found)
    assert len(asked) == 1
    found, _ = answered(Said(status, HTML), method="POST")
    assert type(found) is (UncertainError if status == 200 else UnreachableError)


def test_an_empty_answer_is_one(answered):
    assert answered(Said(204), method="DELETE")[0] is None
    assert type(answered(Said(404))[0]) is GoneError


def test_an_answer_without_end_is_cut_off(answered):
    found, _ = answered(Said(200, b'"' + b"x" * MOST + b'"'))
    assert isinstance(found, UnreachableError)
    assert "more than 20,000,000 bytes" in str(found)


def test_a_renamed_repository_is_followed_with_the_same_method():
    def answer(asked):
        if asked.path == "/repos/old":
            return Said(301 if asked.method == "GET" else 307, {"message": "Moved"}, {"Location": "/repositories/7"})
        return Said(200, [asked.method, asked.path, asked.body])

    with serving(answer) as (url, asked):
        api = http(url)
        assert api.get("repos/old").data == ["GET", "/repositories/7", None]
        assert api.send("POST", "repos/old", {"a": 1}).data == ["POST", "/repositories/7", {"a": 1}]
        assert all(one.headers["authorization"] for one in asked)


def test_another_host_never_gets_the_token():
    with serving(lambda _: Said(200, [])) as (elsewhere, theirs):
        there = elsewhere.replace("127.0.0.1", "localhost")
        for place in (there, elsewhere):  # another port is another host, too
            with serving(lambda _, place=place: Said(302, None, {"Location": f"{place}/x?token=abc"})) as (url, _):
                with pytest.raises(UnreachableError) as caught:
                    http(url).get("repos/a")
                told = f"git.test leads to another host, {place.removeprefix('http://')} (where that is right"
                assert str(caught.value).startswith(told)
        assert theirs == []


def test_a_redirect_in_a_circle_ends(answered):
    found, asked = answered(Said(301, None, {"Location": "/repos/a"}))
    assert isinstance(found, UnreachableError)
    assert len(asked) == 6


def test_a_listing_goes_on_as_the_forge_says_and_never_counts():
    def answer(asked):
        page = int(asked.path.partition("?page=")[2] or 1)  # fifty a page, whatever was asked for
        links = f'</r?page=1>; rel="first", </r?page={page + 1}>; title="a, b"; rel="next"' if page < 5 else ""
        return Said(200, [page] * (50 if page < 5 else 3), {"Link": links})

    with serving(answer) as (url, asked):
        assert len(list(http(url).pages("r", {"per_page": 100}))) == 203
        assert len(asked) == 5


def test_the_pages_of_gitlab_are_numbered_in_a_header():
    def answer(asked):
        page = int(asked.path.rpartition("&page=")[2]) if "&page=" in asked.path else 1
        return Said(200, [page], {"X-Next-Page": str(page + 1) if page < 3 else ""})

    with serving(answer) as (url, asked):
        assert list(http(url).pages("p", {"a": "b", "per_page": 100})) == [1, 2, 3]
        assert [one.path for one in asked][1:] == ["/p?a=b&per_page=100&page=2", "/p?a=b&per_page=100&page=3"]


@pytest.mark.parametrize(
    "end",
    [
        Said(502, HTML),
        Said(200, {"message": "no list"}),
        Said(200, [2], {"X-Total-Count": "7"}),
        Said(200, [2], {"Link": '</r?page=2>; rel="next"'}),
        Said(200, [2], {"Link": '<http://127.0.0.2/r?page=3>; rel="next"'}),
    ],
    ids=["fails", "is none", "is short", "turns in a circle", "leads elsewhere"],
)
def test_a_listing_that_ends_early_is_an_error(end):
    def answer(asked):
        return end if "page=2" in asked.path else Said(200, [1], {"Link": '</r?page=2>; rel="next"'})

    with serving(answer) as (url, _), pytest.raises(UnreachableError):
        list(http(url).pages("r", whole=True))


def test_what_did_not_change_is_asked_for_by_its_etag():
    def answer(asked):
        if asked.headers.get("if-none-match") == '"1"':
            return Said(304, None, {"ETag": '"1"'})
        return Said(200, {"big": "x"}, {"ETag": '"1"'})

    with serving(answer) as (url, asked):
        api = http(url)
        assert [api.get("a").data for _ in range(3)] == [{"big": "x"}] * 3
        assert [one.headers.get("if-none-match") for one in asked] == [None, '"1"', '"1"']
        api.get("a", {"b": "c"})
        assert "if-none-match" not in asked[-1].headers


def test_what_is_kept_to_be_asked_for_again_has_a_bound():
    kept = Kept(most=160, each=60)
    bodies = {name: os.urandom(40) for name in "abcd"}
    for name in "abc":
        kept.put(name, {"etag": name}, bodies[name])
    assert kept.get("a") == ({"etag": "a"}, bodies["a"])
    kept.put("d", {"etag": "d"}, bodies["d"])
    assert [kept.get(name) and kept.get(name).body for name in "abcd"] == [bodies["a"], None, bodies["c"], bodies["d"]]
    kept.put("a", {}, os.urandom(80))
    assert kept.get("a") is None, "what is too large takes the place of nothing"


def test_the_budget_that_a_forge_tells_is_left_to_people(clock):
    headers = {
        "X-RateLimit-Limit": "100",
        "X-RateLimit-Remaining": "40",
        "X-RateLimit-Reset": str(int(time.time()) + 500),
    }
    with serving(lambda _: Said(200, [], headers)) as (url, asked):
        api = http(url, clock, limits=Limits(0, 1, 0, 0, 0, 0.0, 0.4))
        api.get("a")
        assert clock.slept == []
        api.get("b")
        assert 490 < sum(clock.slept) <= 501
        assert len(asked) == 2


def lent(*texts):
    """A source of one token after the other."""
    left = list(texts)
    return Token(lambda: Lent(Secret(left.pop(0) if len(left) > 1 else left[0]), origin="the test"))


def test_a_token_that_ended_is_asked_for_once_more():
    def answer(asked):
        good = asked.headers["authorization"] == "Bearer second"
        return Said(200, []) if good else Said(401, {"message": "Bad credentials"})

    with serving(answer) as (url, asked):
        assert http(url, token=lent("first", "second")).send("POST", "a", {}).data == []
        assert len(asked) == 2
        with pytest.raises(DeniedError) as caught:
            http(url, token=lent("one", "two", "three")).get("a")
        assert len(asked) == 4
        assert str(caught.value).startswith("a: git.test denies it: Bad credentials (the token is from the test; ")
        with pytest.raises(DeniedError):
            http(url, token=lent("same")).get("a")
        assert len(asked) == 5, "the same one is not tried twice"


def test_threads_that_meet_an_ended_token_ask_for_one_together():
    asked_for = []

    def source():
        asked_for.append(1)
        return Lent(Secret(f"t{len(asked_for)}"))

    def answer(asked):
        return Said(200, []) if asked.headers["authorization"] == "Bearer t2" else Said(401, {})

    with serving(answer) as (url, _):
        api = http(url, token=Token(source))
        threads = [threading.Thread(target=api.get, args=("a",)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(asked_for) == 2


def test_a_proxy_of_the_environment_is_gone_through(monkeypatch):
    with serving(lambda asked: Said(200, asked.path)) as (proxy, asked):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        assert http("http://forge.test/api/v1").get("user").data == "http://forge.test/api/v1/user"
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        with serving(lambda asked: Said(200, asked.path)) as (url, _):
            assert http(url).get("user").data == "/user"
        assert len(asked) == 1
        monkeypatch.setenv("HTTP_PROXY", "socks9://127.0.0.1")
        with pytest.raises(UnreachableError, match=r"^git\.test cannot be asked: "):
            http("http://forge.test").get("user")


def test_a_certificate_file_that_is_none_is_one_sentence(tmp_path):
    (tmp_path / "ca.pem").write_text("nothing")
    for name in ("ca.pem", "missing.pem"):
        with pytest.raises(UnreachableError, match=r"^git\.test cannot be asked: "):
            http("https://127.0.0.1:1", ca=str(tmp_path / name)).get("user")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """The files of a certificate for this machine that nobody trusts, and of its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "t")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), start, start.replace(year=2120)
        )
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(folder / "cert.pem"), str(folder / "key.pem")


def test_a_certificate_is_trusted_where_somebody_says_so(certificate, monkeypatch, clock):
    with serving(lambda _: Said(200, "safe"), certificate) as (url, asked):
        with pytest.raises(UnreachableError) as caught:
            http(url, clock).get("a")
        hint = "name its certificates by `ca`, or by SSL_CERT_FILE"
        assert str(caught.value) == f"git.test has a certificate that is not trusted ({hint})"
        assert clock.slept == [], "it is not tried again"
        assert http(url, ca=certificate[0]).get("a").data == "safe"
        monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
        assert http(url).get("a").data == "safe"
        assert len(asked) == 2


def test_no_error_and_no_log_holds_the_token(caplog, clock):
    caplog.set_level(logging.DEBUG)
    echo = {"message": f"bad token {TOKEN} in Bearer {TOKEN}"}
    faults = [Said(status, echo) for status in (400, 401, 403, 404, 422, 429, 500)]
    faults += [
        Said(200, f"<html>{TOKEN}</html>".encode()),
        Said(301, None, {"Location": f"http://other.test/?x={TOKEN}"}),
        Said(301, None, {"Location": f"/{TOKEN}"}),
        Said(cut=-1),
    ]
    said = []
    for fault in faults:
        for method in ("GET", "POST"):
            with serving(lambda _, fault=fault: fault) as (url, _):
                try:
                    api = http(url, clock)
                    api.get(f"a/{TOKEN}") if method == "GET" else api.send("POST", f"a/{TOKEN}", {})
                except ForgeError as error:
                    said += [str(error), repr(error), str(error.__cause__), repr(api.__dict__)]
    assert len(said) == 4 * 2 * len(faults)
    assert TOKEN not in "".join(said)
    logged = "\n".join(f"{record.getMessage()} {record.args}" for record in caplog.records)
    assert "Bearer" not in logged
