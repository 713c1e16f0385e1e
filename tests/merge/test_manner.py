"""Both sides of a conflict kept: the same bytes as `git merge-file --union`."""

import subprocess

from hypothesis import example, given
from hypothesis import strategies as st

from scaffold.merge.manner import merge_union
from tests.kit import few

texts = st.builds(
    lambda lines, end: "".join(f"{line}\n" for line in lines).removesuffix(end).encode(),
    st.lists(st.sampled_from("abcdXYZ"), max_size=9),
    st.sampled_from(["", "\n"]),
)


def by_git(folder, base, ours, theirs):
    for name, content in (("base", base), ("ours", ours), ("theirs", theirs)):
        (folder / name).write_bytes(content)
    command = ["git", "-c", "merge.conflictStyle=merge", "merge-file", "--union", "-p", "ours", "base", "theirs"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout


@few
@given(base=texts, ours=texts, theirs=texts)
@example(base=b"a\nb\nc\nd\n", ours=b"X\nb\nc\nX\n", theirs=b"Y\nb\nc\nY\n")  # near: one conflict
@example(base=b"a\n1\n2\n3\n4\nd\n", ours=b"X\n1\n2\n3\n4\nX\n", theirs=b"Y\n1\n2\n3\n4\nY\n")
@example(base=b"a\nb\nc\nd\n", ours=b"X\nb\nc\nX\n", theirs=b"Y\nb\nZ\nY\n")
def test_law_union_is_gits(tmp_path_factory, base, ours, theirs):
    folder = tmp_path_factory.getbasetemp()
    assert merge_union(base, ours, theirs) == by_git(folder, base, ours, theirs)
