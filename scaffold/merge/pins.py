"""Two pins of one thing: the newer of both, where it is certain that nothing else differs."""

import re

from packaging.version import InvalidVersion, Version

_SUFFIX = r"(?:[-.]?(?:a|b|c|rc|alpha|beta|dev|post|pre)[-.]?\d+)*(?![\w.]*\w)"
_NUMBERS = rf"\d+(?:\.\d+)*{_SUFFIX}"
# A number is a version where something says so: an operator that asks for it or more, an @ or a tag's colon before it,
# a v, or three parts. Four parts may be an address, and a bare 30 or 1.5 anything. Upper bounds are no pins, nor is
# the end of a range.
_VERSION = re.compile(
    rf"(?<![<>=~!^])(?:[@^~]|===?|~=|>=?)\s*+(v?{_NUMBERS})"
    rf"|(?<=\w):(\d+\.{_NUMBERS})"
    rf"|(?<![<!]=)(?<![<!]=\s)(?<!<\s)(?<!\s-\s)(?<![\w.<])(v{_NUMBERS}|\d+\.\d+\.\d+{_SUFFIX})"
)
_WHOLE = re.compile(rf"['\"]?(v?\d+\.{_NUMBERS})['\"]?")
_LONGEST = 1000  # characters of text in which somebody would look for a pin
_OWN = re.compile(r"[ \t]{0,2}\{?(?:__version__|[\"']?version[\"']?)\s*[=:]")
_COMMIT = re.compile(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])")


def newer(base: str | None, ours: str, theirs: str) -> str | None:
    """Return the side with the newer pins, or None where that is not certain.

    All three are the same text but for versions (and the ids of commits, where a version stands beside them). Neither
    side may be older than the base, and where there are several versions, one side has the newer one each time.
    """
    texts = [text for text in (base, ours, theirs) if text is not None]
    if max(map(len, texts)) > _LONGEST:
        return None
    found = [_versions(text) for text in texts]
    if any(versions is None for versions in found):
        return None
    frames = {_frame(text) for text in texts}
    numbers = [versions for versions in found if versions is not None]
    if len(frames) != 1 or not numbers[0] or len({len(side) for side in numbers}) != 1:
        return None
    mine, new = numbers[-2], numbers[-1]
    if base is not None and any(a < b for side in (mine, new) for a, b in zip(side, numbers[0], strict=True)):
        return None
    if any(max(a, b).is_prerelease > min(a, b).is_prerelease for a, b in zip(mine, new, strict=True)):
        return None
    if mine == new and base is None and _COMMIT.search(ours) is None:
        return theirs  # the same version, as the blueprint spells it
    if all(a >= b for a, b in zip(mine, new, strict=True)):
        return ours if mine != new or _COMMIT.search(ours) is None else None
    return theirs if all(a <= b for a, b in zip(mine, new, strict=True)) else None


_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(\[[^\]]*\])?(\s*[^;\[\]@]*?)(\s*;.*)?")


def is_own(line: str) -> bool:
    """Whether a line says which version the project itself has: its release, and no pin."""
    return _OWN.match(line) is not None


def merge_requirement(base: str, ours: str, theirs: str) -> str | None:
    """Merge a dependency by its parts (PEP 508): extras, versions and marker; None where one of them is uncertain."""
    found = [_REQUIREMENT.fullmatch(text) for text in (base, ours, theirs)]
    if any(match is None for match in found):
        return None
    merged = []
    for old, mine, new in zip(*([part or "" for part in match.groups()] for match in found if match), strict=True):
        part = new if mine == old else mine if new in (old, mine) else newer(old, mine, new)
        if part is None:
            return None
        merged.append(part)
    return "".join(merged)


def _versions(text: str) -> list[Version] | None:
    """Return the versions of a text in order, or None where one cannot be read."""
    try:
        return [Version(text[slice(*span)]) for span in _spans(text)]
    except InvalidVersion:
        return None


def _spans(text: str) -> list[tuple[int, int]]:
    whole = _WHOLE.fullmatch(text)
    if whole is not None and text.count(".") < 3:  # noqa: PLR2004 - four parts may be an address
        return [whole.span(1)]
    return [match.span(match.lastindex or 0) for match in _VERSION.finditer(text)]


def _frame(text: str) -> str:
    """Return the text without its versions and commits, and without what quotes and spaces may differ in."""
    for start, end in reversed(_spans(text)):
        text = f"{text[:start]}\0{text[end:]}"
    return re.sub(r"\s+|['\"]", "", _COMMIT.sub("\1", text))
