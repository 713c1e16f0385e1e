"""What of a repository is not the product itself; each rule leaves out one of these sets, by what it is about."""

from scaffold.formats.regex import regex

# Where nobody is asked why a tool is told to look away: people here did not write it.
NOT_WRITTEN_HERE = ("node_modules/", "vendor/", "third_party/", "*.min.js", "/dist/")
TESTS = {
    "python": ("test_*.py", "*_test.py", "tests.py"),
    "typescript": ("*.test.*", "*.spec.*", "/test/**", "/tests/**", "__tests__/"),
    "go": ("*_test.go",),
}

# The same by a path alone, for what reads millions of them: no user of the service ever reaches it.
_ASIDE = regex(
    r"(?:^|/)(?:tests?|__tests__|testdata|test-data|testing|fixtures|__fixtures__|specs?|e2e|mocks?|__mocks__|examples?"
    r"|samples?|playgrounds?|docs?|benchmarks?)/"
    r"|(?:^|/)(?:test_[^/]*|conftest)\.py$|_test\.(?:go|py)$|\.(?:test|spec|stories)\.[cm]?[jt]sx?$"
    r"|(?:Tests?|IT)\.(?:java|kt)$"
)
_FOREIGN = regex(
    r"(?:^|/)(?:vendor|node_modules|third_party|\.?venv|site-packages|dist|\.tools)/|\.min\.js$|\.pb\.go$|_pb2(?:_grpc)?\.py$"
)
_WORKSHOP = regex(r"^(?:\.github|\.devcontainer|hack)/")  # where CI and developers have images of their own
_TEMPLATE = regex(r"(?:^|/)templates/|\{\{")


def is_aside(path: str) -> bool:
    """Whether a file is a test, an example or documentation, by where it is and what it is called."""
    return _ASIDE.search(path) is not None


def is_foreign(path: str) -> bool:
    """Whether a file was brought in or made by a tool."""
    return _FOREIGN.search(path) is not None


def is_product(path: str) -> bool:
    """Whether what a file depends on, or builds, is part of the product: no template of another repository is."""
    return not is_aside(path) and not is_foreign(path) and _TEMPLATE.search(path) is None


def is_delivered(path: str) -> bool:
    """Whether an image, or what it is made by, goes to those who use the product, and not to those who work on it."""
    return is_product(path) and _WORKSHOP.search(path) is None
