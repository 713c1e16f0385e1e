"""Trees worked out in memory: git makes the same of the same changes."""

from hypothesis import given
from hypothesis import strategies as st
from pygit2 import GIT_OBJECT_TREE as TREE
from pygit2 import Index, IndexEntry, Oid, init_repository

from scaffold.git.trees import grown
from scaffold.tree import blob_id

NAMES = st.sampled_from(["a", "a.b", "a-b", "ab", "b", "é", "x y"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
MODES = ["100644", "100755", "120000"]
ENTRIES = st.tuples(st.sampled_from(MODES), st.sampled_from(range(6)).map(lambda n: blob_id(b"%d" % n)))


def free(paths):
    """No path lies in another."""
    return {path: entry for path, entry in paths.items() if not any(one.startswith(f"{path}/") for one in paths)}


def tree_of(repository, files):
    index = Index()
    for path, (mode, id_) in files.items():
        index.add(IndexEntry(path, Oid(hex=id_), int(mode, 8)))
    return str(index.write_tree(repository))


@given(before=st.dictionaries(PATHS, ENTRIES).map(free), after=st.dictionaries(PATHS, ENTRIES).map(free))
def test_a_tree_is_what_git_makes_of_the_same_files(tmp_path_factory, before, after):
    repository = init_repository(str(tmp_path_factory.getbasetemp() / "trees.git"), bare=True)
    for number in range(6):
        repository.create_blob(b"%d" % number)
    changes = {**dict.fromkeys(before.keys() - after.keys()), **{p: e for p, e in after.items() if before.get(p) != e}}

    def read(id_):
        return repository[Oid(hex=id_)].read_raw()

    top = tree_of(repository, before)
    made = grown(read, top, changes)
    assert made.id == tree_of(repository, after)
    for id_, content in made.trees.items():
        assert str(repository.write(TREE, content)) == id_
