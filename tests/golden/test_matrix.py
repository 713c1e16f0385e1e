"""Every two choices together: they render, and all guardrails hold that have something to look at."""

import subprocess
from itertools import combinations as combinations_of

import pytest

from scaffold.authoring.cases import Case
from scaffold.authoring.matrix import matrix
from scaffold.sources.built_in import built_in_root
from scaffold.sources.library import FolderLibrary
from tests.golden.stamping import ANSWERS, make, stamped
from tests.scenarios.world import git, scaffold

pytestmark = [pytest.mark.slow, pytest.mark.toolchain]
HERE = "3.11"
SAMPLE = 6
REFUSED = {("deploy", "kubernetes"), ("persistence", "sqlite")}  # instances could not share the file
SERVICE, WORKER, LIBRARY = "python-http-service", "python-worker", "python-library"
# Rules that cannot apply, whatever is chosen: nothing is waived and no package of npm is used; nobody calls a worker over a
# network; of a library, nothing runs, in no image and in no cluster either.
NEVER = {
    SERVICE: {"SC-04", "WV-01", "LK-04"},
    WORKER: {"SC-04", "WV-01", "LK-04", "SP-02", "SP-03"},
    LIBRARY: {"SC-04", "WV-01", "LK-04", "SP-02", "SP-03", *(f"OP-0{number}" for number in range(1, 9))},
}
WITHOUT = {
    ("tier", "standard"): {"OP-08"},
    ("authentication", "none"): {"SP-02", "SP-03"},
    ("deploy", "none"): {"CI-08", "OP-01", "OP-02", "OP-03", "SC-06", "SC-07"},
    ("deploy", "container"): {"OP-02", "OP-03"},
    ("ci", "gitlab"): {"CI-01", "CI-02", "CI-03", "CI-04", "CI-05", "CI-06", "CI-07", "CI-10", "SC-03"},  # of workflows
}
LONGEST = {
    "service": "order-intake-with-a-name-as-long-as-any-may-be-2go",
    "package": "a_package_whose_name_is_as_long_as_any_may_be_2go4",
    "description": 'Takes orders in: "fast", and says what it did',
    "mission": "Checkout & Payment",
    "owner": "checkout@acme.example",
    "outcome": "Nine of ten: measured, not guessed",
}


def combinations(blueprint):
    """Return sets of answers in which any two choices meet, but for those that are refused."""
    release = FolderLibrary(built_in_root(), "").release(blueprint)
    cases, _ = matrix(release, Case("longest", "", {}))
    said = ({name: str(value) for name, value in case.answers.items()} for case in cases)
    return [answers for answers in said if not answers.items() >= REFUSED]


def covering(many, most):
    """Return at most so many of them, all different, each with the most pairs of choices that those before have not."""
    seen, found = set(), []
    left = {named(answers): answers for answers in many}
    for _ in range(min(most, len(left))):
        taken = max(left, key=lambda name: len(pairs(left[name]) - seen))
        found.append(left.pop(taken))
        seen |= pairs(found[-1])
    return found


def pairs(answers):
    """Return each choice, and every two of them."""
    return set(combinations_of(sorted(answers.items()), 2)) | {(one, answers[one]) for one in answers}


def named(value):
    return value if isinstance(value, str) else "-".join(value.values())


COMBINATIONS = [(blueprint, one) for blueprint in NEVER for one in combinations(blueprint)]
GATED = [
    (blueprint, one)
    for blueprint in NEVER
    for one in covering([{**one, "python": HERE} for name, one in COMBINATIONS if name == blueprint], SAMPLE)
]


@pytest.mark.parametrize(("blueprint", "combination"), COMBINATIONS, ids=named)
def test_all_that_can_be_looked_at_holds(tmp_path, toolchain_environment, blueprint, combination):
    service = stamped(tmp_path / "orders", blueprint, **LONGEST, **combination)
    if combination["python"] == HERE:
        subprocess.run(["uv", "lock", "--quiet"], cwd=service, env=toolchain_environment, check=True)
    git("add", "--all", where=service)
    done = scaffold("check", "--format", "json", where=service)
    states = {one["id"]: one["state"] for one in done.json["rules"]}
    without = NEVER[blueprint].union(*(rules for choice, rules in WITHOUT.items() if choice in combination.items()))
    if blueprint == WORKER and combination["deploy"] == "none":
        without |= {"OP-04", "OP-05", "OP-06"}  # only an image tells it from a program for people
    if combination["python"] != HERE:
        without |= {"SC-01"}  # the lock file cannot be made here
    assert {id_ for id_, state in states.items() if state != "pass"} <= without, done.out


@pytest.mark.parametrize(("blueprint", "combination"), GATED, ids=named)
def test_its_own_gates_pass(tmp_path, toolchain_environment, blueprint, combination):
    service = stamped(tmp_path / "orders", blueprint, **LONGEST, **combination)
    make(service, toolchain_environment, "setup")
    git("add", "--all", where=service)
    make(service, toolchain_environment, "check")


def choices(many):
    return {(blueprint, *one) for blueprint, answers in many for one in answers.items() if one[0] != "python"}


def test_the_sample_has_every_choice_and_what_is_not_run_here_is_counted(capsys):
    assert choices(COMBINATIONS) == choices(GATED)
    others = [one for _, one in COMBINATIONS if one["python"] != HERE]
    with capsys.disabled():
        print(f"\n{len(COMBINATIONS)} combinations, {len(others)} of them for a Python that is not here: only rendered")


def test_what_cannot_work_is_refused(tmp_path):
    given = [word for one in {**ANSWERS, **dict(REFUSED)}.items() for word in ("--data", "=".join(one))]
    done = scaffold("new", SERVICE, tmp_path / "orders", *given, "--defaults", where=tmp_path)
    assert (done.code, "must not be sqlite" in done.err) == (1, True)
