"""All that the pure sandbox gives a template, found by walking it; run as a module it prints what each expression gives."""

import json
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

from scaffold.errors import ScaffoldError
from scaffold.templating.sandbox import IMPURE, KNOWN, changing
from scaffold.templating.settled import bare
from scaffold.templating.templates import Templates

MOMENT = "('2020-02-03 04:05:06'|to_datetime)"
VALUES = (
    "'a b'", "'a'.encode()", "3", "1.5", "true", "none", "[1, 2]", "(1, 2)", "{'a': 1, 'b': [2]}", "range(3)", "p", "u",
    MOMENT, f"({MOMENT} - {MOMENT})", f"{MOMENT}.date()", f"{MOMENT}.time()", "('2020-01-01'|from_yaml)",
    "('2020-01-01T00:00:00+02:00'|from_yaml)", "('!!set {a, b, c}'|from_yaml)", "('x: !!set {a, b, c}'|from_yaml)",
    "joiner()", "cycler(1, 2)", "namespace(a=1)", "dict", "range", "joiner", "cycler", "namespace", "lipsum", "pathjoin",
    "f", "self", "self.b", "{'a': 1}.items()", "{'a': 1}.keys()", "([1]|map('string'))", "([1]|reverse)", "([1]|select)",
    "([1, 2]|batch(1))", "(['ab']|groupby(0))", "('a'|map('upper'))", "'a'.join", "[].append", "{}.get", "cycler(1).next",
)  # fmt: skip
ARGUMENTS = ("", "1", "'a'", "'%s'", "[1, 2]", MOMENT)
SHOWN = ("{{ V }}", "{{ [V] }}", "{{ V ~ '' }}", "{{ {'a': V} }}", "{{ V|string|md5 }}", "{{ '{}'.format(V) }}",
         "{{ '%s'|format(V) }}", "{% for x in V %}{{ x }},{% endfor %}", "{{ V|pprint }}", "{{ V|list }}")  # fmt: skip


def expressions() -> Iterator[str]:
    made = Templates({}, "")
    environment = made._environment
    given = {"p": PurePosixPath("a/b")}
    filters = sorted({*environment.filters, *KNOWN, *IMPURE})
    for value in VALUES:
        yield from (way.replace("V", value) for way in SHOWN)
        yield from (f"{{{{ {value}|{name} }}}}" for name in filters)
        yield from (f"{{{{ {value} is {name} }}}}" for name in environment.tests)
        seen = _value(environment, value, given)
        for name in dir(seen):
            yield f"{{{{ {value}.{name} }}}}"
            if not name.startswith("_") and callable(getattr(seen, name, None)):
                yield from (f"{{{{ {value}.{name}({argument}) }}}}" for argument in ARGUMENTS)


def _value(environment, value, given):
    kept = []
    environment.globals["keep"] = kept.append
    try:
        source = "{% macro f() %}{% endmacro %}{% block b %}{% endblock %}{{ keep(V) }}".replace("V", value)
        with changing():
            environment.from_string(source).render(given)
    except ScaffoldError:
        return None  # it cannot be had
    return bare(kept[0])


def said(expression: str) -> str:
    source = "{% macro f() %}x{% endmacro %}{% block b %}{% endblock %}" + expression
    try:
        return Templates({}, "").render_text(source, {"p": PurePosixPath("a/b")}, "here")
    except ScaffoldError as error:
        return type(error).__name__


if __name__ == "__main__":
    json.dump({expression: said(expression) for expression in expressions()}, sys.stdout)
