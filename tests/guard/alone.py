"""One file, or a few, checked by one rule, and nothing else around them."""

from typing import Any

from tests.guard.service import Service, stamped

LOCK = ".scaffold/lock.json"


def found(rule: str, files: dict[str, str | bytes], **parameters: Any) -> list[str]:
    """What a rule finds, each as `path:line message`; what it cannot tell begins with `unknown`."""
    contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    verdict = Service({LOCK: stamped().files[LOCK], **contents}, {}).verdict(rule, **parameters)
    return [
        f"{'unknown ' if one.state == 'unknown' else ''}{one.path}:{one.line} {one.message}" for one in verdict.findings
    ]


def state(rule: str, files: dict[str, str | bytes], **parameters: Any) -> str:
    """How a rule comes out."""
    contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    return Service({LOCK: stamped().files[LOCK], **contents}, {}).verdict(rule, **parameters).state
