"""`forge:` of a manifest: read with the line of what is wrong, and written so that it reads the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.blueprint.forge import Prescribed, dump, filled, parse
from scaffold.errors import FormatError
from scaffold.formats import yaml
from scaffold.formats.located import Located

TEXT = """\
forge:
  description: "{{ description }}"
  default_branch:
    checks: [all-green]
    approvals: 1
    code_owners: true
    block_force_pushes: true
  secret_scanning: true
  private_reporting: true
  delete_merged_branches: true
  topics: ["{{ mission }}", python]
"""
WHOLE = Prescribed(("all-green",), 1, True, True, True, True, True, ("{{ mission }}", "python"), "{{ description }}")


def read(text):
    return parse(yaml.load(text.encode(), "blueprint.yml", yaml.written).child("forge"))


def test_all_of_it():
    assert read(TEXT) == WHOLE


@given(
    st.builds(
        Prescribed,
        checks=st.lists(st.sampled_from(["a", "b / c"]), unique=True).map(tuple),
        approvals=st.integers(0, 6),
        secret_scanning=st.booleans(),
        topics=st.lists(st.sampled_from(["a", "b"]), unique=True).map(tuple),
        description=st.sampled_from(["", "What it does"]),
    )
)
def test_what_is_written_reads_the_same(prescribed):
    written = json.loads(json.dumps(dump(prescribed)))
    assert parse(Located(written, "lock.json", {})) == prescribed


def test_texts_are_filled_in_and_topics_are_spelled_as_forges_take_them():
    answers = {"{{ mission }}": "Check-out & Payments", "{{ description }}": "Takes\n orders "}
    found = filled(
        WHOLE._replace(topics=("{{ mission }}", "check-out payments", "--")), lambda text: answers.get(text, text)
    )
    assert found.topics == ("check-out-payments",)
    assert found.description == "Takes orders"
    assert found.checks == ("all-green",)


@pytest.mark.parametrize(
    ("written", "line", "said"),
    [
        ("forge:\n  topic: [a]\n", 2, "did you mean `topics`"),
        ("forge:\n  default_branch:\n    approval: 1\n", 3, "did you mean `approvals`"),
        ("forge:\n  default_branch:\n    approvals: -1\n", 3, "from 0 to 6"),
        ("forge:\n  default_branch:\n    approvals: 7\n", 3, "from 0 to 6"),
        ("forge:\n  default_branch:\n    approvals: true\n", 3, "a whole number"),
        ("forge:\n  default_branch:\n    checks: all-green\n", 3, "a list"),
        ("forge:\n  default_branch:\n    checks: [' ']\n", 3, "a name"),
        ("forge:\n  default_branch:\n    checks: ['*']\n", 3, "a name"),
        ("forge:\n  default_branch:\n    checks: [a, a]\n", 3, "twice"),
        ("forge:\n  default_branch: main\n", 2, "a mapping"),
        ("forge:\n  secret_scanning: 1\n", 2, "true or false"),
        ("forge: yes please\n", 1, "a mapping"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(written, line, said):
    with pytest.raises(FormatError) as error:
        read(written)
    assert error.value.where == f"blueprint.yml:{line}"
    assert said in f"{error.value.message} {error.value.hint}"
