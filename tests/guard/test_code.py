"""Code held against the tables of patterns: values that are followed, languages, libraries, and what is fine."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.guard.code.braces import Braces
from scaffold.guard.code.facts import written
from scaffold.guard.code.patterns import TABLES, Pattern, table, wanted
from scaffold.guard.code.python import Python
from tests.guard.alone import LOCK, found
from tests.guard.cases_code import FINE, FOUND, UNKNOWN
from tests.guard.service import Service, stamped


@pytest.mark.parametrize(("rule", "path", "text", "says"), FOUND, ids=range(len(FOUND)))
def test_it_is_found(rule, path, text, says):
    said = found(rule, {path: text})
    assert any(says in line for line in said), said
    assert not [line for line in said if line.startswith("unknown")]


@pytest.mark.parametrize(("rule", "path", "text"), FINE, ids=range(len(FINE)))
def test_it_is_fine(rule, path, text):
    assert found(rule, {path: text}) == []


@pytest.mark.parametrize(("rule", "path", "text"), UNKNOWN, ids=range(len(UNKNOWN)))
def test_what_others_decide_is_unknown_once_a_file(rule, path, text):
    assert [line.partition(" ")[0] for line in found(rule, {path: text})] == ["unknown"]


SETTINGS = "VERIFY = False\nSAFE = True\n"


@pytest.mark.parametrize(
    ("imports", "number"),
    [
        ("from shop.settings import VERIFY", 1),
        ("from .settings import VERIFY", 1),
        ("from shop.settings import SAFE as VERIFY", 0),
        ("from shop import settings\nVERIFY = settings.VERIFY", 1),
    ],
)
def test_a_constant_is_followed_into_another_module(imports, number):
    client = f"import requests\n{imports}\nrequests.get(U, verify=VERIFY)\n"
    files = {"src/shop/settings.py": SETTINGS, "src/shop/client.py": client}
    assert ["verify=False" in line for line in found("SP-01", files)] == [True] * number


def test_modules_that_import_each_other_are_read():
    a = "import requests\nfrom shop.b import V\nW = V\nrequests.get(U, verify=V)\n"
    files = {"src/shop/a.py": a, "src/shop/b.py": "from shop.a import W\nV = W\n"}
    assert [line[:7] for line in found("SP-01", files)] in ([], ["unknown"])


def test_python_of_tomorrow_is_read_by_tokens_and_what_is_broken_is_unknown():
    newer = "import httpx\ntype Url[T] = T\nhttpx.get(U, verify=False)\n"
    assert [line[:8] for line in found("SP-01", {"src/a.py": newer})] == ["src/a.py"]
    assert any(line.startswith("unknown") for line in found("SP-01", {"src/a.py": newer + "x = (\n"}))


@pytest.mark.parametrize("name", TABLES)
def test_every_line_of_a_table_is_whole(name):
    rows = table(name)
    for said in rows["patterns"]:
        pattern = Pattern(said, rows)
        assert pattern.kind, said
        assert list(pattern.needles), said
        assert all(len(word) > 1 for needle in pattern.needles for word in needle), said
        for key in ("is", "text", "within", "not_within", "of", "not_of", "holds", "not_holds", "named", "unsure"):
            assert pattern.regex(key) or key not in said


PIECES = st.sampled_from([
    "a", "b.c", "f(", ")", "[", "]", "{", "}", ":", "=", ",", ";", "\n", "'x'", '"', "`", "${", "lambda", "not", "or",
    "os.environ", ".get('A')", "**a", "verify=", "a = a", "b = [b, b]", "==", "if", "else", "=>", "->", "func", "import ",
    "def a(b=a):\n ", "class A:\n ", "self.a", "requests.get(", "partial(a, ", "jwt.decode(",
])  # fmt: skip


@given(st.lists(PIECES, max_size=40).map(" ".join))
def test_whatever_stands_in_a_source_is_read(text):
    for language in ("python", "script", "go", "java"):
        read = Braces(text, language, wanted(language))
        assert all(
            isinstance(one, str) for fact in read.facts for given in fact.arguments for one in read.readings(given.at)
        )
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    module = Python(tree, wanted("python"))
    assert all(
        isinstance(one, str) for fact in module.facts for given in fact.arguments for one in module.readings(given.at)
    )


NAMES = st.sampled_from(["a", "b", "c", "d"])
BOUND = st.lists(st.tuples(NAMES, st.one_of(NAMES, st.sampled_from(["False", "True", "None", "'x'", "0"]))), max_size=9)


@given(BOUND)
def test_a_value_is_what_python_says_or_one_of_several(bound):
    source = "".join(f"{name} = {value}\n" for name, value in bound) + "f(verify=a)\n"
    known: dict[str, object] = {}
    try:
        exec(compile("\n".join(source.split("\n")[:-2]), "a", "exec"), {}, known)
    except NameError:
        return
    module = Python(ast.parse(source), wanted("python"))
    read = [given for fact in module.facts for given in fact.arguments if given.name == "verify"]
    if "a" in known and read:
        assert written(known["a"]) in module.readings(read[0].at)


@pytest.mark.parametrize(
    ("path", "text", "severity"),
    [
        ("src/a.py", "import requests\ns = requests.Session()\ns.verify = False\n", "critical"),
        ("src/a.py", "import requests\ns = requests.Session()\nif insecure:\n    s.verify = False\n", "low"),
        ("src/a.py", "import requests\ns = requests.Session()\nif retry:\n    s.verify = False\n", "critical"),
        ("a.go", "package a\nfunc f(insecure bool) { if insecure { c.InsecureSkipVerify = true } }\n", "low"),
        ("a.go", "package a\nfunc f(n int) { if n > 1 { c.InsecureSkipVerify = true } }\n", "critical"),
        ("src/a.ts", "if (options.verify) { a(); } else { new Agent({ rejectUnauthorized: false }); }\n", "low"),
    ],
)
def test_what_somebody_has_to_ask_for_is_no_catastrophe(path, text, severity):
    files = {LOCK: stamped().files[LOCK], path: text.encode()}
    assert [one.severity for one in Service(files, {}).verdict("SP-01").findings] == [severity]


def test_a_folder_may_be_called_as_a_source_is():
    files = {"src/three.js/data.json": "{}", "src/a.py": "import requests\nrequests.get(URL, verify=False)\n"}
    assert len(found("SP-01", files)) == 1
