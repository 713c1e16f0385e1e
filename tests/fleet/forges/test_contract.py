"""What every adapter does, against every forge that there is here: servers of the tests, and a real one.

The real one is asked where the marker `forge` is: `make test-forge`.
"""

import threading

import pytest

from scaffold.forges.port import (
    DeniedError,
    Dressed,
    ExistsError,
    GoneError,
    PausedError,
    Protection,
    RefusedError,
    UncertainError,
    UnreachableError,
    Wanted,
)
from tests.forges.stage import BOT, FILES, PERSON

MANY = {"github": 250, "gitlab": 250, "gitea": 12}  # more than pages of 100 and, as this one is set up, of 10
WANTED = Wanted("update", "main", "Update", "Why.\n")


def outcomes(stage, path, commit):
    return {check.name: check.outcome for check in stage.forge.checks(path, commit)}


# Who and where.


def test_who_we_are(stage):
    assert stage.forge.me() == BOT
    assert stage.forge.host == stage.forge._http.governor.host


def test_what_git_gives_is_taken(stage, tmp_path):
    path = stage.repository()
    folder = stage.clone(tmp_path / "clone", path, {"new.txt": "new\n"})
    done = stage.push(folder, path, "HEAD:refs/heads/update")
    assert done.returncode == 0, done.stderr
    assert stage.tip(path, "update")


def test_a_listing_is_whole(stage):
    stage.many(MANY[stage.kind])
    found = list(stage.forge.repositories(stage.owner))
    assert len({one.path for one in found}) == len(found) == MANY[stage.kind]


def test_a_listing_tells_what_an_inventory_asks(stage):
    plain, topical, old = stage.repository(), stage.repository(topics=("go", "python")), stage.repository(private=True)
    stage.archives(old)
    found = {one.path: one for one in stage.forge.repositories(stage.owner)}
    assert found.keys() == {plain, topical, old}
    assert set(found[topical].topics) == {"go", "python"}
    assert [path for path, one in found.items() if one.archived] == [old]
    assert [path for path, one in found.items() if one.private] == [old]
    assert {one.default_branch for one in found.values()} == {"main"}


def test_the_repositories_of_a_person(stage):
    path = stage.repository(owner=PERSON)
    assert path in [one.path for one in stage.forge.repositories(PERSON)]


@pytest.mark.parametrize("stage", ["gitlab"], indirect=True)  # the others have no groups below others
def test_groups_below_a_group_are_listed_too(stage):
    deep = f"{stage.owner}/below/deep"
    stage.world.add_owner(deep)
    paths = {stage.repository(), stage.repository(owner=deep)}
    assert {one.path for one in stage.forge.repositories(stage.owner)} == paths


def test_a_repository(stage):
    path = stage.repository()
    found = stage.forge.repository(path)
    assert (found.path, found.default_branch, found.archived, found.fork) == (path, "main", False, False)
    assert found.url == f"http://{stage.forge.host}/{path}.git"
    assert found.may_push is True
    assert [one.path for one in stage.forge.repositories(stage.owner)] == [path]


def test_a_repository_that_is_not_there(stage):
    with pytest.raises(GoneError):
        stage.forge.repository(f"{stage.owner}/nothing")
    with pytest.raises(GoneError):
        list(stage.forge.repositories("nobody-at-all"))


def test_a_repository_that_was_deleted(stage):
    path = stage.repository()
    stage.deletes(path)
    with pytest.raises(GoneError):
        stage.forge.open(path, WANTED)


def test_a_private_repository_is_not_there_for_strangers(stage):
    path = stage.repository(private=True)
    assert stage.forge.repository(path).private
    with pytest.raises(GoneError):
        stage.stranger().repository(path)


def test_a_renamed_repository_answers_under_its_old_name(stage):
    path = stage.repository()
    new = stage.renames(path, "renamed")
    assert stage.forge.repository(path).path == new
    stage.branch(new, "update")
    assert stage.forge.open(path, WANTED).head == "update"
    assert [one.number for one in stage.forge.pulls(path, "update")] == [1]


def test_an_archived_repository_refuses(stage):
    path = stage.repository()
    stage.branch(path, "update")
    stage.archives(path)
    assert stage.forge.repository(path).archived
    with pytest.raises((RefusedError, DeniedError)):
        stage.forge.open(path, WANTED)


def test_nothing_is_closed_in_an_archived_repository(stage):
    path = stage.repository()
    made = stage.opened(path)
    stage.archives(path)
    if stage.kind == "gitea":  # which keeps an archived repository from pushes and openings alone
        stage.forge.close(path, made.number)
        return
    with pytest.raises((RefusedError, DeniedError)):
        stage.forge.close(path, made.number)
    assert stage.forge.pull(path, made.number).state == "open"


@pytest.mark.parametrize("token", ["wrong", "expired"])
def test_a_token_that_is_not_taken(stage, token):
    with pytest.raises(DeniedError) as caught:
        stage.as_(token).me()
    assert token not in str(caught.value).replace("is it valid", "")


def test_who_may_only_read_is_denied(stage):
    path = stage.repository()
    stage.branch(path, "update")
    reader = stage.stranger()
    assert reader.repository(path).path == path
    assert not reader.repository(path).may_push
    with pytest.raises((DeniedError, GoneError, RefusedError)):
        reader.edit(path, stage.forge.open(path, WANTED).number, "Other", "")


# What a branch demands, and what there is.


def test_a_branch_that_demands_nothing(stage):
    assert stage.forge.protection(stage.repository(), "main") == Protection()


def test_what_a_branch_demands(stage):
    path = stage.repository()
    stage.protects(path, ("build",), approvals=2)
    found = stage.forge.protection(path, "main")
    assert found.approvals == 2
    assert found.checks == (("pipeline",) if stage.kind == "gitlab" else ("build",))


def test_a_protected_branch_refuses_a_push(stage, tmp_path):
    path = stage.repository()
    folder = stage.clone(tmp_path / "clone", path, {"new.txt": "new\n"})
    stage.protects(path, ("build",), approvals=1)
    done = stage.push(folder, path, "HEAD:refs/heads/main")
    assert done.returncode
    assert "rejected" in done.stderr
    assert "rotected" in done.stderr


def test_which_labels_and_reviewers_there_are_not(stage):
    path = stage.repository()
    stage.labels(path, "update")
    assert stage.forge.lacking(path, [PERSON], ["update"]) == ()
    assert set(stage.forge.lacking(path, [PERSON, "nobody-at-all"], ["update", "other"])) == {"nobody-at-all", "other"}


# Pull requests.


def test_a_pull_request_is_opened_and_found(stage):
    path = stage.repository()
    commit = stage.branch(path, "scaffold/update-1.2")
    made = stage.forge.open(path, Wanted("scaffold/update-1.2", "main", "Update", "Why.\n\n<!-- marker -->\n"))
    assert (made.state, made.head, made.base, made.commit) == ("open", "scaffold/update-1.2", "main", commit)
    assert made.author == BOT
    assert made.web.startswith(f"http://{stage.forge.host}/{path}/")
    assert made.opened > 1.7e9
    assert made.closed == 0
    (found,) = stage.forge.pulls(path, "scaffold/update-1.2")
    one = stage.forge.pull(path, made.number)
    for again in (found, one):
        assert again._replace(mergeable=None) == made._replace(mergeable=None)
    assert "<!-- marker -->" in found.body


def test_a_branch_may_have_any_name(stage):
    path, name = stage.repository(), "scaffold/größer+#1%20&x=y"
    stage.branch(path, name)
    made = stage.forge.open(path, WANTED._replace(head=name))
    assert [(one.number, one.head) for one in stage.forge.pulls(path, name)] == [(made.number, name)]
    stage.forge.delete_branch(path, name)
    assert not stage.tip(path, name)


def test_pull_requests_of_other_branches_are_not_found(stage):
    path = stage.repository()
    stage.opened(path, "update-other")
    assert stage.forge.pulls(path, "update") == ()


def test_a_second_open_pull_request_of_a_branch_exists(stage):
    path = stage.repository()
    first = stage.opened(path)
    with pytest.raises(ExistsError):
        stage.forge.open(path, WANTED)
    assert [one.number for one in stage.forge.pulls(path, "update")] == [first.number]


def test_two_at_once_open_one(stage):
    if stage.kind == "gitea":
        pytest.skip("Gitea opens both: it looks for another one, and nothing keeps it from a second meanwhile")
    path, said = stage.repository(), []
    stage.branch(path, "update")

    def attempt():
        try:
            said.append(stage.forge.open(path, WANTED).number)
        except ExistsError:
            said.append("exists")

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stage.forge.pulls(path, "update")) == len([one for one in said if one != "exists"]) == 1


def test_after_a_closed_one_another_can_be_opened(stage):
    path = stage.repository()
    first = stage.opened(path)
    stage.forge.close(path, first.number)
    second = stage.forge.open(path, WANTED)
    assert [(one.number, one.state) for one in stage.forge.pulls(path, "update")] == [
        (second.number, "open"),
        (first.number, "closed"),
    ]


def test_from_a_branch_that_is_not_there_nothing_is_opened(stage):
    path = stage.repository()
    with pytest.raises((RefusedError, GoneError)) as caught:
        stage.forge.open(path, WANTED)
    assert not isinstance(caught.value, ExistsError)
    assert stage.forge.pulls(path, "update") == ()


def test_without_a_difference_nothing_is_opened(stage):
    """GitLab opens one all the same, and so does Gitea."""
    path = stage.repository()
    stage.branch(path, "update")
    stage.fast_forwards(path, "update")
    if stage.kind != "github":
        assert stage.forge.open(path, WANTED).state == "open"
        return
    with pytest.raises(RefusedError) as caught:
        stage.forge.open(path, WANTED)
    assert not isinstance(caught.value, ExistsError)


def test_one_with_a_conflict_is_opened_and_says_so(stage):
    path = stage.repository()
    stage.branch(path, "update", {"README.md": "ours\n"})
    stage.branch(path, "main", {"README.md": "theirs\n"})
    made = stage.forge.open(path, WANTED)
    assert made.state == "open"
    known = None if stage.kind == "gitea" else False  # Gitea says the same while it looks
    assert stage.eventually(lambda: stage.forge.pull(path, made.number).mergeable is known)


def test_a_draft(stage):
    path = stage.repository()
    made = stage.opened(path, draft=True)
    assert (made.draft, made.title) == (True, "Update")
    stage.forge.edit(path, made.number, "Update again", "Other.\n")
    found = stage.forge.pull(path, made.number)
    assert (found.draft, found.title, found.body.strip()) == (True, "Update again", "Other.")
    with pytest.raises(RefusedError):
        stage.forge.merge_when_green(path, found, "merge")


def test_title_and_body_are_changed(stage):
    path = stage.repository()
    made = stage.opened(path)
    stage.forge.edit(path, made.number, "Überarbeitet: x", "Neu: `code`\n")
    found = stage.forge.pull(path, made.number)
    assert (found.title, found.body.strip(), found.draft) == ("Überarbeitet: x", "Neu: `code`", False)


def test_labels_and_reviewers(stage):
    path = stage.repository()
    stage.labels(path, "update", "platform")
    made = stage.opened(path)
    assert stage.forge.dress(path, made.number, ["update", "platform"], [PERSON]) == Dressed()
    assert set(stage.forge.pull(path, made.number).labels) == {"update", "platform"}
    assert stage.forge.review(path, made.number).waiting_for == (PERSON,)


def test_reviewers_that_there_are_not_keep_others_from_nothing(stage):
    path = stage.repository()
    made = stage.opened(path)
    said = stage.forge.dress(path, made.number, [], ["nobody-at-all", PERSON])
    assert [name for name, why in said.reviewers if why] == ["nobody-at-all"]
    assert stage.forge.review(path, made.number).waiting_for == (PERSON,)


def test_who_was_asked_before_stays_asked(stage):
    path = stage.repository()
    stage.labels(path, "update", "later")
    made = stage.opened(path)
    for label, reviewer in (("update", PERSON), ("later", "renovate")):
        assert stage.forge.dress(path, made.number, [label], [reviewer]) == Dressed()
    assert set(stage.forge.review(path, made.number).waiting_for) == {PERSON, "renovate"}
    assert set(stage.forge.pull(path, made.number).labels) == {"update", "later"}


def test_who_opened_it_cannot_be_asked(stage):
    path = stage.repository()
    made = stage.opened(path)
    said = stage.forge.dress(path, made.number, [], [BOT, PERSON])
    assert PERSON in stage.forge.review(path, made.number).waiting_for
    assert [name for name, _ in said.reviewers] == ([] if stage.kind == "gitlab" else [BOT])


def test_a_comment(stage):
    path = stage.repository()
    made = stage.opened(path)
    stage.forge.comment(path, made.number, "Superseded by *another*.\n")
    assert [text.strip() for text in stage.comments(path, made.number)] == ["Superseded by *another*."]


def test_of_a_pull_request_that_is_not_there_nothing_is_said(stage):
    path = stage.repository()
    with pytest.raises(GoneError):
        stage.forge.pull(path, 99)
    with pytest.raises(GoneError):
        stage.forge.close(path, 99)
    with pytest.raises(UncertainError if stage.kind == "gitea" else GoneError):  # Gitea answers 500
        stage.forge.comment(path, 99, "x")


# How it ends.


@pytest.mark.parametrize(("login", "closer"), [(PERSON, "person"), ("renovate", "bot"), (BOT, "self")])
def test_who_closed_it(stage, login, closer):
    path = stage.repository()
    made = stage.opened(path)
    stage.closes(path, made.number, login)
    found = stage.forge.pull(path, made.number)
    assert (found.state, found.closed_by, found.closer) == ("closed", login, closer)
    assert found.closed >= found.opened > 0
    assert not found.merged_as


def test_closed_twice_is_closed(stage):
    path = stage.repository()
    made = stage.opened(path)
    stage.forge.close(path, made.number)
    stage.forge.close(path, made.number)
    assert stage.forge.pull(path, made.number).closer == "self"


def test_a_merged_one_stays_so(stage):
    path = stage.repository()
    made = stage.opened(path)
    stage.merges(path, made.number)
    found = stage.forge.pull(path, made.number)
    assert (found.state, found.merged_as) == ("merged", stage.tip(path, "main"))
    assert found.closed > 0
    assert [one.state for one in stage.forge.pulls(path, "update")] == ["merged"]


def test_a_commit_of_a_person_is_seen(stage):
    path = stage.repository()
    made = stage.opened(path)
    commit = stage.branch(path, "update", {"hand.txt": "by hand\n"})
    assert stage.eventually(lambda: stage.forge.pull(path, made.number).commit == commit)


def test_a_branch_is_deleted_once(stage):
    path = stage.repository()
    stage.branch(path, "scaffold/update")
    stage.forge.delete_branch(path, "scaffold/update")
    assert not stage.tip(path, "scaffold/update")
    stage.forge.delete_branch(path, "scaffold/update")


def test_a_protected_branch_is_not_deleted(stage):
    path = stage.repository()
    stage.protects(path, ())
    with pytest.raises((RefusedError, DeniedError)):
        stage.forge.delete_branch(path, "main")
    assert stage.tip(path, "main")


# Checks, reviews, and what follows from them.


def test_checks_by_name(stage):
    path = stage.repository()
    commit = stage.branch(path, "update")
    assert stage.forge.checks(path, commit) == ()
    for name, outcome in (("build", "passed"), ("lint", "failed"), ("slow", "pending")):
        stage.checks(path, commit, name, outcome)
    found = outcomes(stage, path, commit)
    assert found == {"build": "passed", "lint": "failed", "slow": "pending"} | (
        {"pipeline": "failed"} if stage.kind == "gitlab" else {}
    )


def test_the_newest_check_of_a_name_counts(stage):
    path = stage.repository()
    commit = stage.branch(path, "update")
    for outcome in ("pending", "failed", "passed"):
        stage.checks(path, commit, "build", outcome)
    assert outcomes(stage, path, commit)["build"] == "passed"


def test_many_checks_are_all_seen(stage):
    path = stage.repository()
    commit = stage.branch(path, "update")
    names = {f"job {place}" for place in range(12 if stage.kind == "gitea" else 130)}
    for name in names:
        stage.checks(path, commit, name, "passed")
    assert names <= outcomes(stage, path, commit).keys()


def test_reviews(stage):
    path = stage.repository()
    made = stage.opened(path)
    assert stage.forge.review(path, made.number).verdict == "none"
    stage.forge.dress(path, made.number, [], [PERSON])
    assert stage.forge.review(path, made.number).verdict == "pending"
    stage.reviews(path, made.number, "changes requested")
    assert stage.forge.review(path, made.number) == ("changes requested", ())
    stage.reviews(path, made.number, "approved")
    assert stage.forge.review(path, made.number) == ("approved", ())


@pytest.fixture
def guarded(stage):
    """A pull request to a branch that demands a check."""
    path = stage.repository()
    stage.protects(path, ("build",))
    made = stage.opened(path)
    stage.checks(path, made.commit, "build", "pending")
    stage.eventually(lambda: stage.forge.pull(path, made.number).mergeable)
    return path, made


def test_it_is_merged_when_its_checks_have_passed(stage, guarded):
    path, made = guarded
    stage.forge.merge_when_green(path, made, "merge")
    assert stage.forge.pull(path, made.number).state == "open"
    stage.checks(path, made.commit, "build", "passed")
    assert stage.eventually(lambda: stage.forge.pull(path, made.number).state == "merged")
    assert "update.txt" in stage.files(path)


def test_a_check_that_has_not_come_yet_is_waited_for(stage):
    path = stage.repository()
    stage.protects(path, ("build",))
    made = stage.opened(path)
    stage.eventually(lambda: stage.forge.pull(path, made.number).mergeable)
    stage.checks(path, made.commit, "other", "passed")
    stage.forge.merge_when_green(path, made, "merge")
    assert stage.forge.pull(path, made.number).state == "open"
    stage.checks(path, made.commit, "build", "passed")
    assert stage.eventually(lambda: stage.forge.pull(path, made.number).state == "merged")


def test_approvals_are_waited_for(stage):
    path = stage.repository()
    stage.protects(path, (), approvals=1)
    made = stage.opened(path)
    stage.eventually(lambda: stage.forge.pull(path, made.number).mergeable)
    stage.forge.merge_when_green(path, made, "merge")
    assert stage.forge.pull(path, made.number).state == "open"
    stage.reviews(path, made.number, "approved")
    assert stage.eventually(lambda: stage.forge.pull(path, made.number).state == "merged")


def test_a_conflict_is_never_merged(stage):
    path = stage.repository()
    stage.branch(path, "update", {"README.md": "ours\n"})
    stage.branch(path, "main", {"README.md": "theirs\n"})
    made = stage.forge.open(path, WANTED)
    stage.forge.pull(path, made.number)
    with pytest.raises(RefusedError):
        stage.forge.merge_when_green(path, made, "merge")
    assert stage.forge.pull(path, made.number).state == "open"


def test_several_are_merged_in_a_row(stage):
    path = stage.repository()
    made = [stage.opened(path, f"update-{number}") for number in range(3)]
    for one in made:
        stage.forge.merge_when_green(path, one, "merge")
        assert stage.eventually(lambda one=one: stage.forge.pull(path, one.number).state == "merged")
    assert {f"update-{number}.txt" for number in range(3)} <= stage.files(path)


def test_what_is_closed_is_not_merged(stage):
    path = stage.repository()
    made = stage.opened(path)
    stage.closes(path, made.number)
    with pytest.raises(RefusedError):
        stage.forge.merge_when_green(path, made, "merge")
    assert stage.forge.pull(path, made.number).state == "closed"


def test_it_is_not_merged_when_a_check_has_failed(stage, guarded):
    path, made = guarded
    stage.forge.merge_when_green(path, made, "squash")
    stage.checks(path, made.commit, "build", "failed")
    assert stage.forge.pull(path, made.number).state == "open"


def test_another_commit_is_never_merged_in_place_of_the_one_that_was_meant(stage, guarded):
    path, made = guarded
    stage.branch(path, "update", {"hand.txt": "by hand\n"})
    with pytest.raises(RefusedError):
        stage.forge.merge_when_green(path, made, "merge")
    new = stage.tip(path, "update")
    stage.checks(path, new, "build", "passed")
    assert stage.forge.pull(path, made.number).state == "open"


def test_another_commit_is_not_merged_at_once_either(stage):
    path = stage.repository()
    made = stage.opened(path)
    stage.branch(path, "update", {"hand.txt": "by hand\n"})
    stage.eventually(lambda: stage.forge.pull(path, made.number).mergeable)
    with pytest.raises(RefusedError):
        stage.forge.merge_when_green(path, made, "merge")
    assert stage.forge.pull(path, made.number).state == "open"


def test_what_was_let_merge_itself_is_not_merged_with_another_commit(stage, guarded):
    path, made = guarded
    stage.forge.merge_when_green(path, made, "merge")
    new = stage.branch(path, "update", {"hand.txt": "by hand\n"})
    stage.checks(path, new, "build", "passed")
    if stage.kind == "gitea":  # whose wish to merge outlives a push
        assert stage.eventually(lambda: stage.forge.pull(path, made.number).state == "merged")
        return
    assert stage.forge.pull(path, made.number).state == "open"
    assert "hand.txt" not in stage.files(path)


def test_what_nothing_hinders_is_merged_at_once(stage):
    path = stage.repository()
    made = stage.opened(path)
    stage.eventually(lambda: stage.forge.pull(path, made.number).mergeable)
    stage.forge.merge_when_green(path, made, "merge")
    assert stage.eventually(lambda: stage.forge.pull(path, made.number).state == "merged")


# What goes wrong on the way.


def test_a_short_pause_is_waited_for(stage):
    path = stage.repository()
    for what in ("secondary", "throttled"):
        stage.fault(what, on="repository", seconds=1)
        assert stage.forge.repository(path).path == path
    assert stage.asked("repository") == 4


def test_a_long_pause_is_the_hosts(stage):
    path = stage.repository()
    stage.branch(path, "update")
    stage.fault("secondary", on="open", seconds=3600)
    with pytest.raises(PausedError):
        stage.forge.open(path, WANTED)
    with pytest.raises(PausedError):
        stage.forge.me()
    assert stage.asked("open") == 1


def test_a_read_is_asked_for_again(stage):
    path = stage.repository()
    for what in ("broken", "reset"):
        stage.fault(what, on="repository")
        assert stage.forge.repository(path).path == path
    assert stage.asked("repository") == 4


@pytest.mark.parametrize("what", ["broken", "reset"])
def test_a_write_whose_answer_was_lost_is_found_by_looking(stage, what):
    path = stage.repository()
    stage.branch(path, "update")
    stage.fault(what, on="open", effect=True)
    with pytest.raises(UncertainError):
        stage.forge.open(path, WANTED)
    assert stage.asked("open") == 1
    (found,) = stage.forge.pulls(path, "update")
    assert (found.state, found.title) == ("open", "Update")


@pytest.mark.parametrize("what", ["broken", "reset"])
def test_a_write_that_never_was_is_uncertain_too(stage, what):
    path = stage.repository()
    stage.branch(path, "update")
    stage.fault(what, on="open")
    with pytest.raises(UncertainError):
        stage.forge.open(path, WANTED)
    assert stage.forge.pulls(path, "update") == ()
    assert stage.forge.open(path, WANTED).state == "open"


@pytest.mark.parametrize("call", ["label", "ask", "edit", "comment", "close"])
def test_every_write_whose_answer_was_lost_says_so(stage, call):
    path = stage.repository()
    stage.labels(path, "update")
    made = stage.opened(path)
    stage.fault("broken", on="edit" if call in ("edit", "close") or _by_edit(stage, call) else call, effect=True)
    with pytest.raises(UncertainError):
        {
            "label": lambda: stage.forge.dress(path, made.number, ["update"], []),
            "ask": lambda: stage.forge.dress(path, made.number, [], [PERSON]),
            "edit": lambda: stage.forge.edit(path, made.number, "Other", "Body"),
            "comment": lambda: stage.forge.comment(path, made.number, "x"),
            "close": lambda: stage.forge.close(path, made.number),
        }[call]()


def _by_edit(stage, call):
    return stage.kind == "gitlab" and call in ("label", "ask")


@pytest.mark.parametrize("what", ["html", "elsewhere"])
def test_what_is_no_forge(stage, what):
    path = stage.repository()
    stage.fault(what, on="repository")
    with pytest.raises(UnreachableError) as caught:
        stage.forge.repository(path)
    assert stage.token not in str(caught.value)


def test_a_token_that_ended_is_asked_for_again(stage):
    path = stage.repository()
    tokens = iter(["wrong", stage.token, stage.token])
    stage.branch(path, "update")
    assert stage.as_(lambda: next(tokens)).open(path, WANTED).state == "open"


def test_no_server_there(stage):
    with pytest.raises(UnreachableError):
        stage.as_(stage.token, "http://127.0.0.1:9").me()


def test_every_file_of_a_branch_came_from_git(stage):
    assert stage.files(stage.repository()) == set(FILES)
