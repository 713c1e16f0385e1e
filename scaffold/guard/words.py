"""The words of a text, each once: what is not among them need not be looked for in the text itself."""

from scaffold.guard.kept import Kept

LINES = b"_-"
SMALL = bytes(range(256)).lower()
_LETTERS = bytes(byte if chr(byte).isascii() and chr(byte).isalnum() else 32 for byte in SMALL)
_WORDS: Kept[bytes] = Kept(30_000_000)


def small(text: bytes) -> bytes:
    """Return a text in small letters and without the lines in it: `SSL_VERIFY` and `ssl-verify` are one."""
    return text.translate(SMALL, LINES)


def words(content: bytes) -> bytes:
    """Return all words of letters and digits, made small, with a blank before each and behind the last."""
    return _WORDS.get(content, lambda: b" %b " % b" ".join(frozenset(content.translate(_LETTERS, LINES).split())))
