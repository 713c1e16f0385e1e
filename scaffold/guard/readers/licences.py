"""Licences: which one a text is, and whether what a manifest says is the same."""

import re

# What only this licence says, in the order in which they are to be asked: some quote others.
_TEXTS: tuple[tuple[str, str], ...] = (
    ("AGPL-3.0", r"gnu affero general public license"),
    ("LGPL-2.1", r"gnu lesser general public license\s+version 2\.1"),
    ("LGPL-3.0", r"gnu lesser general public license\s+version 3"),
    ("GPL-2.0", r"gnu general public license\s+version 2"),
    ("GPL-3.0", r"gnu general public license\s+version 3"),
    ("Apache-2.0", r"apache license,?\s+version 2\.0"),
    ("MPL-2.0", r"mozilla public license,?\s+v(?:ersion |\. ?)2\.0"),
    ("EPL-2.0", r"eclipse public license - v 2\.0"),
    ("EUPL-1.2", r"european union public licen[cs]e v\. ?1\.2"),
    ("Unlicense", r"this is free and unencumbered software released into the public domain"),
    ("CC0-1.0", r"cc0 1\.0 universal"),
    ("BSL-1.0", r"boost software license - version 1\.0"),
    ("BUSL-1.1", r"business source license 1\.1"),
    (
        "ISC",
        r"permission to use, copy, modify, and(?:/or)? distribute this software for any\s+purpose with or without fee",
    ),
    ("MIT", r"permission is hereby granted, free of charge, to any person obtaining a copy"),
    ("BSD-3-Clause", r"redistribution and use in source and binary forms.{0,900}neither the name"),
    ("BSD-2-Clause", r"redistribution and use in source and binary forms"),
)
_KNOWN = tuple((name, re.compile(text, re.DOTALL)) for name, text in _TEXTS)
_OF_WHOM = re.compile(r"all rights reserved|proprietary|confidential")
PROPRIETARY = "proprietary"
READ = 20_000  # characters of a licence that tell which it is

# Older ways to say it, in small letters and without all but letters and digits.
_SAID = {
    "apache": "Apache-2.0", "apache2": "Apache-2.0", "apache20": "Apache-2.0", "asl20": "Apache-2.0", "mit": "MIT",
    "isc": "ISC", "isciscl": "ISC", "bsd": "BSD-3-Clause", "bsd3": "BSD-3-Clause", "bsd3clause": "BSD-3-Clause",
    "newbsd": "BSD-3-Clause", "modifiedbsd": "BSD-3-Clause", "bsd2clause": "BSD-2-Clause", "bsd2": "BSD-2-Clause",
    "simplifiedbsd": "BSD-2-Clause", "mpl20": "MPL-2.0", "mozillapublic20mpl20": "MPL-2.0", "unlicensed": PROPRIETARY,
    "gplv2": "GPL-2.0", "gplv3": "GPL-3.0", "gpl3": "GPL-3.0", "agplv3": "AGPL-3.0", "lgplv3": "LGPL-3.0",
    "proprietary": PROPRIETARY, "otherproprietary": PROPRIETARY,
}  # fmt: skip
_NOISE = re.compile(r"\b(?:the|licen[cs]e|software|version)\b|[^a-z0-9]")
_ONLY = re.compile(r"(?:-only|-or-later|\+)$")


def of_text(text: str) -> str | None:
    """Return the licence that a text is, `proprietary` among them, or None where nobody knows it."""
    plain = re.sub(r"\s+", " ", text[:READ].lower())
    for name, known in _KNOWN:
        if known.search(plain):
            return name
    return PROPRIETARY if _OF_WHOM.search(plain) else None


def named(expression: str) -> frozenset[str]:
    """Return the licences that an SPDX expression, or an older way to say it, names."""
    whole = _SAID.get(_squashed(expression))
    if whole is not None:
        return frozenset({whole})
    words = re.split(r"[\s()]+", expression)
    names = [word for word in words if word and word.upper() not in ("OR", "AND", "WITH")]
    return frozenset(_plain(name) for name in names)


def _plain(name: str) -> str:
    if name.lower().startswith("licenseref-"):
        return PROPRIETARY
    return _SAID.get(_squashed(name), _ONLY.sub("", name))


def _squashed(name: str) -> str:
    return _NOISE.sub("", name.lower())
