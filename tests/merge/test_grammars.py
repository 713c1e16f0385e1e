import random
import re
from types import MappingProxyType

import pytest

from scaffold.merge.budget import Unprovable
from scaffold.merge.code import grammars
from scaffold.merge.code.languages import language_of
from tests.merge.sides import merge, settled

pytest.importorskip("tree_sitter")

TYPESCRIPT = """\
import { a } from "a";
import b from "b";

// Says it.
export const NAME = "x";

export interface Shape {
  size: number;
  name?: string;
}

/** What it
 *
 * is.
 */
export class Circle implements Shape {
  size = 1;

  constructor(private readonly other: number) {}

  area(): number {
    const r = this.size;
    return r * r;
  }
}

export async function load(url: string): Promise<Shape> {
  const found = await fetch(url);
  return found.json();
}
"""
GO = """\
package main

import (
	"fmt"
	"os"
)

const limit = 3

type server struct {
	port int
}

// run runs.
func (s *server) run() error {
	fmt.Println(s.port)
	return nil
}

func main() {
	s := &server{port: limit}
	if err := s.run(); err != nil {
		os.Exit(1)
	}
}
"""
JAVA = """\
package a.b;

import java.util.List;
import java.util.Map;

/** Service. */
public class Service {
    private final int port = 1;

    public Service() {
    }

    @Override
    public String toString() {
        String found = "a  b";
        return found;
    }
}
"""
SHELL = """\
#!/bin/sh
set -eu

PORT=1

# Says it.
say() {
    echo "$1"
    echo done
}

say "a  b"
"""
FILES = MappingProxyType({"a.ts": TYPESCRIPT, "a.go": GO, "A.java": JAVA, "a.sh": SHELL})
# For each language, how a function, a line in one, and an import is added.
NEW = {
    "a.ts": ("\nexport function NAME(): number {\n  return 1;\n}\n", "  NAME();\n", 'import NAME from "NAME";\n'),
    "a.go": ("\nfunc NAME() int {\n\treturn 1\n}\n", "\tNAME()\n", '\t"NAME"\n'),
    "A.java": ("\n    int NAME() {\n        return 1;\n    }\n", "        NAME();\n", "import NAME;\n"),
    "a.sh": ("\nNAME() {\n    return 1\n}\n", "    NAME\n", "NAME=1\n"),
}
PLACES = {  # after which lines, by pattern
    "a.ts": (r"^}$", r"^  const", r"^import"),
    "a.go": (r"^}$", r"^\t(fmt|s :=)", r'^\t"'),
    "A.java": (r"^    }$", r"^        String", r"^import"),
    "a.sh": (r"^}$", r"^    echo", r"^PORT"),
}


def _block(path: str, text: str):
    return grammars._File(text, language_of(path)).block


@pytest.mark.parametrize("path", FILES)
def test_a_file_taken_apart_and_put_together_is_the_same(path):
    assert _block(path, FILES[path]).text == FILES[path]


@pytest.mark.parametrize(
    ("path", "ours", "theirs"),
    [
        ("a.ts", ('export const NAME = "x";', 'export const NAME = "y";'), ("// Says it.", "// Says more.\n// And this.")),
        ("a.ts", ("  size: number;", "  size: bigint;"), ("  name?: string;", "  name: string;")),
        ("a.ts", ("const r = this.size;", "const r = this.other;"), ("return r * r;", "return r * r * 3;")),
        ("a.go", ("const limit = 3", "const limit = 4"), ("type server struct {", "// server serves.\ntype server struct {")),
        ("a.go", ("\tfmt.Println(s.port)", "\tfmt.Print(s.port)"), ("\treturn nil", '\treturn fmt.Errorf("")')),
        ("A.java", ("    @Override\n", "    @Override\n    @Deprecated\n"), ('"a  b"', '"a b"')),
        ("a.sh", ('    echo "$1"', '    echo "$2"'), ("    echo done", "    echo gone")),
    ],
)  # fmt: skip
def test_neighbours_are_merged_one_by_one(path, ours, theirs):
    base = FILES[path]
    assert ours[0] in base
    assert theirs[0] in base
    wanted = base.replace(*ours).replace(*theirs)
    assert settled(path, base, base.replace(*ours), base.replace(*theirs)) == wanted


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs", "wanted"),
    [
        pytest.param(
            "A.java", "class A {\n    public int a() {\n        return 1;\n    }\n}\n",
            "class A {\n    @Deprecated\n    public int a() {\n        return 1;\n    }\n}\n",
            "class A {\n    public int a(int b) {\n        return 1;\n    }\n}\n",
            "class A {\n    @Deprecated\n    public int a(int b) {\n        return 1;\n    }\n}\n", id="an annotation",
        ),
        pytest.param(
            "A.java", "class A {\n}\n", "@B\nclass A {\n}\n", "class A extends C {\n}\n", "@B\nclass A extends C {\n}\n",
            id="an annotation of a class",
        ),
        pytest.param(
            "A.java", "@B\n@C\nclass A {\n}\n", "@B\nclass A {\n}\n", "@B(1)\n@C\nclass A {\n}\n", "@B(1)\nclass A {\n}\n",
            id="annotations",
        ),
        pytest.param(
            "a.go", "package a\n\nvar x = 1\n", 'package a\n\nvar x = 1\nvar y = "é"\n', "package a\n\nvar x = 1\nvar z = 3\n",
            'package a\n\nvar x = 1\nvar y = "é"\nvar z = 3\n', id="values at the top, with letters of any kind",
        ),
        pytest.param(
            "a.go", "package a\n\nvar x = 1\n", "package a\n\nvar x = 1\nvar y = f()\n", "package a\n\nvar x = 1\nvar z = g()\n",
            None, id="values that something is called for",
        ),
        pytest.param(
            "a.ts", "let x = 1;\n", "let x = 1;\nconst y = () => f();\n", "let x = 1;\nconst z = 2;\n",
            "let x = 1;\nconst y = () => f();\nconst z = 2;\n", id="a function as a value",
        ),
        pytest.param(
            "a.ts", "let x = 1;\n", "let x = 1;\nconst y = z;\n", "let x = 1;\nconst z = 2;\n", None, id="values that read each other",
        ),
        pytest.param(
            "a.ts", "/* é */ function f() {\n  const a = 1;\n  return a;\n}\n", "/* é */ function f() {\n  const a = 2;\n  return a;\n}\n",
            "/* é */ function f() {\n  const a = 1;\n  return a + 1;\n}\n", "/* é */ function f() {\n  const a = 2;\n  return a + 1;\n}\n",
            id="letters before a bracket",
        ),
    ],
)  # fmt: skip
def test_what_stands_before_and_beside_definitions(path, base, ours, theirs, wanted):
    assert settled(path, base, ours, theirs) == wanted


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs", "wanted"),
    [
        pytest.param(
            "a.go", "func f() {\n\tif a {\n\t\tb(1)\n\t\tc(1)\n\t} else {\n\t\td(1)\n\t\te(1)\n\t}\n}\n",
            "func f() {\n\tif a {\n\t\tb(2)\n\t\tc(1)\n\t} else {\n\t\td(2)\n\t\te(1)\n\t}\n}\n",
            "func f() {\n\tif a {\n\t\tb(1)\n\t\tc(2)\n\t} else {\n\t\td(1)\n\t\te(2)\n\t}\n}\n",
            "func f() {\n\tif a {\n\t\tb(2)\n\t\tc(2)\n\t} else {\n\t\td(2)\n\t\te(2)\n\t}\n}\n", id="what stands in a condition",
        ),
        pytest.param(
            "a.ts", "it('a', () => {\n  b(1);\n  c(1);\n});\n", "it('a', () => {\n  b(2);\n  c(1);\n});\n",
            "it('a', () => {\n  b(1);\n  c(2);\n});\n", "it('a', () => {\n  b(2);\n  c(2);\n});\n", id="in a function that is handed over",
        ),
        pytest.param(
            "a.sh", "if a; then\n  b 1\n  c 1\nelse\n  d 1\n  e 1\nfi\n", "if a; then\n  b 2\n  c 1\nelse\n  d 2\n  e 1\nfi\n",
            "if a; then\n  b 1\n  c 2\nelse\n  d 1\n  e 2\nfi\n", "if a; then\n  b 2\n  c 2\nelse\n  d 2\n  e 2\nfi\n",
            id="in a condition of shell",
        ),
        pytest.param(
            "a.go", 'func f() {\n\tc := s.Watch("a", 0)\n}\n', 'func f() {\n\tc := s.Watch("a", true, 0)\n}\n',
            'func f() {\n\tw := s.Watch("a", 0)\n}\n', 'func f() {\n\tw := s.Watch("a", true, 0)\n}\n',
            id="a name, and arguments",
        ),
        pytest.param(
            "a.go", "func f(a int, b any) {\n\tc()\n}\n", "func f(a int, b any, d bool) {\n\tc()\n}\n",
            "func f(a int, b error) {\n\tc()\n}\n", "func f(a int, b error, d bool) {\n\tc()\n}\n", id="a parameter beside another's type",
        ),
        pytest.param(
            "A.java", "class A {\n    void f() {\n        x.a(b);\n    }\n}\n", "class A {\n    void f() {\n        x.c(b);\n    }\n}\n",
            "class A {\n    void f() {\n        x.a(d);\n    }\n}\n", None, id="what is called, and its arguments",
        ),
        pytest.param(
            "a.ts", "f({\n  a: 1,\n});\n", "f({\n  a: 1,\n  b: 1,\n});\n", "f({\n  a: 2,\n});\n",
            "f({\n  a: 2,\n  b: 1,\n});\n", id="entries of an object",
        ),
        pytest.param(
            "a.ts", "const x = /a  b/;\nf(x, /a  b/, 1);\n", "const x = /a  b/;\nf(x, /a b/, 1);\n", "const x = /a  b/;\nf(x, /a  b/, 2);\n",
            None, id="what only the grammar can tell from a division",
        ),
        pytest.param(
            "a.ts", "import { a } from 'a';\nimport { z } from 'z';\n", "import { a, b } from 'a';\nimport { z } from 'z';\n",
            "import { a, c } from 'a';\nimport { z } from 'z';\n", "import { a, b, c } from 'a';\nimport { z } from 'z';\n", id="imported names",
        ),
        pytest.param(
            "A.java", "import a.A;\nimport a.D;\n\nclass X {\n}\n", "import a.A;\nimport a.B;\nimport a.E;\n\nclass X {\n}\n",
            "import a.A;\nimport a.B;\nimport a.D;\n\nclass X {\n}\n", "import a.A;\nimport a.B;\nimport a.E;\n\nclass X {\n}\n",
            id="an import that both have added",
        ),
        pytest.param(
            "A.java", "import a.A;\nimport a.B;\nimport a.C;\n\nclass X {\n}\n", "import a.B;\nimport a.A;\nimport a.C;\n\nclass X {\n}\n",
            "import a.A;\nimport a.C;\nimport a.B;\nimport a.D;\n\nclass X {\n}\n",
            "import a.B;\nimport a.D;\nimport a.A;\nimport a.C;\n\nclass X {\n}\n", id="imports that both have moved",
        ),
        pytest.param(
            "a.go", "type T struct {\n\ta int\n}\n", "type T struct {\n\ta int\n\tb int\n}\n", "type T struct {\n\ta int\n\tc int\n}\n",
            "type T struct {\n\ta int\n\tb int\n\tc int\n}\n", id="two fields",
        ),
        pytest.param(
            "A.java", "class A {\n    int a;\n}\n", "class A {\n    int a;\n    int b = f();\n}\n", "class A {\n    int a;\n    int c = g();\n}\n",
            None, id="two fields that something is called for",
        ),
        pytest.param(
            "a.go", "func f() {\n\ta(b)\n}\n", "func f() {\n\ta(c)\n}\n", "func f() {\n\ta(b)\n\td(e)\n}\n",
            "func f() {\n\ta(c)\n\td(e)\n}\n", id="a new statement that has nothing to do with the changed one beside it",
        ),
        pytest.param(
            "a.go", "func f() {\n\ta(b)\n}\n", "func f() {\n\ta(c)\n}\n", "func f() {\n\ta(b)\n\td(b)\n}\n", None,
            id="a new statement that names what the changed one beside it does",
        ),
        pytest.param(
            "a.ts", "f(\n  a, b,\n  c,\n);\n", "f(\n  a, b,\n  c, d,\n);\n", "f(\n  x, b,\n  c,\n);\n", None, id="items that share a line",
        ),
    ],
)  # fmt: skip
def test_what_stands_in_a_statement(path, base, ours, theirs, wanted):
    head = "package a\n\n" if path == "a.go" else ""
    assert settled(path, head + base, head + ours, head + theirs) == (wanted and head + wanted)


def test_a_line_of_code_that_stands_elsewhere_too_brings_nothing_back():
    """The line was removed in one place and put in at another, which is no function that is back."""
    base = "package a\n\nfunc f() {\n\tuse(1)\n}\n\nfunc g() {\n\ta()\n}\n\nfunc h() {\n\tb()\n}\n"
    ours = base.replace("\tuse(1)\n", "")
    theirs = base.replace("\tuse(1)\n", "").replace("\tb()\n", "\tb()\n\tuse(1)\n")
    assert settled("a.go", base, ours, theirs) == theirs
    moved = "package a\n\nfunc g() {\n\ta()\n}\n\nfunc h() {\n\tb()\n}\n\nfunc f() {\n\tuse(1)\n}\n"
    without = "package a\n\nfunc g() {\n\ta()\n}\n\nfunc h() {\n\tb()\n}\n"
    assert settled("a.go", base, without, moved) in (None, without), "but a function that was removed stays so"


@pytest.mark.parametrize("path", FILES)
def test_two_new_functions_in_one_place(path):
    last = len(FILES[path]) if path != "A.java" else FILES[path].rindex("}")
    sides = [FILES[path][:last] + NEW[path][0].replace("NAME", name) + FILES[path][last:] for name in ("one", "two")]
    merged = settled(path, FILES[path], *sides)
    assert merged is not None
    assert all(len(re.findall(rf"\b{name}\b", merged)) == 1 for name in ("one", "two"))


@pytest.mark.parametrize(
    ("path", "ours", "theirs"),
    [
        pytest.param("a.ts", ("return r * r;", "return r;"), ("return r * r;", "return 2 * r;"), id="one line"),
        pytest.param("a.ts", ("load(url", "fetchAll(url"), ("  size = 1;", "  size = load('x');\n  more = 1;"), id="gone"),
        pytest.param("a.go", ("\treturn nil", "\ta()\n\treturn nil"), ("\treturn nil", "\tb()\n\treturn nil"), id="two calls"),
        pytest.param("A.java", ('        String found = "a  b";\n', ""), ('"a  b"', '"c"'), id="removed and changed"),
        pytest.param("a.sh", ("    echo done", "    echo done\n    a"), ("    echo done", "    echo done\n    b"), id="commands"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_to_be_right_is_a_conflict(path, ours, theirs):
    base = FILES[path]
    sides = (base.replace(*ours), base.replace(*theirs))
    assert base not in sides
    if "gone" in ours[0] or ours[0] == "load(url":
        with pytest.raises(Unprovable):
            grammars.merge_by_grammar(path, base, *sides)
        return
    assert settled(path, base, *sides) is None
    assert settled(path, base, *sides[::-1]) is None


def _edited(path: str, name: str, chance: random.Random) -> tuple[str, list[str]]:
    lines, marks = FILES[path].splitlines(keepends=True), []
    for number in range(chance.randint(1, 4)):
        which = chance.randrange(3)
        places = [at for at, line in enumerate(lines) if re.match(PLACES[path][which], line)]
        if path == "a.go" and which == 0:
            places = [at for at in places if at and lines[at - 1].startswith("\t")]
        marks.append(f"{name}{number}")
        lines.insert(chance.choice(places) + 1, NEW[path][which].replace("NAME", marks[-1]))
    return "".join(lines), marks


@pytest.mark.parametrize("path", FILES)
def test_random_edits_keep_the_laws(path):
    clean = 0
    for seed in range(60):
        chance = random.Random(seed)
        (ours, mine), (theirs, its) = (_edited(path, name, chance) for name in ("ours", "theirs"))
        merged = settled(path, FILES[path], ours, theirs)
        assert settled(path, FILES[path], ours, FILES[path]) == ours
        assert settled(path, FILES[path], FILES[path], theirs) == theirs
        if merged is None:
            continue
        clean += 1
        for mark in (*mine, *its):
            there = (ours if mark in mine else theirs).count(mark)
            assert merged.count(mark) == there, (seed, mark)
        assert _block(path, merged).text == merged
        assert settled(path, ours, ours, merged) == merged
    assert clean > 10


@pytest.mark.limit(60)
@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("a.go", lambda v: "package a\nfunc f() {\n" + "if a {\n" * 3000 + f"b({v})\n" + "}\n" * 3001, id="blocks in blocks"),
        pytest.param("a.ts", lambda v: "a(() => {\n" * 3000 + f"b({v});\n" + "});\n" * 3000, id="functions in functions"),
        pytest.param("a.sh", lambda v: "{\n" * 20000 + f"a {v}\n" + "}\n" * 20000, id="groups in groups"),
        pytest.param("A.java", lambda v: f"class A {{ int a = {'(' * 3000}{v}{')' * 3000}; }}\n", id="brackets in brackets"),
        pytest.param("a.go", lambda v: f"package a\nvar a = f({', '.join(str(i + v) for i in range(8000))})\n", id="a long list"),
        pytest.param("a.go", lambda v: "package a\n" + "".join(f"func {'abc'[v]}{i}() {{\n}}\n" for i in range(2000)), id="all renamed"),
        pytest.param("a.ts", lambda v: f"a = '{'b' * 190_000}{v}'\n", id="one long line"),
    ],
)  # fmt: skip
def test_no_input_takes_long(path, text):
    assert not merge(path, text(0), text(1), text(2)).clean


def test_without_a_grammar_lines_are_merged(monkeypatch):
    monkeypatch.setattr(grammars, "import_module", _missing)
    grammars._parser.cache_clear()
    try:
        base = FILES["a.ts"]
        with pytest.raises(Unprovable):
            grammars.merge_by_grammar("a.ts", base, base + "a();\n", base + "b();\n")
    finally:
        grammars._parser.cache_clear()


def _missing(name):
    raise ImportError(name)
