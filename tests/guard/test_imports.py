"""What a source imports, however it says so, and what only looks like it."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.guard.readers.imports import likely, module_of_go, of_go, of_python, of_script
from scaffold.guard.readers.scan import tokens, without_comments
from tests.kit import few, laws

SCRIPTS = [
    ('import "a"', ["a"]),
    ("import a from 'a'", ["a"]),
    ('import a, { b as c, type D } from "a"', ["a"]),
    ('import * as a from "a"', ["a"]),
    ('import type { A } from "a"', ["a"]),
    ('import { "an odd name" as b, from } from "a"', ["a"]),
    ('import {\n  b, // of "c"\n  d,\n} from "a"', ["a"]),
    ('import a = require("a")', ["a"]),
    ('import from from "a"', ["a"]),
    ('import a from "a" with { type: "json" }', ["a"]),
    ('export * from "a"', ["a"]),
    ('export * as b from "a"', ["a"]),
    ('export type { B } from "a"', ["a"]),
    ('export { b };\nimport "a"', ["a"]),
    ('const a = await import("a")', ["a"]),
    ("const a = import(/* webpackChunkName: 'b' */ `a`)", ["a"]),
    ('type A = typeof import("a")', ["a"]),
    ('const a = require("a"), b = require.resolve("b")', ["a", "b"]),
    ('const { a } = { ...require("a") }', ["a"]),
    ('`${require("a")} import "b" ${`${import("c")}`}`', ["a", "c"]),
    ('const r = /import "b"/.test(x) && /[/"]/g; import "a"', ["a"]),
    ('const x = a / b / c; import "a"', ["a"]),
    ('const x = "\\"; import \'b\'"; import "a"', ["a"]),
    ('if (x) {} /* import "b" */ import "a"', ["a"]),
    ('<p>Do not panic</p>\nimport "a"', ["a"]),
]
NO_SCRIPTS = [
    '// import "a"',
    '/* import a from "a" */',
    "/* never closed import 'a'",
    "'import \"a\"'",
    '`import "a"`',
    '`never closed import "a"',
    "import.meta.url",
    "import(name)",
    "import(`a${b}`)",
    'x.import("a"); x.require("a")',
    'export const from = "a"',
    'export default { from: "a" }',
    'export interface A { from: "a" }',
    "require(name)",
    'const r = /import "a"/',
    'important("a")',
    "",
]


@pytest.mark.parametrize(("source", "names"), SCRIPTS)
def test_scripts(source, names):
    assert [one.target for one in of_script(source)] == names


@pytest.mark.parametrize("source", NO_SCRIPTS)
def test_what_is_no_import_of_a_script(source):
    assert of_script(source) == ()


def test_lines_of_a_script():
    source = 'import "a";\n/*\n\n*/ import {\n b } from "b";\nconst s = `\n\n`; import("c")\n'
    assert [(one.target, one.line) for one in of_script(source)] == [("a", 1), ("b", 4), ("c", 8)]


GO = """// Package x "no"
package x

/*
#include "no.h"
*/
import "C"
import (
	a "one" // "no"
	_ `two`; . "three"
)
import b "example.org/four"

var s = `import "no"`
import "no"
"""


def test_go():
    found = [(one.target, one.line) for one in of_go(GO)]
    assert found == [("C", 7), ("one", 9), ("two", 10), ("three", 10), ("example.org/four", 12)]
    assert of_go("") == of_go("package x\n\nfunc main() {}\n") == ()


@pytest.mark.parametrize(
    ("written", "module"),
    [("module a/b\n", "a/b"), ('// module no\nmodule "a/b" // x\n', "a/b"), ("go 1.26\n", None), ("", None)],
)
def test_the_module_of_go(written, module):
    assert module_of_go(written) == module


PYTHON = """\
import a, b.c as d
from e import f, g
from . import h
from ..i.j import *
if TYPE_CHECKING:
    import k
def x():
    try:
        import l
    except ImportError:
        from m import n
    match x:
        case 1:
            import o
import importlib
p = importlib.import_module("q.r")
s = __import__("t")
u = importlib.import_module(name)
v = importlib.import_module(".w", __package__)
"import no"
"""


def test_python():
    found = {(one.target, one.line, one.level) for one in of_python(ast.parse(PYTHON), PYTHON.encode())}
    assert found == {
        ("a", 1, 0), ("b.c", 1, 0), ("e.f", 2, 0), ("e.g", 2, 0), ("h", 3, 1), ("i.j", 4, 2), ("k", 6, 0), ("l", 9, 0),
        ("m.n", 11, 0), ("o", 14, 0), ("importlib", 15, 0), ("q.r", 16, 0), ("t", 17, 0), ("w", 19, 1),
    }  # fmt: skip


def test_comments_are_blanked_where_they_stand():
    assert without_comments('a // b\n"// c" /* d\n*/ e') == 'a     \n"// c"     \n   e'


@few
@given(st.text(alphabet="import from\"'`/*\\\n(){}$[],;=.#ab", max_size=200))
def test_no_source_breaks_the_scanner(source):
    seen = list(tokens(source))
    assert [one.at for one in seen] == sorted(one.at for one in seen)
    assert all(one.line == source.count("\n", 0, one.at) + 1 for one in seen)
    of_script(source)
    of_go(source)


@pytest.mark.parametrize("piece", ["`", "/*", "\\'", "=/[", "${", "`${", "(", "import{", "import from ", '"\\', "a/"])
def test_what_strangers_send_is_read_once(piece):
    source = piece * 20_000
    assert sum(len(one.text) for one in tokens(source)) <= len(source)
    of_script(f"{source}import")
    of_go(f"package x\nimport({source}")


@pytest.mark.parametrize(
    ("source", "target", "level"),
    [
        ('import importlib as il\nil.import_module("fastapi")', "fastapi", 0),
        ('from importlib import import_module as im\nim("fastapi")', "fastapi", 0),
        ('from importlib import import_module\nimport_module(".adapters", "orders")', "orders.adapters", 0),
        ('import importlib\nimportlib.import_module("..a.b", "orders.domain")', "orders.a.b", 0),
        ('import importlib\nimportlib.import_module(".a")', "a", 1),
        ('import importlib\nimportlib.import_module(name="fastapi")', "fastapi", 0),
        ('import importlib\nimportlib.import_module(package="orders", name=".a")', "orders.a", 0),
        ('import builtins\nbuiltins.__import__("fastapi")', "fastapi", 0),
        ('import importlib\nNAME: str = "fastapi"\nimportlib.import_module(NAME)', "fastapi", 0),
        ('NAME = "fastapi"\n__import__(NAME)', "fastapi", 0),
    ],
)
def test_python_imports_by_name_whatever_that_is_called(source, target, level):
    last = list(of_python(ast.parse(source), source.encode()))[-1]
    assert (last.target, last.level, last.line) == (target, level, source.count("\n") + 1)


@pytest.mark.parametrize("call", ["other.import_module('a')", "import_module()", "import_module(*names)", "f()(1)"])
def test_python_that_imports_nothing_by_name(call):
    assert list(of_python(ast.parse(call), b"import_module")) == []


PLAIN = st.sampled_from([
    "import a", "import a.b as c, d . e", "from a import b, c as d", "from . import (\n  a,  # (b), c\n  d as e,\n)",
    "from.a.b import(c)", "if x: import y; from ..z import *", "from a \\\n  import b", "import \\\n a",
    "from ä import b", "from a import ä", "import importlib; importlib.import_module('a')", '"""\nimport a\n"""',
    "x = 1  # import a", "try:\n\timport a\nfinally: from b import c", "from a import (b,\\\nc)",
])  # fmt: skip


@laws
@given(st.lists(PLAIN, max_size=5), st.sampled_from(["", "\ufeff", "# coding: latin-1\n"]), st.sampled_from("\n\r"))
def test_law_what_looks_like_an_import_is_never_less_than_what_is_one(lines, head, end):
    text = head + "".join(line + "\n" for line in lines)
    source = text.replace("\n", end).encode("latin-1" if "latin" in head else "utf-8")
    there = {(one.target, one.level) for one in of_python(ast.parse(source), source)}
    found = likely(source)
    assert found is None or there <= {(one.target, one.level) for one in found}


def test_most_of_what_is_written_is_read_without_a_syntax_tree():
    text = b'"""Text.\n\nfrom the start (and on).\n"""\n\nfrom a.b import (\n    c,\n)\nimport d\n'
    assert [one.target for one in likely(text) or ()] == ["a.b.c", "d"]
    assert likely(b"import (\n") is None
