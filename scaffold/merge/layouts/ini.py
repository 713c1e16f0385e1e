"""INI taken apart as Python's configparser reads it: sections, options, and options that list something."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from scaffold.errors import FormatError
from scaffold.merge.layout import Branch, Entry, Leaf
from scaffold.merge.layouts.brackets import no_key_twice

_lines = re.compile(r"[^\n]*+\n|[^\n]++").findall
_section = re.compile(r"\s*\[(.+)\]").match
_option = re.compile(r"\s*([^\s=:][^=:]*+)[=:]").match


@dataclass(slots=True)
class _Option:
    """An option being read: its first line, cut after the sign, and the lines that continue it, each with its lead."""

    lead: str
    name: str
    head: str
    rest: str
    more: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Section:
    """A section being read; options before the first header stand in one without a name."""

    lead: str = ""
    name: str = ""
    head: str = ""
    options: list[_Option] = field(default_factory=list)


def layout(text: str) -> Branch:
    """Take a document apart; raises FormatError where it cannot be."""
    (top, *sections), closing = _sections(text)
    entries = [_entry(option) for option in top.options]
    for section in sections:
        options = Branch("mapping", "", _once([_entry(option) for option in section.options]), "")
        entries.append(Entry(section.name, section.lead, section.head, options, "", ""))
    return Branch("mapping", "", _once(entries), closing)


def values(text: str) -> dict[str, Any]:
    """Return sections of options, and options before the first section; raises FormatError where it is not valid.

    What is set in `DEFAULT` is not inherited: it counts once, where it is written.
    """
    from configparser import Error, RawConfigParser

    class Parser(RawConfigParser):
        def optionxform(self, optionstr: str) -> str:
            return optionstr

    parser = Parser(strict=True, interpolation=None, default_section="\0default")
    try:
        parser.read_string(f"[\0]\n{text}")
        sections = {name: {key: _plain(value) for key, value in parser.items(name)} for name in parser.sections()}
    except (Error, AttributeError) as error:
        raise FormatError(f"this is not valid INI: {' '.join(str(error).split())}") from error
    top = sections.pop("\0")
    if top.keys() & sections.keys():
        raise FormatError("a section of this INI file has the name of an option before it")
    return {**top, **sections}


def _plain(value: str) -> str | list[str]:
    return [line for line in value.split("\n") if line] if value.startswith("\n") else value


def _once(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    no_key_twice(entries, "INI file")
    return tuple(entries)


def _sections(text: str) -> tuple[list[_Section], str]:
    """Sort the lines as configparser does: whatever is indented deeper than an option continues it."""
    sections = [_Section()]
    option: _Option | None = None
    level, lead = 0, ""
    for number, line in enumerate(_lines(text), 1):
        bare = line.strip()
        if not bare or bare[0] in "#;":
            lead += line
            continue
        column = len(line) - len(line.lstrip())
        if option and column > level:
            option.more.append((lead, line))
        elif found := _section(line):
            level, option = column, None
            sections.append(_Section(lead, found[1], line))
        elif found := _option(line):
            level = column
            option = _Option(lead, found[1].rstrip(), found[0], line[found.end() :])
            sections[-1].options.append(option)
        else:
            raise FormatError(f"line {number} cannot be taken apart as INI")
        lead = ""
    return sections, lead


def _entry(option: _Option) -> Entry:
    bare = option.rest.strip()
    if option.more and not bare:
        items = Branch("list", option.rest, tuple(_item(*line) for line in option.more), "")
        return Entry(option.name, option.lead, option.head, items, "", "")
    text = option.rest + "".join(lead + line for lead, line in option.more)
    start = len(text) - len(text.lstrip()) if bare else 0
    end = max(len(text.rstrip()), start)
    return Entry(option.name, option.lead, option.head + text[:start], Leaf(text[start:end]), "", text[end:])


def _item(lead: str, line: str) -> Entry:
    start, end = len(line) - len(line.lstrip()), len(line.rstrip())
    return Entry("", lead, line[:start], Leaf(line[start:end]), "", line[end:])
