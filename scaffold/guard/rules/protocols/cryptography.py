"""The rule on cryptography: what is broken is not used where it has to protect something."""

import ast
import re
from collections.abc import Iterator, Mapping

from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.scan import without_comments
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
from scaffold.guard.rule import NotApplicable

HASH = "{0} is broken as a hash"
CIPHER = "{0} is broken as a cipher"
GUESSED = "{0} can be guessed, and makes a secret here"
WEAK_HASHES = frozenset(("md4", "md5", "sha1", "sha-1"))
WEAK_CIPHERS = frozenset(
    ("ARC2", "ARC4", "Blowfish", "CAST", "CAST5", "DES", "DES3", "IDEA", "RC4", "SEED", "TripleDES", "XOR")
)
CIPHER_MODULES = ("Crypto.Cipher", "Cryptodome.Cipher")
PROTECTS = (
    r"(?:password|passwd|secret|api_?key|otp|nonce|csrf|session_?(?:id|key)"
    r"|(?:auth|access|refresh|reset|session|bearer)_?token)"
)
SECRET_NAME = re.compile(
    rf"(?:^|_){PROTECTS}s?$|^(?:generate|make|new|create|random)_(?:\w+_)?(?:token|salt)s?$", re.IGNORECASE
)
GUESSABLE = frozenset(
    ("random", "choice", "choices", "randint", "randrange", "getrandbits", "sample", "randbytes", "uniform")
)

NODE = (
    pattern("createHash", r"\bcreateHash\(\s{0,9}[\"'`]((?i:md4|md5|sha-?1))[\"'`]", HASH, code=False),
    pattern("createHmac", r"\bcreateHmac\(\s{0,9}[\"'`]((?i:md4|md5))[\"'`]", HASH, code=False),
    pattern(
        "createCipher",
        r"\bcreateCipher(?:iv)?\(\s{0,9}[\"'`]((?i:des|des3|des-[\w-]{1,20}|rc2|rc4|bf|blowfish|aes-?\d{3}-ecb))[\"'`]",
        CIPHER,
        code=False,
    ),
    pattern(
        "Math.random",
        rf"(?i:\b\w{{0,40}}{PROTECTS}s?)\s{{0,9}}(?::\s?string\s?)?[:=][^\n;]{{0,200}}\b(Math\.random)\(",
        GUESSED,
    ),
)
JAVA = (
    pattern("MessageDigest", r"\bMessageDigest\.getInstance\(\s{0,9}\"((?i:md2|md4|md5|sha-?1))\"", HASH, code=False),
    pattern("DigestUtils", r"\bDigestUtils\.(md5|sha1|sha)\w{0,20}\(", HASH),
    pattern(
        "Cipher",
        r"\bCipher\.getInstance\(\s{0,9}\"((?i:(?:des|desede|rc2|rc4|arcfour|blowfish)(?:/[\w/]{1,40})?|aes(?:/ecb/\w{1,30})?))\"",
        CIPHER,
        code=False,
    ),
    pattern("Random", rf"(?i:\b\w{{0,40}}{PROTECTS}s?)\s{{0,9}}=[^\n;]{{0,200}}\bnew\s(Random)\(", GUESSED),
)
GO_PACKAGES = {"crypto/md5": HASH, "crypto/sha1": HASH, "crypto/des": CIPHER, "crypto/rc4": CIPHER}
GO_IMPORT = re.compile(
    r"^[ \t]{0,20}(?:import[ \t]{1,9})?(?:([\w.]{1,40})[ \t]{1,9})?"
    r"\"(crypto/(?:md5|sha1|des|rc4)|math/rand(?:/v2)?)\"([^\n]{0,200})",
    re.MULTILINE,
)
GO_SECRET = re.compile(
    rf"\bfunc\s(?:\([^)\n]{{0,80}}\)\s)?(?i:(?:\w{{0,40}}{PROTECTS}|(?:generate|make|new|create|random)\w{{0,20}}(?:token|salt)))s?\("
)

GO_REACH = 3_000  # characters of a function that are looked into


def cryptography(look: Look) -> Iterator[Found]:
    """Look at what hashes, encrypts and makes secrets in code."""
    python, go = code(look, "python"), code(look, "go")
    node, java = code(look, "typescript", "javascript"), code(look, "java", "kotlin")
    if not (python or go or node or java):
        raise NotApplicable("there is no code here in a language that is looked into")
    for path in holding(look, python, b"hashlib", b"hashes", b"Crypto", b"ciphers", b"random"):
        if (tree := look.python(path)) is not None:
            yield from (Found(message, path, line) for line, message in sorted(set(_python(tree))))
    for paths, patterns in ((node, NODE), (java, JAVA)):
        for path in holding(look, paths, *(one.needle.encode() for one in patterns)):
            yield from (
                Found(message, path, line)
                for line, message in breaches(look.text(path) or "", flavour_of(path), patterns)
            )
    for path in holding(look, go, b'"crypto/', b'"math/rand'):
        yield from _go(look.text(path) or "", path)


def _python(tree: ast.Module) -> Iterator[tuple[int, str]]:
    imported: dict[str, str] = {}
    nodes = list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            imported |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            if node.module in CIPHER_MODULES:
                yield from ((node.lineno, CIPHER.format(a.name)) for a in node.names if a.name in WEAK_CIPHERS)
    for call in calls(nodes):
        yield from ((call.lineno, message) for message in _call(call, imported))
    for target, value in assignments(nodes):
        if SECRET_NAME.search(dotted(target).rpartition(".")[2]):
            yield from ((target.lineno, GUESSED.format(name)) for name in _guessable(value, imported))
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and SECRET_NAME.search(node.name):
            yield from ((node.lineno, GUESSED.format(name)) for name in _guessable(node, imported))


def _called(call: ast.Call, imported: Mapping[str, str]) -> str:
    """Return what is called, by its own name, whatever it is called here."""
    first, dot, rest = dotted(call.func).partition(".")
    return f"{imported.get(first, first)}{dot}{rest}"


def _call(call: ast.Call, imported: Mapping[str, str]) -> Iterator[str]:
    name = _called(call, imported)
    base, _, last = name.rpartition(".")
    if value_of(keywords(call).get("usedforsecurity")) is not False:
        if last in WEAK_HASHES and base == "hashlib":
            yield HASH.format(last)
        elif name == "hashlib.new" and call.args and str(value_of(call.args[0])).lower() in WEAK_HASHES:
            yield HASH.format(value_of(call.args[0]))
    if base.endswith("hashes") and last in ("MD5", "SHA1"):
        yield HASH.format(last)
    elif base.endswith("algorithms") and last in WEAK_CIPHERS:
        yield CIPHER.format(last)
    elif base.endswith("modes") and last == "ECB":
        yield CIPHER.format("ECB")
    for value in (*call.args, *keywords(call).values()):
        if dotted(value).endswith(".MODE_ECB"):
            yield CIPHER.format("ECB")


def _guessable(node: ast.AST, imported: Mapping[str, str]) -> set[str]:
    """Return what makes random numbers below a node that can be guessed."""
    found = set()
    for call in calls(ast.walk(node)):
        name = _called(call, imported)
        base, _, last = name.rpartition(".")
        if last in GUESSABLE and base == "random":
            found.add(name)
    return found


def _go(text: str, path: str) -> Iterator[Found]:
    """Look at what a Go file imports; it has no other way to say that a hash protects nothing than a comment."""
    seen = without_comments(text, "go")
    lines = text.split("\n")
    for line, match in numbered(seen, GO_IMPORT.finditer(seen)):
        if re.search(r"#nosec|nolint[^\n]{0,40}gosec", lines[line - 1]):
            continue
        if match[2] in GO_PACKAGES:
            yield Found(GO_PACKAGES[match[2]].format(match[2]), path, line)
        elif match[2].startswith("math/rand") and _makes_secrets(seen, match[1] or "rand"):
            yield Found(GUESSED.format(match[2]), path, line)


def _makes_secrets(seen: str, package: str) -> bool:
    """Whether a function whose name says that it makes a secret asks a package for random numbers."""
    bare = r"(?<![\w.])(?:Int|Read|Uint|Perm)\w{0,9}\("
    asks = re.compile(bare if package == "." else rf"(?<![\w.]){re.escape(package)}\.\w")
    for match in GO_SECRET.finditer(seen):
        end = seen.find("\n}", match.end(), match.end() + GO_REACH)
        if asks.search(seen, match.end(), end if end >= 0 else match.end() + GO_REACH):
            return True
    return False
