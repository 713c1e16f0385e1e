"""Branches far away: what is said where one cannot be put there."""

import pytest

from scaffold.errors import GitError
from scaffold.git.pushing import MovedError, Remote
from tests.kit import git, repo


@pytest.fixture
def there(tmp_path):
    git(tmp_path, "init", "--quiet", "--bare", "there.git")
    return tmp_path / "there.git"


@pytest.fixture
def here(tmp_path):
    return repo(tmp_path / "here", {"a.txt": "a\n"})


def test_a_branch_that_somebody_else_has_put_there_is_known_to_have_moved(here, there):
    remote, first = Remote(here / ".git", str(there)), git(here, "rev-parse", "HEAD")
    remote.push(first, "main", None)
    repo(here, {"a.txt": "b\n"})
    second = git(here, "rev-parse", "HEAD")
    with pytest.raises(MovedError):
        remote.push(second, "main", None)
    with pytest.raises(MovedError):
        remote.push(second, "main", "1" * 40)
    assert remote.branches("") == {"main": first}
    remote.push(second, "main", first)
    assert remote.branches("") == {"main": second}


def test_what_the_other_side_says_is_told(here, there):
    hook = there / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(GitError, match="hook declined") as caught:
        Remote(here / ".git", str(there)).push(git(here, "rev-parse", "HEAD"), "main", None)
    assert not isinstance(caught.value, MovedError)
