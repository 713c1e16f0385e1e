import pytest

from scaffold.merge.schema import REQUIREMENTS, SCALARS, by, doubled, hooks, list_at, only_key, requirement, step


@pytest.mark.parametrize(
    ("path", "at", "wanted"),
    [
        ("pyproject.toml", ("project", "dependencies"), REQUIREMENTS),
        ("packages/a/pyproject.toml", ("dependency-groups", "dev"), REQUIREMENTS),
        ("pyproject.toml", ("tool", "ruff", "lint", "extend-select"), SCALARS),
        ("pyproject.toml", ("tool", "ruff", "lint", "select"), SCALARS),
        ("pyproject.toml", ("tool", "hatch", "envs", "test", "dependencies"), REQUIREMENTS),
        (".github/workflows/ci.yml", ("on", "push", "branches"), SCALARS),
        (".github/workflows/ci.yml", ("on", "pull_request", "types"), SCALARS),
        ("requirements/dev.txt", (), REQUIREMENTS),
        (".gitignore", (), SCALARS),
        ("pyproject.toml", ("project", "authors"), None),
        ("pyproject.toml", ("tool", "mine", "dependencies"), None),
        ("other.toml", ("project", "dependencies"), None),
        ("workflows/ci.yml", ("jobs", "a", "steps"), None),
    ],
)
def test_which_lists_are_known(path, at, wanted):
    assert list_at(path, at) is wanted


def test_the_order_of_steps_counts():
    known = list_at(".github/workflows/ci.yml", ("jobs", "test", "steps"))
    assert known is not None
    assert known.ordered


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Foo_Bar>=1", "foo.bar[x]==2", True),
        ("foo; python_version < '3.9'", 'foo>=1;  python_version < "3.9"', True),
        ("foo ; os_name=='nt'", "foo>=1 ; os_name=='nt'", True),
        ("foo", "foo; os_name == 'nt'", False),
        ("foo", "food", False),
        ("-e .", "-r foo.txt", False),
        ("foo @ git+https://h/foo@v1", "foo", True),
        ({"pip": ["x"]}, "pip", False),
    ],
)
def test_a_dependency_is_named_by_project_and_marker(one, other, same):
    assert (requirement(one) == requirement(other)) is same


def test_what_names_an_item():
    assert step({"name": "Test", "run": "x"}) == step({"name": "Test", "run": "y"})
    assert step({"uses": "actions/checkout@v3"}) == step({"uses": "actions/checkout@v4"})
    assert step({"id": "a", "name": "Test"}) != step({"id": "b", "name": "Test"})
    assert step({"run": "x"}) != step({"run": "y"})
    assert only_key("search") == only_key({"search": {"lang": "en"}})
    assert by("repo")({"repo": "a", "rev": 1}) == by("repo")({"repo": "a", "rev": 2})
    assert by("repo")({"rev": 1}) != by("repo")({"rev": 2})
    assert hooks({"repo": "a", "hooks": [{"id": "x"}]}) != hooks({"repo": "a", "hooks": [{"id": "y"}]})


@pytest.mark.parametrize(
    ("path", "data", "wanted"),
    [
        ("pyproject.toml", {"project": {"dependencies": ["a", "a>=1"]}}, True),
        ("pyproject.toml", {"project": {"dependencies": ["a", "a>=1; os_name == 'nt'"]}}, False),
        ("pyproject.toml", {"tool": {"x": {"y": [1, 1]}}}, False),
        (".gitignore", ["a", "b", "a"], True),
        ("data.json", {"a": [1, 1]}, False),
        (".pre-commit-config.yaml", {"repos": [{"repo": "x", "hooks": [{"id": "a"}, {"id": "a"}]}]}, True),
    ],
)
def test_a_list_with_an_item_twice(path, data, wanted):
    assert any(doubled(path, data)) is wanted
