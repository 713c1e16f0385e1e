"""The first line of a YAML file by which editors find its schema, and so complete and check it."""

import re

NAMED = re.compile(r"\A(\ufeff?)(# yaml-language-server: \$schema=.*\r?\n)?")


def naming(text: str, schema: str) -> str:
    """Return a text with a schema named in its first line, once; its line ends stay what they are."""
    end = "\r\n" if "\r\n" in text else "\n"
    return NAMED.sub(lambda found: f"{found[1]}# yaml-language-server: $schema={schema}{end}", text, count=1)
