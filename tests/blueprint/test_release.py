import pytest
from packaging.version import Version

from scaffold.blueprint.places import manifest_path, tag
from scaffold.blueprint.release import assemble, read_manifest, require_scaffold
from scaffold.errors import FormatError, ScaffoldError
from tests.kit import manifest, release


def test_names_of_tags_and_manifests():
    assert tag("demo", Version("1.2.0")) == "demo/v1.2.0"
    assert manifest_path("demo") == "blueprints/demo/blueprint.yml"


def test_a_release_stacks_its_layers_in_order():
    made = release({"base": {"a": ""}, "web": {"b": ""}})
    assert [layer.name for layer in made.layers] == ["base", "web"]
    assert made.version == "1.0.0"
    assert made.commit is None


def test_a_layer_that_is_missing_or_empty_is_named():
    blueprint = read_manifest("demo", manifest(layers=("base", "web")).encode())
    for layers in ({"base": release({"x": {"a": ""}}).layers[0].files}, {"base": {"a": 1}, "web": {}}):
        with pytest.raises(FormatError, match="there is no layer templates/web") as caught:
            assemble(blueprint, layers, None)
        assert caught.value.where == "blueprints/demo/blueprint.yml"
        assert "layers:" in caught.value.hint


def test_a_name_that_differs_from_its_folder_is_refused():
    with pytest.raises(FormatError, match="`name` must be 'other', as its folder is called, not 'demo'") as caught:
        read_manifest("other", manifest().encode())
    assert caught.value.where == "blueprints/other/blueprint.yml:1"


def test_a_question_that_two_layers_ask_alike_is_asked_once():
    made = release({"base": {"copier.yml": "a: 1\nb: 2\n"}, "web": {"copier.yml": "c: 3\n\na: 1\n"}})
    assert [q.name for q in made.questions] == ["a", "b", "c"]


def test_a_question_that_two_layers_ask_differently_is_refused_with_both_places():
    with pytest.raises(FormatError) as caught:
        release({"base": {"copier.yml": "x: 1\na: 1\n"}, "web": {"copier.yml": "a: 2\n"}})
    assert caught.value.message == "the question `a` differs from the one at templates/base/copier.yml:2"
    assert caught.value.where == "templates/web/copier.yml:1"
    assert "under `questions:` in blueprint.yml" in caught.value.hint


def test_the_blueprints_own_question_decides():
    made = release({"base": {"copier.yml": "a: 1\n"}, "web": {"copier.yml": "a: 2\n"}}, questions={"a": 5, "own": "x"})
    assert [(q.name, q.default) for q in made.questions] == [("a", 5), ("own", "x")]


def test_a_blueprint_may_need_a_newer_scaffold():
    blueprint = read_manifest("demo", manifest(min_scaffold_version="1.2.0").encode())
    require_scaffold(blueprint, "1.2.0")
    require_scaffold(blueprint, "1.10.0")
    with pytest.raises(ScaffoldError, match=r"demo 1\.0\.0 needs scaffold 1\.2\.0, this is 1\.1\.9") as caught:
        require_scaffold(blueprint, "1.1.9")
    assert caught.value.hint == "upgrade scaffold"
