"""Guesses at answers, by what stands in a repository's files."""

import pytest

from scaffold.answers.question import Asked, Question
from scaffold.project.adoption import guess
from scaffold.tree import File, Tree

PROBE = guess.PROBES[0]


def asked(type_="str", choices=None, default=None, *, multiselect=False, disabled=None, check=lambda _: ""):
    question = Question("name", "copier.yml:1", type_, multiselect=multiselect)
    return Asked(question, type_, False, "", default, choices, "", check, disabled or {})


def tree(**files):
    return Tree({path.replace("__", "/"): File(text.encode()) for path, text in files.items()})


def test_values_are_read_off_lines():
    theirs = tree(a=f"# {PROBE}\nplain\nname = '{PROBE}'\n", b=f"for {PROBE}, always\n")
    ours = tree(a="# Orders\nplain\nname = 'orders'\nname = 'Orders'\n", b="for Orders, always\n")
    assert guess.read_off(PROBE, theirs, ours, ours) == ["Orders", "orders"]


def test_a_line_that_is_nothing_but_the_value_tells_nothing():
    assert guess.read_off(PROBE, tree(a=f"{PROBE}\n"), ["a"], tree(a="anything\n")) == []


def test_values_are_read_off_paths():
    theirs = tree(**{f"src__{PROBE}__{PROBE}.py": "", "other": ""})
    paths = ["src/orders/orders.py", "src/orders/else.py", "other"]
    assert guess.read_off(PROBE, theirs, paths, {}) == ["orders"]


def test_binary_files_are_not_read():
    theirs = Tree({"a": File(b"\0" + PROBE.encode())})
    assert guess.read_off(PROBE, theirs, ["a"], Tree({"a": File(b"\0orders")})) == []


def test_what_a_repository_says_of_itself():
    files = {
        "pyproject.toml": File(
            b'[project]\nname = "orders"\ndescription = "All orders"\nrequires-python = ">=3.12"\n'
            b'authors = [{name = "Ann", email = "ann@example.org"}]\n'
        ),
        ".github/CODEOWNERS": File(b"* @acme/shop\n"),
    }
    facts = guess.facts_of("my-folder", "git@example.org:acme/orders-api.git", files)
    assert facts["name"] == ("orders", "orders-api", "my-folder", "orders_api", "my_folder")
    assert facts["owner"][:2] == ("@acme/shop", "acme")
    assert (facts["description"], facts["author"]) == (("All orders",), ("Ann",))
    assert (facts["email"], facts["python"]) == (("ann@example.org",), ("3.12",))


@pytest.mark.parametrize("author", [{"name": "Ann", "email": "ann@example.org"}, "Ann"])
def test_a_package_of_javascript(author):
    import json

    files = {"package.json": File(json.dumps({"name": "shop", "author": author}).encode())}
    facts = guess.facts_of("folder", None, files)
    assert facts["name"][0] == "shop"
    assert facts["author"] == ("Ann",)


@pytest.mark.parametrize("content", [b"[project", b"project = 1\n", b"[project]\nauthors = 'x'\nname = 1\n"])
def test_damaged_package_files_say_nothing(content):
    assert guess.facts_of("folder", None, {"pyproject.toml": File(content)})["name"] == ("folder",)


def test_choices_to_try():
    letters = {"A": "a", "B": "b", "C": "c"}
    assert list(guess.choices(asked(choices=letters, disabled={"C": "no"}), lambda: "a")) == ["b"]
    assert list(guess.choices(asked("bool"), lambda: True)) == [False]
    assert list(guess.choices(asked("bool"), lambda: None)) == [True, False]
    several = asked(choices=letters, multiselect=True)
    assert list(guess.choices(several, lambda: ["b"])) == [["b", "a"], [], ["b", "c"]]


def test_a_guess_answers_with_what_passes():
    reply = guess.Guess({}, {"name": ("Orders", "orders")})
    assert reply(asked(check=lambda value: "" if value.islower() else "no")) == "orders"
    assert reply.unanswered == {"name"}
    assert guess.Guess({"name": "chosen"}, {})(asked(default="x")) == "chosen"
    assert guess.Guess({}, {})(asked(default="x")) == "x"
    assert guess.Guess({}, {})(asked("int")) == 0
