"""Rules on identity: the way of authentication that a blueprint declares is there, and tokens are checked whole."""

from collections.abc import Iterator

from scaffold.formats.regex import regex
from scaffold.guard.code.engine import holding, in_code, sources
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.serving import service
from scaffold.guard.rule import CannotTell, NotApplicable
from scaffold.guard.rules.protocols.routes import guards_others, open_routes

ASKS_FOR_CERTIFICATE = regex(
    r"client-auth\s?[:=]\s?[\"']?(?i:need)|\bspiffe\b|\bmode:\s?STRICT\b|linkerd\.io/inject|sidecar\.istio\.io/inject"
)
MODES = ("oidc", "mtls", "both", "none")
MANIFESTS = ("*.yml", "*.yaml", "*.properties")
READS = (b"jwt", b"jose", b"jsonwebtoken", b"go-oidc")


def authentication(look: Look) -> Iterator[Found]:
    """Look for what verifies callers, and for what makes routes ask for it."""
    auth = look.parameters["auth"]
    if auth not in MODES:
        raise CannotTell(f"`auth` must be one of {', '.join(MODES)}, and is {auth}")
    if auth == "none":
        raise NotApplicable("the blueprint declares no authentication")
    place = service(look)
    if auth in ("oidc", "both"):
        if not in_code(look, "verifies"):
            yield Found("the service is to know its callers by their tokens, and nothing verifies a token", *place)
        elif not (in_code(look, "wires") or in_code(look, "stands before all")):
            yield Found("tokens can be verified, and no route asks for one", *place)
        else:
            yield from in_code(look, "open")
            yield from _open_routes(look)
    if auth in ("mtls", "both") and not in_code(look, "certificates") and not _in_manifests(look):
        yield Found("the service is to know its callers by their certificates, and nothing asks for one", *place)


def _open_routes(look: Look) -> Iterator[Found]:
    """Look for routes that stand beside those that ask for a token."""
    paths = [path for path, flavour in sources(look).items() if flavour == "python"]
    trees = {path: look.python(path) for path in holding(look, paths, b"FastAPI", b"APIRouter")}
    elsewhere = any(tree is not None and guards_others(tree) for tree in trees.values())
    for path, tree in trees.items() if not in_code(look, "stands before all") else ():
        for line, route in open_routes(tree, elsewhere=elsewhere) if tree is not None else ():
            yield Found(f"the route {route} asks nobody who calls", path, line)


def _in_manifests(look: Look) -> bool:
    paths = holding(look, look.paths(*MANIFESTS), b"STRICT", b"client-auth", b"inject", b"spiffe")
    return any(ASKS_FOR_CERTIFICATE.search(look.text(path) or "") for path in paths)


def tokens(look: Look) -> Iterator[Found]:
    """Look at each call that reads a token."""
    found = in_code(look, "SP-03")
    if not found and not any(holding(look, sources(look), *READS)):
        raise NotApplicable("nothing here reads tokens")
    yield from found
