"""The rule on secrets: none stands in the repository."""

import re
from collections.abc import Iterator, Sequence

from scaffold.formats.lookup import below, line_of
from scaffold.formats.regex import regex
from scaffold.guard.finding import Found, Severity
from scaffold.guard.look import Look
from scaffold.guard.readers import kubernetes, secrets
from scaffold.guard.readers.aside import is_aside
from scaffold.guard.readers.secrets import PRIVATE_KEY
from scaffold.guard.rule import CannotTell, NotApplicable

STORES = (
    "*.p12", "*.pfx", "*.jks", "*.keystore", "*.ppk", "*.kdbx", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519",
    "*.tfstate", "*.tfstate.backup", "!*truststore*", "!debug.keystore",
)  # fmt: skip
LOGINS = (".netrc", "_netrc", ".pypirc", ".git-credentials")
HERE = ("", "localhost", "127.0.0.1", "[", "host.docker.internal")
PASSWORD = regex(rb"\bpassword[ \t:=]{1,20}(\S{1,200})|://[^\s:/@]{0,100}:([^\s@/]{1,200})@")
KIND = regex(rb"\bkind[\"']?\s{0,9}:\s{0,9}[\"']?Secret(?:List)?\b(?![.-])")
FILLED = regex(
    r"^[ \t]*(?:export[ \t]+)?\w{0,60}(?:PASSW|PWD|SECRET|TOKEN|KEY|CREDENTIAL|DSN|DATABASE_URL)\w{0,40}[ \t]*="
    r"[ \t]*[\"']?([^\s\"'#]{1,500})",
    re.IGNORECASE | re.MULTILINE,
)
ADDRESS = regex(r"\w+://(?:[^:/@]*(?P<password>:[^@/]*)?@)?(?P<host>[^:/?]*)")
IN_TESTS = regex(r"(?:^|/)(?:tests?|__tests__|testdata|test-data|fixtures|e2e)/|_test\.go$|[-_.]test\.\w+$")
ENVIRONMENTS = (".env", ".env.local", ".env.*.local", ".env.prod", ".env.production", ".env.staging", ".env.live")


def secrets_in_tree(look: Look) -> Iterator[Found]:
    """Look at every text file, and for files that hold nothing but secrets."""
    try:
        allowed = set(look.paths(*map(str, look.parameters["allow"])))
    except (ValueError, TypeError) as error:
        raise CannotTell("`allow` is no list of patterns") from error
    paths = [path for path in look.paths("*") if path not in allowed]
    if not paths:
        raise NotApplicable("there is no file to look into")
    of_kind = tuple(frozenset(look.paths(*patterns)) for patterns in (STORES, ENVIRONMENTS, LOGINS))
    for path in paths:
        yield from _in_file(look, path, of_kind)


def _in_file(look: Look, path: str, of_kind: Sequence[frozenset[str]]) -> Iterator[Found]:
    stores, environments, logins = of_kind
    content = look.raw(path)
    # A key that was made for a test opens nothing else.
    made_for: Severity | None = "medium" if IN_TESTS.search(path) else None
    if path in stores:
        yield Found("this file keeps keys or passwords, and is committed", path, severity=made_for)
    elif content is None:
        return
    elif (
        path in environments
        and not is_aside(path)
        and any(map(_is_of_a_place, FILLED.findall(content.decode(errors="replace"))))
    ):
        yield Found("this file holds the secrets of one place, and is committed", path)
    elif path in logins and _has_password(content):
        yield Found("this file keeps passwords, and is committed", path)
    else:
        found = [
            Found(f"{one.kind} stands here", path, one.line, severity=made_for if one.kind == PRIVATE_KEY else None)
            for one in secrets.find(content, path)
        ]
        yield from found or _manifest(look, path, content)


def _is_of_a_place(value: str) -> bool:
    """Whether a setting may open something: no placeholder, and no address on this machine that has no password."""
    address = ADDRESS.match(value)
    if address is None:
        return not secrets.is_placeholder(value)
    return len(address["password"] or "") > 1 or address["host"] not in HERE


def _manifest(look: Look, path: str, content: bytes) -> Iterator[Found]:
    """Look at a Kubernetes Secret that is not encrypted."""
    if not path.endswith((".yml", ".yaml", ".json")) or not kubernetes.is_manifest(path) or not KIND.search(content):
        return
    for document in kubernetes.documents(look, path):
        for secret in kubernetes.objects_in(path, document):
            for name in ("data", "stringData") if secret.kind == "Secret" else ():
                values = below(secret.at, name)
                if values is not None and isinstance(values.data, dict) and any(map(_is_filled, values.data.values())):
                    yield Found("a Kubernetes Secret is committed with its values", path, line_of(values), key=name)


def _has_password(content: bytes) -> bool:
    found = (str(match[1] or match[2], "utf-8", "replace") for match in PASSWORD.finditer(content))
    return not all(map(secrets.is_made_up, found))


def _is_filled(value: object) -> bool:
    text = str(value or "")
    return bool(text) and not secrets.is_made_up(text)
