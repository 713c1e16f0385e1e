import random

import pytest

from scaffold.merge.budget import Unprovable
from scaffold.merge.code.plain import layout_docker, layout_make
from scaffold.merge.code.prose import layout
from tests.merge.sides import merge, settled

MARKDOWN = """\
---
title: A
---
# One

[![ci](a)](b)
[![docs](c)](d)

Some words
in two lines.

- first
- second

## Two

| a | b |
|---|---|
| c | d |

```sh
# no heading
run
```

<!-- a
comment -->

[link]: https://example.org

Three
-----

The end.
"""
RST = """\
=====
Title
=====

Words.

Part
----

.. note:: Something

   more

- one
- two

.. _link: https://example.org
"""
DOCKER = """\
# syntax=docker/dockerfile:1
ARG V=1
FROM base:${V} AS build

ENV A=1
RUN make \\
    all

FROM small
COPY --from=build /a /a
CMD ["a"]
"""
MAKE = """\
A = 1
B := $(A)

.PHONY: all test

all: test
\t@echo done

# Runs them.
test:
\tpytest \\
\t  -q
"""


@pytest.mark.parametrize(
    ("cut", "text"),
    [
        (lambda text: layout(text, "a.md"), MARKDOWN),
        (lambda text: layout(text, "a.rst"), RST),
        (layout_docker, DOCKER),
        (layout_make, MAKE),
    ],
)
def test_a_file_taken_apart_and_put_together_is_the_same(cut, text):
    chance = random.Random(1)
    for _ in range(300):
        lines = text.splitlines(keepends=True)
        chance.shuffle(lines)
        mixed = "".join(lines[: chance.randint(0, len(lines))])
        assert cut(mixed).text == mixed
    assert cut(text).text == text


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs", "wanted"),
    [
        pytest.param(
            "a.md", "# A\n\n- one\n- two\n", "# A\n\n- 1\n- two\n", "# A\n\n- one\n- 2\n", "# A\n\n- 1\n- 2\n", id="items of a list",
        ),
        pytest.param(
            "a.md", "# A\n\n| a | 1 |\n| b | 1 |\n", "# A\n\n| a | 2 |\n| b | 1 |\n", "# A\n\n| a | 1 |\n| b | 2 |\n",
            "# A\n\n| a | 2 |\n| b | 2 |\n", id="rows of a table",
        ),
        pytest.param(
            "a.md", "# A\n\n[![a](1)](2)\n", "# A\n\n[![a](1)](2)\n[![b](1)](2)\n", "# A\n\n[![a](1)](2)\n[![c](1)](2)\n",
            "# A\n\n[![a](1)](2)\n[![b](1)](2)\n[![c](1)](2)\n", id="badges",
        ),
        pytest.param(
            "a.md", "# A\n\n[a]: 1\n", "# A\n\n[a]: 1\n[b]: 1\n", "# A\n\n[a]: 1\n[c]: 1\n",
            "# A\n\n[a]: 1\n[b]: 1\n[c]: 1\n", id="links",
        ),
        pytest.param(
            "a.md", "# A\n\none two three\nfour\n", "# A\n\none two\nthree four\n", "# A\n\none two three\nfive\n",
            "# A\n\none two three\nfive\n", id="wrapped otherwise",
        ),
        pytest.param(
            "a.md", "# A\n\n## B\n\nb\n\n## C\n\nc\n", "# A\n\n## C\n\nc\n\n## B\n\nb\n", "# A\n\n## B\n\nb\n\n## C\n\nd\n",
            "# A\n\n## C\n\nd\n\n## B\n\nb\n", id="moved past what was changed",
        ),
        pytest.param(
            "a.md", "# A\n\n## B\n\nb\n\n## C\n\nc\n\n## D\n\nd\n", "# A\n\n## B\n\nb\n\n## D\n\nd\n\n## C\n\nc\n\n## E\n\ne\n",
            "# A\n\n## B\n\nx\n\n## C\n\nc\n\n## D\n\nd\n",
            "# A\n\n## B\n\nx\n\n## D\n\nd\n\n## C\n\nc\n\n## E\n\ne\n", id="moved beside what was changed",
        ),
        pytest.param("a.md", "# A\n", "# A\n\n## B\n\nb\n", "# A\n\n## C\n", "# A\n\n## B\n\nb\n\n## C\n", id="two new sections"),
        pytest.param(
            "Dockerfile", "FROM a\nENV A=1\nRUN b\n", "FROM a\nENV A=2\nRUN b\n", "FROM a\nENV A=1\nRUN c\n",
            "FROM a\nENV A=2\nRUN c\n", id="instructions",
        ),
        pytest.param("Dockerfile", "FROM a\n", "FROM a\nENV A=1\n", "FROM a\nENV B=1\n", "FROM a\nENV A=1\nENV B=1\n", id="variables"),
        pytest.param(
            "Makefile", "all:\n\ta\n", "all:\n\ta\n\nb:\n\tb\n", "all:\n\ta\n\nc:\n\tc\n", "all:\n\ta\n\nb:\n\tb\n\nc:\n\tc\n",
            id="targets",
        ),
        pytest.param("a.css", "a {\n  b: 1;\n}\n", "a {\n  b: 2;\n  c: 1;\n}\n", "a {\n  b: 2;\n}\n", "a {\n  b: 2;\n  c: 1;\n}\n", id="alike"),
        pytest.param("a.txt", "1\n2\n3\n", "a\nb\n3\n", "1\nb\nc\n", "a\nb\nc\n", id="alike between two"),
    ],
)  # fmt: skip
def test_entries_are_merged_one_by_one(path, base, ours, theirs, wanted):
    assert settled(path, base, ours, theirs) == wanted


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs"),
    [
        pytest.param("a.md", "# A\n\none\n", "# A\n\ntwo\n", "# A\n\nthree\n", id="wording"),
        pytest.param("a.md", "# A\n\n- a\n", "# A\n\n- a\n- b\n", "# A\n\n- a\n- c\n", id="two new items"),
        pytest.param("a.md", "# A\n", "# A\n\n## 1.1\n", "# A\n\n## 1.2\n", id="two new sections with numbers"),
        pytest.param("a.md", "# A\n", "# A\n\n## First\n", "# A\n\n## Then\n", id="two new steps"),
        pytest.param("a.md", "# A\n\na\n", "# A\n\na\n\n# B\n\nb\n", "# A\n\na\n\n# C\n\nc\n", id="two new chapters"),
        pytest.param(
            "a.md", "# A\n\n```\na\n```\n", "# A\n\n```\n a\n```\n", "# A\n\n```\nb\n```\n", id="space in a fence"
        ),
        pytest.param("a.md", "# A\n\na  \nb\n", "# A\n\na\nb\n", "# A\n\na  \nc\n", id="a line break"),
        pytest.param("a.rst", "A\n=\n\n- a\n", "A\n=\n\n- a\n- b\n", "A\n=\n\n- a\n- c\n", id="rst"),
        pytest.param(
            "Dockerfile", "FROM a\nRUN a\n", "FROM a\nRUN a\nRUN b\n", "FROM a\nRUN a\nRUN c\n", id="two commands"
        ),
        pytest.param(
            "Dockerfile", "FROM a\nENV A=1\n", "FROM a\nENV A=1\nENV B=1\n", "FROM a\nENV A=1\nENV C=$B\n", id="uses"
        ),
        pytest.param("Makefile", "a:\n\ta\n", "a:\n\tb\n", "a:\n\tc\n", id="recipe"),
        pytest.param("a.txt", "1\n2\n", "a\n2\n", "1\nb\n", id="neighbours in what has no entries"),
        pytest.param("a.txt", "1\n2\n", "a\n", "a\n2\n", id="one has removed what the other has kept"),
    ],
)
def test_where_order_or_wording_may_matter_it_is_a_conflict(path, base, ours, theirs):
    assert settled(path, base, ours, theirs) is None
    assert settled(path, base, theirs, ours) is None


@pytest.mark.parametrize("text", ["FROM a\nRUN <<EOF\na\nEOF\n", "# escape=`\nFROM a\n"])
def test_a_dockerfile_that_lines_do_not_tell_apart_is_merged_by_line(text):
    with pytest.raises(Unprovable):
        layout_docker(text)


def test_a_document_of_many_sections_takes_no_long():
    sides = ["".join(f"# {word} {at}\n\n{word}\n\n" for at in range(600)) for word in "abc"]
    assert not merge("a.md", *sides).clean
