"""Rules on identity: the way of authentication that a blueprint declares is there, and tokens are checked whole."""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import islice

from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.scan import without_comments
from scaffold.guard.readers.serving import LANGUAGES, plain, service
from scaffold.guard.readers.sources import (
    assignments,
    breaches,
    calls,
    code,
    dotted,
    flavour_of,
    holding,
    keywords,
    numbered,
    pattern,
    value_of,
)
from scaffold.guard.rule import CannotTell, NotApplicable

VERIFIES = re.compile(
    r"\bjwt\.decode\(|\bjwt\.verify\(|\bjwtVerify\(|\bjwt\.Parse\w*\(|\.Verifier\(|\boauth2ResourceServer\b|\bJwtDecoder\b"
    r"|\bexpressjwt\(|\bJsonWebToken\(|\bJwtAuthenticator\b|\bintrospect\w*\(|\bvalidate_token\(|\bResourceProtector\("
    r"|@fastify/jwt|\bquarkus\.oidc\b|\bJWTBearer\b|\bOpenIdConnect\w*\("
)
WIRES = re.compile(
    r"\b(?:Depends|Security)\(\s{0,99}\w{0,60}(?i:auth|token|user|principal|caller|claims|scope|bearer|identity|verif)"
    r"|\badd_middleware\(\s{0,99}\w{0,60}(?i:auth|jwt|token|oidc)"
    r"|\b(?:addHook|use|register|preHandler|Use|With|Handle|HandleFunc)\b\W{1,40}[^\n]{0,120}(?i:auth|jwt|token|oidc)"
    r"|\b(?:oauth2ResourceServer|SecurityFilterChain|@PreAuthorize|@RolesAllowed|@Authenticated)\b"
    r"|@(?:login_required|requires_auth|require_\w{1,40}|jwt_required|authenticated)\b|\bpermission_classes\b"
)
ASKS_FOR_CERTIFICATE = re.compile(
    r"\bRequireAndVerifyClientCert\b|\brequestCert[\"']?\s?:\s?true|\bssl_cert_reqs\s?=[^\n]{0,40}CERT_REQUIRED"
    r"|\bverify_mode\s?=[^\n]{0,40}CERT_REQUIRED|client-auth\s?[:=]\s?[\"']?(?i:need)|\bspiffe\b|\bmode:\s?STRICT\b"
    r"|linkerd\.io/inject|sidecar\.istio\.io/inject"
)
MODES = ("oidc", "mtls", "both", "none")
MANIFESTS = ("*.yml", "*.yaml", "*.properties")


def authentication(look: Look) -> Iterator[Found]:
    """Look for what verifies callers, and for what makes routes ask for it."""
    auth = look.parameters["auth"]
    if auth not in MODES:
        raise CannotTell(f"`auth` must be one of {', '.join(MODES)}, and is {auth}")
    if auth == "none":
        raise NotApplicable("the blueprint declares no authentication")
    place = service(look)
    sources = [plain(path, look.text(path) or "") for path in code(look, *LANGUAGES)]
    if auth in ("oidc", "both"):
        if not any(map(VERIFIES.search, sources)):
            yield Found("the service is to know its callers by their tokens, and nothing verifies a token", *place)
        elif not any(map(WIRES.search, sources)):
            yield Found("tokens can be verified, and no route asks for one", *place)
    if auth in ("mtls", "both"):
        settings = [
            look.text(path) or ""
            for path in holding(look, look.paths(*MANIFESTS), b"STRICT", b"client-auth", b"inject", b"spiffe")
        ]
        if not any(map(ASKS_FOR_CERTIFICATE.search, (*sources, *settings))):
            yield Found("the service is to know its callers by their certificates, and nothing asks for one", *place)


NODE = (
    pattern("ignoreExpiration", r"\b(ignoreExpiration)\s?:\s?true\b", "the token may have expired: {0}"),
    pattern(
        "algorithms",
        r"\balgorithms\s?:\s?\[[^\]]{0,100}[\"'`]((?i:none)|HS\d{3})[\"'`]",
        "tokens may be signed with {0}",
        code=False,
    ),
)
GO = (
    pattern("ParseUnverified", r"\.(ParseUnverified)\(", "the token's signature is not verified: {0}"),
    pattern("UnsafeAllowNone", r"\b(UnsafeAllowNoneSignatureType)\b", "tokens may come without a signature: {0}"),
    pattern(
        "Skip",
        r"\b(SkipClientIDCheck|SkipIssuerCheck|SkipExpiryCheck|InsecureSkipSignatureCheck)\s{0,9}[:=]\s?true\b",
        "a token is not checked whole: {0}",
    ),
)
JAVA = (
    pattern(
        "parse",
        r"\.(parseClaimsJwt|parsePlaintextJwt|parseUnsecuredClaims|parseUnsecuredContent)\(",
        "the token's signature is not verified: {0}",
    ),
    pattern("unsecured", r"\.(unsecured)\(\)", "tokens may come without a signature: {0}"),
)
NODE_VERIFIES = re.compile(r"(?<![\w.])((?:jwt|jsonwebtoken|JWT)\.verify|jwtVerify)\(")
NODE_DECODES = re.compile(r"(?<![\w.])((?:jwt|jsonwebtoken|JWT)\.decode)\(")
GO_PARSES = re.compile(r"\bjwt\.(Parse|ParseWithClaims)\(")
TOKEN_AND_KEY = 2  # what comes first in a call that decodes
PARENTHESIS = re.compile(r"[()]")
MOST = 100  # findings of one file
REACH = 1_500  # characters of a call that is looked into


def tokens(look: Look) -> Iterator[Found]:
    """Look at each call that reads a token."""
    python = list(holding(look, code(look, "python"), b"jwt", b"jose"))
    node = list(holding(look, code(look, "typescript", "javascript"), b"jsonwebtoken", b"jose"))
    go = list(holding(look, code(look, "go"), b"/jwt", b"/go-oidc", b"jose"))
    java = list(holding(look, code(look, "java", "kotlin"), b"jsonwebtoken", b"jwt"))
    if not (python or node or go or java):
        raise NotApplicable("nothing here reads tokens")
    for path in python:
        if (tree := look.python(path)) is not None:
            yield from (Found(message, path, line) for line, message in _python(tree))
    for paths, patterns in ((node, NODE), (go, GO), (java, JAVA)):
        for path in paths:
            text = look.text(path) or ""
            found = [
                *breaches(text, flavour_of(path), patterns),
                *(islice(_node(text), MOST) if paths is node else _go(text) if paths is go else ()),
            ]
            yield from (Found(message, path, line) for line, message in sorted(found))


def _python(tree: ast.Module) -> Iterator[tuple[int, str]]:
    nodes = list(ast.walk(tree))
    libraries = {
        alias.asname or alias.name: getattr(node, "module", None) or alias.name
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    lists = {target.id: value for target, value in assignments(nodes) if isinstance(target, ast.Name)}
    for call in calls(nodes):
        base, _, last = dotted(call.func).rpartition(".")
        library = libraries.get(base or last, "").partition(".")[0]
        if last == "decode" and library in ("jwt", "jose") and len(call.args) + len(call.keywords) > 0:
            yield from ((call.lineno, message) for message in _decode(call, lists))
        elif (
            last == "decode"
            and library == "authlib"
            and "claims_options" not in keywords(call)
            and len(call.args) <= TOKEN_AND_KEY
        ):
            yield call.lineno, "decode checks neither the issuer nor the audience"


def _decode(call: ast.Call, lists: Mapping[str, ast.expr]) -> Iterator[str]:
    given = keywords(call)
    options = given.get("options")
    off = {
        str(value_of(key)).removeprefix("verify_")
        for key, value in (zip(options.keys, options.values, strict=True) if isinstance(options, ast.Dict) else ())
        if str(value_of(key)).startswith("verify_") and value_of(value) is False
    }
    if value_of(given.get("verify")) is False or "signature" in off:
        yield "decode does not verify the token's signature"
        return
    if off:
        yield f"decode leaves unchecked: {', '.join(sorted(off))}"
    if len(call.keywords) != len(given):
        return  # `**options`: what is in them, only the running program knows
    algorithms = given.get("algorithms") or (call.args[2] if len(call.args) > TOKEN_AND_KEY else None)
    if algorithms is None:
        yield "decode names no algorithms"
    else:
        yield from (f"decode accepts {name}" for name in _weak(algorithms, lists))
    lacks = [name for name in ("audience", "issuer") if name not in given and name[:3] not in off]
    if lacks and not (isinstance(options, ast.Name | ast.Attribute)):
        yield f"decode does not check the {' and the '.join(lacks)}"


def _weak(algorithms: ast.expr, lists: Mapping[str, ast.expr]) -> list[str]:
    if isinstance(algorithms, ast.Name):
        algorithms = lists.get(algorithms.id, algorithms)
    elements = algorithms.elts if isinstance(algorithms, ast.List | ast.Tuple | ast.Set) else [algorithms]
    named = [value_of(lists.get(one.id, one) if isinstance(one, ast.Name) else one) for one in elements]
    return [name for name in named if isinstance(name, str) and (name.lower() == "none" or name.startswith("HS"))]


def _node(text: str) -> Iterator[tuple[int, str]]:
    seen = without_comments(text, "script")
    for line, match in numbered(seen, NODE_VERIFIES.finditer(seen)):
        arguments = _arguments(seen, match.end())
        if "{" not in arguments and arguments.count(",") > 1:
            continue  # the options have a name, and stand elsewhere
        lacks = [name for name in ("algorithms", "issuer", "audience") if name not in arguments]
        if match[1] == "jwtVerify" and "algorithms" in lacks:
            lacks.remove("algorithms")  # jose takes them from the key
        if lacks and "..." not in arguments:
            yield line, f"{match[1]} does not check: {', '.join(lacks)}"
    if not NODE_VERIFIES.search(seen):
        for line, match in numbered(seen, NODE_DECODES.finditer(seen)):
            yield line, f"{match[1]} reads a token whose signature nobody verifies"


def _go(text: str) -> Iterator[tuple[int, str]]:
    seen = without_comments(text, "go")
    if re.search(r"WithValidMethods|\.Method\b|ValidMethods", seen):
        return
    for line, match in numbered(seen, GO_PARSES.finditer(seen)):
        yield line, f"jwt.{match[1]} names no algorithms"


def _arguments(text: str, start: int) -> str:
    """Return what stands between the parenthesis before `start` and the one that closes it."""
    depth = 1
    for match in PARENTHESIS.finditer(text, start, start + REACH):
        depth += 1 if match[0] == "(" else -1
        if not depth:
            return text[start : match.start()]
    return text[start : start + REACH]
