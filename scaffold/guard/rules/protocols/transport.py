"""The rule on transport: certificates are verified, TLS is of today, and what leaves the machine is encrypted."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_aside, is_foreign
from scaffold.guard.readers.scan import without_comments
from scaffold.guard.readers.scripts import Script, in_files, in_images, in_makefiles, in_workflows
from scaffold.guard.readers.shell import Command
from scaffold.guard.readers.sources import (
    assignments,
    breaches,
    calls,
    code,
    dotted,
    flavour_of,
    holding,
    is_far,
    keywords,
    numbered,
    pattern,
    value_of,
)
from scaffold.guard.rule import NotApplicable

SCRIPTS = (
    "*.sh", "*.bash", "*.mk", "Makefile", "Makefile.local", "Dockerfile", "Dockerfile.*", "*.Dockerfile",
    "Containerfile", "/.github/workflows/*.yml", "/.github/workflows/*.yaml", "action.yml", "action.yaml",
    "/.gitlab-ci.yml", "Jenkinsfile", "justfile", "Taskfile.yml", "docker-compose*.yml", "docker-compose*.yaml",
    "compose*.yml", "compose*.yaml", "package.json", ".npmrc", "pip.conf",
)  # fmt: skip
SETTINGS = (
    ".env", ".env.*", "*.env", "application*.yml", "application*.yaml", "application*.properties",
    "config.yml", "config.yaml", "config.json", "config.toml", "settings.yml", "settings.yaml", "settings.json",
    "settings.toml", "/config/**", "docker-compose*.yml", "docker-compose*.yaml", "compose*.yml", "compose*.yaml",
    "deploy/**/*.yml", "deploy/**/*.yaml", "k8s/**/*.yml", "k8s/**/*.yaml", "manifests/**/*.yml",
    "manifests/**/*.yaml", "Dockerfile", "Dockerfile.*", "*.Dockerfile",
)  # fmt: skip
UNVERIFIED = "certificates are not verified here: {0}"
OLD = "TLS older than 1.2 is allowed here: {0}"
PLAIN = "plain HTTP goes to {0}"

GO = (
    pattern("InsecureSkipVerify", r"\b(InsecureSkipVerify)\s*[:=]\s*true\b", UNVERIFIED),
    pattern("MinVersion", r"\bMinVersion\s*[:=]\s*(?:\w+\.)?Version(SSL30|TLS10|TLS11)\b", OLD),
)
NODE = (
    pattern("rejectUnauthorized", r"\b(rejectUnauthorized)[\"']?\s*[:=]\s*false\b", UNVERIFIED, code=False),
    pattern(
        "NODE_TLS_REJECT_UNAUTHORIZED",
        r"\b(NODE_TLS_REJECT_UNAUTHORIZED)[\"']?\]?\s*[:=]\s*[\"'`]?0\b",
        UNVERIFIED,
        code=False,
    ),
    pattern("strictSSL", r"\b(strictSSL)[\"']?\s*[:=]\s*false\b", UNVERIFIED),
    pattern("minVersion", r"\bminVersion[\"']?\s*[:=]\s*[\"'`](TLSv1(?:\.1)?)[\"'`]", OLD, code=False),
    pattern("secureProtocol", r"\bsecureProtocol\s*[:=]\s*[\"'`]((?:SSLv\w+|TLSv1(?:_1)?)_method)", OLD, code=False),
)
JAVA = (
    pattern(
        "checkServerTrusted",
        r"\b(checkServerTrusted)\s{0,9}\([^)]{0,300}\)\s{0,99}(?:throws\s[\w.,\s]{1,200})?\{\s{0,200}(?:return\s?;\s{0,99})?\}",
        UNVERIFIED,
    ),
    pattern("NoopHostnameVerifier", r"\b(NoopHostnameVerifier)\s*\.", UNVERIFIED),
    pattern("TrustAllStrategy", r"\b(TrustAllStrategy)\s*[.(]", UNVERIFIED),
    pattern("ALLOW_ALL_HOSTNAME_VERIFIER", r"\b(ALLOW_ALL_HOSTNAME_VERIFIER)\b", UNVERIFIED),
    pattern("InsecureTrustManagerFactory", r"\b(InsecureTrustManagerFactory)\s*\.", UNVERIFIED),
    pattern(
        "ostnameVerifier",
        r"\b([sS]?e?t?[hH]ostnameVerifier)\s{0,9}\(\s{0,9}\([^)]{0,99}\)\s{0,9}->\s{0,9}true\b",
        UNVERIFIED,
    ),
    pattern("SSLContext", r"\bSSLContext\.getInstance\(\s{0,9}\"(SSL|SSLv\d|TLSv1|TLSv1\.1)\"", OLD, code=False),
)
LIKE_C = {
    ("go",): GO,
    ("typescript", "javascript"): NODE,
    ("java", "kotlin"): JAVA,
}
WHO = r"(?:[^/\"'`@\s]{1,200}@)?"  # a name and a password in an address
SENT = re.compile(
    r"(?:\b(?:fetch|axios(?:\.\w{1,9})?|got(?:\.\w{1,9})?|http\.(?:Get|Post|PostForm|Head)|URI\.create"
    r"|(?:RestClient|WebClient)\.create|baseUrl)\s{0,9}\(\s{0,99}"
    r"|\bNewRequest(?:WithContext)?\(\s{0,99}(?:[\w.]{1,40},\s{0,99}){1,2}"
    r"|\b\w{0,60}(?:[uU]rl|URL|[eE]ndpoint|ENDPOINT)\s{0,9}(?::\s{0,9}string\s{0,9})?(?::?=|:)\s{0,99})"
    rf"[\"'`]http://{WHO}([^/\"'`:?#$@{{}}\s]{{1,200}})"
)
SET = re.compile(
    r"^[ \t]{0,99}(?:export[ \t]{1,9}|ENV[ \t]{1,9}|-[ \t]{1,9})?"
    r"[\"']?([\w.-]{0,60}(?:url|uri|endpoint|issuer))[\"']?\s{0,9}[:=]\s{0,9}[\"']?"
    rf"http://{WHO}([^/\"'`:?#$@{{}}\s<>]{{1,200}})",
    re.IGNORECASE | re.MULTILINE,
)
NAMED_VALUE = re.compile(
    r"name:\s{0,9}[\"']?\w{0,60}(?:URL|URI|ENDPOINT|ISSUER)[\"']?\s{0,9}\n\s{0,99}value:\s{0,9}[\"']?"
    rf"http://{WHO}([^/\"'`:?#$@{{}}\s<>]{{1,200}})"
)
ASKS = frozenset(
    ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "send", "urlopen", "Request")
)
CLIENTS = ASKS | {"Client", "AsyncClient", "Session", "client", "resource", "HTTPTransport", "AsyncHTTPTransport"}
CLIENT = re.compile(r"session|client|requests|http|^s$", re.IGNORECASE)
SWITCHES = frozenset(("verify_ssl", "ssl_verify", "verify_certs", "tls_verify", "verify_tls"))
NEVER_FALSE = SWITCHES | {"check_hostname", "assert_hostname"}
OLD_VERSIONS = frozenset(("SSLv2", "SSLv3", "TLSv1", "TLSv1_1", "MINIMUM_SUPPORTED"))
OLD_PROTOCOLS = frozenset(f"PROTOCOL_{name}" for name in ("SSLv2", "SSLv3", "TLSv1", "TLSv1_1"))
ADDRESS = re.compile(r"(?:^|_)(?:url|uri|endpoint)$", re.IGNORECASE)
HTTP = re.compile(rf"http://{WHO}([^/:?#@\s]{{1,200}})(?=[/:?#]|$)")
BEGINS = re.compile(rf"http://{WHO}([^/:?#@\s]{{1,200}})[/:?#]")


def transport(look: Look) -> Iterator[Found]:
    """Look at clients and servers in code, at commands in scripts, and at addresses in settings."""
    sources = (code(look, "python"), *(code(look, *languages) for languages in LIKE_C))
    scripts, settings = _own(look, SCRIPTS), _own(look, SETTINGS)
    if not any((*sources, scripts, settings)):
        raise NotApplicable("there is no code here in a language that is looked into")
    for_python = (
        b"verify",
        b"VERIFY",
        b"CERT_NONE",
        b"hostname",
        b"ssl",
        b"http://",
        b"tlsAllowInvalid",
        b"TCPConnector",
    )
    for path in holding(look, sources[0], *for_python):
        if (tree := look.python(path)) is not None:
            yield from (Found(message, path, line) for line, message in sorted(set(_python(tree))))
    for languages, patterns in LIKE_C.items():
        needles = (b"http://", *(one.needle.encode() for one in patterns))
        for path in holding(look, code(look, *languages), *needles):
            if (text := look.text(path)) is not None:
                yield from (Found(message, path, line) for line, message in breaches(text, flavour_of(path), patterns))
                yield from _sent(text, path)
    yield from _in_scripts(look, scripts)
    yield from _in_settings(look, settings)


def _own(look: Look, patterns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path for path in look.paths(*patterns) if not is_aside(path) and not is_foreign(path))


def _python(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and message of what is wrong in Python."""
    nodes = list(ast.walk(tree))
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    serves = any(node.attr in ("PROTOCOL_TLS_SERVER", "CLIENT_AUTH") for node in attributes)
    for call in calls(nodes):
        yield from _call(call)
    for target, value in assignments(nodes):
        name = dotted(target)
        if isinstance(target, ast.Attribute):
            yield from ((target.lineno, message) for message in _set(target, value, serves=serves))
        if name.rpartition(".")[2].lower() in SWITCHES and _is_off(value):
            yield target.lineno, UNVERIFIED.format(f"{name.rpartition('.')[2]} = False")
        if ADDRESS.search(name) and (host := _plain(value)):
            yield target.lineno, PLAIN.format(host)
    for node in attributes:
        if node.attr == "_create_unverified_context":
            yield node.lineno, UNVERIFIED.format(node.attr)


def _is_off(value: ast.expr) -> bool:
    """Whether a value is False or 0; None leaves it to the library, which then verifies."""
    literal = value_of(value)
    return isinstance(literal, int) and not literal


def _call(call: ast.Call) -> Iterator[tuple[int, str]]:
    last = dotted(call.func).rpartition(".")[2]
    for name, value in keywords(call).items():
        literal = value_of(value)
        decides = name in NEVER_FALSE or (name == "verify" and last in CLIENTS)
        decides = decides or (name == "ssl" and last in ASKS | {"TCPConnector"})
        if decides and _is_off(value):
            yield value.lineno, UNVERIFIED.format(f"{name}=False")
        elif name.startswith("tlsAllowInvalid") and literal is True:
            yield value.lineno, UNVERIFIED.format(f"{name}=True")
        elif name == "cert_reqs" and (literal == "CERT_NONE" or dotted(value).endswith("CERT_NONE")):
            yield value.lineno, UNVERIFIED.format("cert_reqs=CERT_NONE")
        elif name == "minimum_version" and (old := _old(value)):
            yield value.lineno, OLD.format(old)
        elif name in ("base_url", "url", "endpoint", "endpoint_url", "issuer") and (host := _plain(value)):
            yield value.lineno, PLAIN.format(host)
    for value in (*call.args, *keywords(call).values()):
        protocol = dotted(value).rpartition(".")[2]
        if protocol in OLD_PROTOCOLS:
            yield value.lineno, OLD.format(protocol)
    if last in ASKS and (host := next(filter(None, map(_plain, call.args[:2])), "")):
        yield call.lineno, PLAIN.format(host)


def _set(target: ast.Attribute, value: ast.expr, *, serves: bool) -> Iterator[str]:
    """Yield what is wrong with an attribute that is set."""
    attribute = target.attr
    if attribute == "check_hostname" and _is_off(value) and not serves:
        yield UNVERIFIED.format("check_hostname = False")
    elif attribute == "verify_mode" and dotted(value).endswith("CERT_NONE") and not serves:
        yield UNVERIFIED.format("verify_mode = CERT_NONE")
    elif attribute == "verify" and _is_off(value) and CLIENT.search(ast.unparse(target.value)):
        yield UNVERIFIED.format("verify = False")
    elif attribute == "minimum_version" and (old := _old(value)):
        yield OLD.format(old)


def _old(value: ast.expr) -> str:
    last = dotted(value).rpartition(".")[2]
    return last if last in OLD_VERSIONS else ""


def _plain(value: ast.expr) -> str:
    """Return the host that a text of a program sends to without encryption, or nothing."""
    if isinstance(value, ast.JoinedStr) and value.values and len(value.values) > 1:
        first = value_of(value.values[0])
        match = BEGINS.match(first) if isinstance(first, str) else None
    else:
        literal = value_of(value)
        match = HTTP.match(literal) if isinstance(literal, str) else None
    return match[1] if match and is_far(match[1]) else ""


def _sent(text: str, path: str) -> Iterator[Found]:
    if "http://" in text:
        seen = without_comments(text, flavour_of(path))
        for line, match in numbered(seen, SENT.finditer(seen)):
            if is_far(match[1]):
                yield Found(PLAIN.format(match[1]), path, line)


TRUSTED = re.compile(r"--trusted-host(?:=.*)?|--allow-insecure-host(?:=.*)?")
LOOSE = {
    "curl": re.compile(r"-[fgijlLnNOpqRsSvZ0-9]*k[fgijlLnNoOpqRsSvZ0-9]*|--insecure|--proxy-insecure"),
    "wget": re.compile(r"--no-check-certificate"),
    "pip": TRUSTED,
    "uv": TRUSTED,
}
LISTS = (
    "/.gitlab-ci.yml", "Jenkinsfile", "justfile", "Taskfile.yml", "docker-compose*.yml", "docker-compose*.yaml",
    "compose*.yml", "compose*.yaml", "package.json",
)  # fmt: skip
IN_LIST = re.compile(
    r"""[ \t]*(?:-[ \t]+(?!name:)|sh[ \t(]+|"[\w:.-]{1,60}":[ \t]*|(?:command|test|cmd):[ \t]*)"""
    r"""["']?(.{1,2000}?)["']?[,)]*$"""
)
HERE = re.compile(r"https?://(?:localhost|127\.|\[::1\])")
VARIABLES = re.compile(
    r"\b(NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)\s{0,9}[=:]\s{0,9}[\"']?0\b"
    r"|\b(GIT_SSL_NO_VERIFY)\s{0,9}[=:]\s{0,9}[\"']?(?:1|true)\b|^\s{0,9}(strict-ssl)\s{0,9}=\s{0,9}false",
    re.MULTILINE,
)
NEEDLES = (
    b"curl",
    b"wget",
    b"sslVerify",
    b"trusted-host",
    b"skip-tls-verify",
    b"strict-ssl",
    b"_VERIFY",
    b"_UNAUTHORIZED",
    b"HTTPSVERIFY",
)


def _in_scripts(look: Look, paths: tuple[str, ...]) -> Iterator[Found]:
    """Look at the commands of scripts, and at variables that turn checks off."""
    holders = list(holding(look, paths, *NEEDLES))
    if not holders:
        return
    scripts = (*in_workflows(look), *in_makefiles(look), *in_images(look), *in_files(look))
    for script in (*scripts, *_lines(look, holders)):
        for line, command in script.commands() if script.path in holders else ():
            if what := _turned_off(command):
                yield Found(UNVERIFIED.format(what), script.path, line)
    for path in holders:
        text = re.sub(r"(?m)(?:^|[ \t])#[^\n]*", "", look.text(path) or "")
        for line, match in numbered(text, VARIABLES.finditer(text)):
            yield Found(UNVERIFIED.format(next(filter(None, match.groups()))), path, line)


def _lines(look: Look, holders: list[str]) -> Iterator[Script]:
    """Yield the lines of files that hold one command a line, as lists of a pipeline or scripts of a package."""
    for path in look.paths(*LISTS):
        for number, line in enumerate((look.text(path) or "").splitlines() if path in holders else (), start=1):
            match = IN_LIST.match(line)
            if match:
                yield Script(path, number, match[1])


def _turned_off(command: Command) -> str:
    """Return what turns the check off in a command, or nothing."""
    words = command.words[1:]
    if any(HERE.search(word) for word in words):
        return ""
    off = LOOSE.get(command.program)
    loose = next((word for word in words if off.fullmatch(word)), None) if off else None
    if loose:
        return f"{command.program} {loose.partition('=')[0]}"
    for word, following in pairwise((*words, "")):
        if word.startswith("http.sslVerify") and command.program == "git" and "false" in (word + following).lower():
            return "http.sslVerify=false"
        if word.startswith("--insecure-skip-tls-verify") and not word.endswith("=false"):
            return "--insecure-skip-tls-verify"
        if word == "strict-ssl" and following == "false":
            return "strict-ssl false"
    return ""


def _in_settings(look: Look, paths: tuple[str, ...]) -> Iterator[Found]:
    for path in holding(look, paths, b"http://"):
        text = look.text(path) or ""
        found = [(line, match[2]) for line, match in numbered(text, SET.finditer(text))]
        found += [(line + 1, match[1]) for line, match in numbered(text, NAMED_VALUE.finditer(text))]
        for line, host in sorted(found):
            if is_far(host):
                yield Found(PLAIN.format(host), path, line)
