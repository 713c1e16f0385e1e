"""Rules on architecture: the layers, what keeps them, and what is written down of it."""

from collections.abc import Iterator

from scaffold.formats.regex import regex
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers import layer_gates, layers
from scaffold.guard.readers.layer_gates import CANARY, MANIFESTS
from scaffold.guard.readers.layers import Asked, Code
from scaffold.guard.readers.run_by_ci import run_by_ci
from scaffold.guard.rule import NotApplicable


def _codes(look: Look) -> list[Code]:
    """Return the code of each language that keeps to layers."""
    asked = Asked._make(map(look.parameters.get, Asked._fields))
    files = layers.product_files(look, look.parameters["besides"])
    codes = [layers.code_of(look, language, paths, asked) for language, paths in files.items()]
    return [code for code in codes if code.roots]


def layer_rule(look: Look) -> Iterator[Found]:
    """Look for the tool, what it is told, its canary, and whether CI runs it."""
    codes = _codes(look)
    if not codes:
        yield _without_layers(look)
    for code in codes:
        gate, found = layer_gates.gate_of(code)
        yield from found
        if gate is None:
            continue
        if not layer_gates.has_canary(code, gate):
            yield Found(
                f"no test plants a {CANARY} to prove that {gate.name} fails",
                MANIFESTS[code.language],
                fix=f"Write a test that plants a mistake called {CANARY} and lets {gate.name} find it.",
            )
        if not any(gate.is_run_by(command) for command in run_by_ci(look)):
            fix = "Call it from the target that CI runs."
            yield Found(f"nothing that CI runs calls {gate.name}", MANIFESTS[code.language], fix=fix)


def _without_layers(look: Look) -> Found:
    """Return that the code keeps no layers; raises NotApplicable where there is none to keep them."""
    files = layers.product_files(look, look.parameters["besides"])
    manifest = next((path for language, path in MANIFESTS.items() if language in files and path in look), None)
    if manifest is None:
        raise NotApplicable("there is no code that layers are known of")
    return Found(f"the code has no layers: no folder holds two of {', '.join(look.parameters['layers'])}", manifest)


def forbidden_imports(look: Look) -> Iterator[Found]:
    """Follow every import of every layer."""
    codes = _codes(look)
    if not codes:
        raise NotApplicable(f"no folder holds two of the layers {', '.join(look.parameters['layers'])}")
    for code in codes:
        for path, edge, wrong in layers.breaches(code):
            yield Found(wrong, path, edge.line)


_DATE = regex(r"\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b")
_STATUS = regex(r"(?im)^[#>*|\- \t]*status\b[\s:*|#-]*(\w+)")
_DECISION = regex(r"(?:^|/)(\d{1,5})[-_][^/]+\.(?:md|adoc|rst)$")


def documents(look: Look) -> Iterator[Found]:
    """Look for the documents, the status of each decision, and the date of what ages."""
    for pattern in look.parameters["documents"]:
        texts = [text for _, text in look.texts(pattern)]
        if not any(_says_something(text) for text in texts):
            shown = pattern.removeprefix("/")
            missing = "there is no" if not texts else "nothing but a title is in"
            yield Found(f"{missing} {shown}", shown.partition("*")[0].rstrip("/") or None)
    numbers: dict[str, str] = {}
    for path, text in look.texts(*look.parameters["decisions"]):
        number = _DECISION.search(path)
        if number is None:  # an index, or a template
            continue
        if not _STATUS.search(text):
            yield Found("the decision does not say its status: proposed, accepted or replaced", path, 1)
        other = numbers.setdefault(number[1].lstrip("0"), path)
        if other != path:
            yield Found(f"the decision has the number of {other}", path)
    for path, text in look.texts(*look.parameters["dated"]):
        if not _DATE.search(text):
            yield Found("the document has no date such as 2027-01-31, so nobody knows whether it still holds", path, 1)


def _says_something(text: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith(("#", "<!--")) for line in text.splitlines())
