"""The rules on CI: what is no breach although it looks like one, and what is one although it hides."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaffold.errors import FormatError
from scaffold.guard.readers.pins import pin
from scaffold.guard.readers.shell import commands
from tests.guard.cases_workflows import CI, COMMENT, GOOD, PATH, RELEASE, RELEASED, bad, badly_released, good
from tests.guard.service import stamped
from tests.limits import TIMES

SHA = "3d3c42e5aac5ba805825da76410c181273ba90b1"
PINS = {
    "actions/checkout": {"sha": SHA, "version": "v7.0.1"},
    "github/codeql-action": [{"sha": "5" * 40, "version": "v4.37.6"}, {"sha": "4" * 40, "version": "v4.36.2"}],
}
HEAD = "ref: ${{ github.event.pull_request.head.sha }}"
KEEPS = "          persist-credentials: false"


def step(script: str, more: str = "") -> str:
    """The good workflow with another script."""
    body = "\n".join(f"          {line}" for line in script.splitlines())
    return GOOD.replace("        run: make bench", f"{more}        run: |\n{body}")


def found(rule: str, text: str, path: str = PATH, **others: str) -> list[str]:
    service = stamped().add(path, text)
    for name, content in others.items():
        service = service.add(OTHERS[name], content)
    verdict = service.verdict(rule)
    assert verdict.state != "unknown", verdict
    return [finding.message for finding in verdict.findings]


OTHERS = {"action": ".github/actions/bench/action.yml", "called": ".github/workflows/called.yml", "ci": CI}
FINE = {
    "a comment above says what a permission is for": (
        "CI-01",
        GOOD.replace("contents: read # check out the code", "# tag the commit\n      contents: write"),
    ),
    "permissions are none": ("CI-01", GOOD.replace("permissions:\n      contents: read # check out the code", "permissions: {}")),
    "a local action": ("CI-02", GOOD.replace("run: make bench", "uses: ./.github/actions/bench")),
    "the repository's own action as of this commit": ("CI-02", GOOD.replace("run: make bench", "uses: $/")),
    "an image by its digest": ("CI-02", GOOD.replace("run: make bench", f"uses: docker://alpine@sha256:{'a' * 64}")),
    "a foreign action that nobody pins": ("CI-02", GOOD.replace("run: make bench", f"uses: acme/x@{SHA} # v1.2.3")),
    "a version in another form": ("CI-02", GOOD.replace("# v7.0.1", "# tag=v7.0.1")),
    "a version that is less exact": ("CI-02", GOOD.replace("# v7.0.1", "# v7")),
    "an action in quotes": ("CI-02", GOOD.replace(f"actions/checkout@{SHA}", f'"actions/checkout@{SHA}"')),
    "a script that speaks of an action": ("CI-02", step("echo 'uses: actions/checkout@v4'")),
    "a privileged trigger without the head": ("CI-03", COMMENT),
    "the head, and no privileged trigger": (
        "CI-03",
        COMMENT.replace("_target", "").replace(KEEPS, f"{KEEPS}\n          {HEAD}"),
    ),
    "the head of a branch of our own": (
        "CI-03",
        COMMENT.replace(KEEPS, f"{KEEPS}\n          {HEAD}").replace(
            "    name: Measure\n",
            "    name: Measure\n    if: github.event.pull_request.head.repo.full_name == github.repository\n",
        ),
    ),
    "the head's number, and the base's code": ("CI-03", COMMENT.replace("run: make bench", "run: git log\n        env: {N: '${{ github.event.number }}'}")),
    "an expression in env": ("CI-04", GOOD.replace("run: make bench", "run: make bench\n        env: {A: '${{ github.head_ref }}'}")),
    "an expression in a name": ("CI-04", GOOD.replace("- name: Measure", "- name: Measure ${{ github.ref }}")),
    "an expression in a condition": ("CI-04", GOOD.replace("run: make bench", "if: ${{ github.actor == 'a' }}\n        run: make bench")),
    "an expression in the input of an action": ("CI-04", GOOD.replace(KEEPS, f"{KEEPS}\n          ref: ${{{{ github.ref }}}}")),
    "a variable of the shell": ("CI-04", step('echo "${HOME}" "$((1 + 2))" $GITHUB_REF')),
    "credentials kept by a job that pushes": ("CI-05", step("git push").replace("credentials: false", "credentials: true")),
    "no credentials, as text": ("CI-05", GOOD.replace("credentials: false", "credentials: 'false'")),
    "an action that only sounds alike": ("CI-05", GOOD.replace("run: make bench", f"uses: acme/checkout-cart@{SHA} # v1.0.0")),
    "concurrency of the job": ("CI-06", GOOD.replace(GOOD[GOOD.index("concurrency") : GOOD.index("jobs:")], "").replace("    name: Measure\n", "    name: Measure\n    concurrency: bench\n", 1)),
    "the token of the job": ("CI-07", GOOD.replace("run: make bench", "run: make bench\n        env: {GH_TOKEN: '${{ secrets.GITHUB_TOKEN }}'}")),
    "a secret that an environment protects": (
        "CI-07",
        step("make", "        env: {A: '${{ secrets.A }}'}\n").replace("    name: Measure\n", "    name: Measure\n    environment: bench\n", 1),
    ),
    "a script that speaks of secrets": ("CI-07", step("grep -r secrets.yml .")),
    "a secret that the caller hands over": (
        "CI-07",
        step("make", "        env: {A: '${{ secrets.A }}'}\n").replace('  schedule:\n    - cron: "3 4 * * *"', "  workflow_call:\n    secrets: {A: {required: true}}"),
    ),
    "a cache where nothing is published": ("CI-08", GOOD.replace("run: make bench", f"uses: actions/cache@{SHA} # v1")),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), FINE.values(), ids=FINE)
def test_this_is_in_order(rule, text):
    assert found(rule, text) == []


WRONG = {
    "a permission for all at the job": ("CI-01", GOOD.replace("permissions:\n      contents: read # check out the code", "permissions: write-all"), "write-all"),
    "a short commit": ("CI-02", GOOD.replace(SHA, SHA[:12]), "not at a commit"),
    "a branch that looks like a commit": ("CI-02", GOOD.replace(SHA, SHA.upper()), "not at a commit"),
    "a path below an action": ("CI-02", GOOD.replace(f"actions/checkout@{SHA} # v7.0.1", "github/codeql-action/init@v4"), "codeql-action/init"),
    "no version": ("CI-02", GOOD.replace(" # v7.0.1", ""), "which version"),
    "a version that is a lie": ("CI-02", GOOD.replace("# v7.0.1", "# v6.0.0"), "6.0.0"),
    "an image by its tag": ("CI-02", GOOD.replace("run: make bench", "uses: docker://alpine:3.22"), "no digest"),
    "no version at all": ("CI-02", GOOD.replace(f"@{SHA} # v7.0.1", ""), "no version"),
    "a name in other letters": ("CI-02", GOOD.replace(f"actions/checkout@{SHA}", f"Actions/Checkout@{'0' * 40}"), "does not pin"),
    "a step in braces": ("CI-02", GOOD.replace("      - name: Measure\n        run: make bench", "      - {uses: acme/x@v1}"), "at v1"),
    "the head by its branch": ("CI-03", COMMENT.replace(KEEPS, f"{KEEPS}\n          ref: ${{{{ github.head_ref }}}}"), "rights of"),
    "the merge of the head": ("CI-03", COMMENT.replace(KEEPS, f"{KEEPS}\n          ref: refs/pull/${{{{ github.event.number }}}}/merge"), "rights of"),
    "the head by its repository": ("CI-03", COMMENT.replace(KEEPS, f"{KEEPS}\n          repository: ${{{{ github.event.pull_request.head.repo.full_name }}}}"), "rights of"),
    "the head by the command line": ("CI-03", COMMENT.replace("run: make bench", 'run: gh pr checkout "$N"'), "rights of"),
    "the head by git": ("CI-03", COMMENT.replace("run: make bench", 'env: {SHA: "${{ github.event.pull_request.head.sha }}"}\n        run: git fetch origin "$SHA" && git checkout FETCH_HEAD'), "rights of"),
    "the head behind a label": (
        "CI-03",
        COMMENT.replace(KEEPS, f"{KEEPS}\n          {HEAD}").replace("    name: Measure\n", "    name: Measure\n    if: contains(github.event.pull_request.labels.*.name, 'safe')\n"),
        "rights of",
    ),
    "the head after another workflow": (
        "CI-03",
        COMMENT.replace("  pull_request_target:\n    types: [opened]", "  workflow_run:\n    workflows: [CI]\n    types: [completed]").replace(KEEPS, f"{KEEPS}\n          ref: ${{{{ github.event.workflow_run.head_sha }}}}"),
        "workflow_run",
    ),
    "the body of an issue": ("CI-04", step("cat <<EOF\n${{ github.event.issue.body }}\nEOF"), "others write"),
    "a comment of the shell": ("CI-04", step("# ${{ github.event.head_commit.message }}\nmake"), "others write"),
    "the name of a branch": ("CI-04", step("git log ${{ github.head_ref || github.sha }}"), "others write"),
    "the author of a commit": ("CI-04", step("echo ${{ github.event.commits[0].author.name }}"), "others write"),
    "the whole event": ("CI-04", step("echo '${{ toJSON(github.event) }}'"), "others write"),
    "an expression over two lines": ("CI-04", step("echo ${{\n  github.event.review.body }}"), "others write"),
    "an input": ("CI-04", step("echo ${{ inputs.version }}"), "inputs.version"),
    "a script in JavaScript": ("CI-04", GOOD.replace("run: make bench", f"uses: actions/github-script@{SHA} # v8.0.0\n        with:\n          script: |\n            console.log(`${{{{ github.event.issue.title }}}}`)"), "others write"),
    "credentials kept on purpose": ("CI-05", GOOD.replace("credentials: false", "credentials: true"), "nothing here pushes"),
    "a runner out of a matrix": ("CI-06", GOOD.replace("runs-on: ubuntu-24.04", "strategy: {matrix: {os: [ubuntu-24.04, windows-latest]}}\n    runs-on: ${{ matrix.os }}"), "windows-latest"),
    "a job without a name": ("CI-06", GOOD.replace("    name: Measure\n", "", 1), "no name"),
    "a workflow without a name": ("CI-06", GOOD.replace("name: Nightly\n", ""), "no name"),
    "every secret": ("CI-07", step("make", "        env: {A: '${{ toJSON(secrets) }}'}\n"), "does not name"),
    "every secret handed on": ("CI-07", f"{GOOD}  more:\n    uses: ./.github/workflows/x.yml\n    secrets: inherit\n", "every secret there is"),
    "a secret for every job": ("CI-07", GOOD.replace("jobs:", "env:\n  A: ${{ secrets.A }}\n\njobs:"), "every job"),
    "a secret in other letters": ("CI-07", step("make", "        env: {A: \"${{ secrets['a_b'] }}\"}\n"), "A_B"),
    "the stored key of a cloud": (
        "CI-07",
        GOOD.replace("run: make bench", f"uses: aws-actions/configure-aws-credentials@{SHA} # v5.0.0\n        with:\n          aws-secret-access-key: ${{{{ secrets.KEY }}}}").replace("    name: Measure\n", "    name: Measure\n    environment: aws\n", 1),
        "stored key KEY",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "text", "says"), WRONG.values(), ids=WRONG)
def test_this_is_not(rule, text, says):
    messages = found(rule, text)
    assert len(messages) == 1, messages
    assert says in messages[0]


ACTION = "name: Bench\nruns:\n  using: composite\n  steps:\n    - run: echo ${{ github.head_ref }}\n      shell: bash\n    - uses: acme/x@v1\n"


@pytest.mark.parametrize(("rule", "says"), [("CI-02", "at v1"), ("CI-04", "others write")])
def test_the_repositorys_own_actions_are_looked_at(rule, says):
    (message,) = found(rule, GOOD, action=ACTION)
    assert says in message


CALLED = GOOD.replace(
    '  schedule:\n    - cron: "3 4 * * *"', "  workflow_call:\n    inputs: {at: {type: string}}"
).replace(KEEPS, f"{KEEPS}\n          ref: ${{{{ inputs.at }}}}")
CALLING = """\
name: Calls
on: pull_request_target
jobs:
  more:
    name: More
    uses: ./.github/workflows/called.yml
    with:
      at: ${{ github.event.pull_request.head.sha }}
"""


def test_a_head_that_is_handed_to_another_workflow():
    assert len(found("CI-03", CALLING, called=CALLED)) == 1
    assert found("CI-03", CALLING, called=CALLED.replace("inputs.at", "github.sha")) == []


def test_a_workflow_that_follows_what_no_pull_request_starts():
    after = COMMENT.replace("  pull_request_target:\n    types: [opened]", "  workflow_run:\n    workflows: [Nightly]")
    after = after.replace(KEEPS, f"{KEEPS}\n          ref: ${{{{ github.event.workflow_run.head_sha }}}}")
    assert found("CI-03", after, ".github/workflows/after.yml", called=GOOD) == []


def test_one_alias_is_one_finding():
    aliased = GOOD.replace("      - name: Measure\n        run: make bench", "      - &x {uses: acme/x@v1}\n      - *x")
    assert len(found("CI-02", aliased)) == 1


CHECK = "check: fmt lint types arch test"
GATES = {
    "the gates may fail": ("run: make check", "continue-on-error: true\n        run: make check", "nobody notices"),
    "the failure is shrugged off": ("run: make check", "run: make check || true", "nobody notices"),
    "the job may fail": ("    name: Quality gates\n", "    name: Quality gates\n    continue-on-error: true\n", "nobody notices"),
    "the gates are spoken of": ("run: make check", 'run: echo "make check" # make check', "no workflow runs"),
    "the gates are switched off": ("run: make check", "if: false\n        run: make check", "no workflow runs"),
    "the job for all does not always run": ("    if: always()\n", "", "no one status"),
    "the job for all does not look": ("RESULTS: ${{ join(needs.*.result, ' ') }}", "RESULTS: success", "does not look"),
    "pull requests start nothing": ("  pull_request:\n", "", "no workflow runs"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says"), GATES.values(), ids=GATES)
def test_gates_that_do_not_hold(old, new, says):
    messages = [finding.message for finding in stamped().edit(CI, old, new).verdict("CI-09").findings]
    assert len(messages) == 1, messages
    assert says in messages[0]


HOLDING = {
    "with options": lambda s: s.edit(CI, "run: make check", "run: make -j4 check"),
    "among others": lambda s: s.edit(CI, "run: make check", "run: |\n          export CI=1\n          make check A=1"),
    "as an expression": lambda s: s.edit(CI, "if: always()", "if: ${{ always() }}"),
    "called by make": lambda s: s.edit("Makefile", CHECK, "check:\n\t$(MAKE) fmt lint types arch test"),
    "by way of another": lambda s: s.edit("Makefile", CHECK, "check: quick \\\n  test\n\nquick: fmt lint types arch"),
}


@pytest.mark.parametrize("edit", HOLDING.values(), ids=HOLDING)
def test_gates_that_hold(edit):
    assert edit(stamped()).verdict("CI-09").state == "pass"


def test_gates_inside_a_workflow_that_is_called():
    called = CALLED.replace("run: make bench", "run: make check")
    ci = stamped().files[CI].decode()
    at = ci.index("    runs-on"), ci.index("  workflows:")
    calling = ci[: at[0]] + "    uses: ./.github/workflows/called.yml\n" + ci[at[1] :]
    assert stamped().add(OTHERS["called"], called).add(CI, calling).verdict("CI-09").state == "pass"


def test_the_makefile_that_leaves_a_gate_out():
    broken = stamped().edit("Makefile", CHECK, "check: fmt lint types test")
    (finding,) = broken.verdict("CI-09").findings
    assert "does not run arch" in finding.message


def test_ci_of_another_forge_is_not_understood():
    elsewhere = stamped().drop(CI, ".github/workflows/security.yml").add(".travis.yml", "script: make check\n")
    assert elsewhere.verdict("CI-09").state == "unknown"
    assert elsewhere.drop(".travis.yml").verdict("CI-09").state == "fail"


ZIZMOR = "uvx zizmor==1.32.0 --offline --persona=pedantic ."


@pytest.mark.parametrize(
    ("edit", "state"),
    [
        (lambda s: s.edit(CI, ZIZMOR, "docker run --rm rhysd/actionlint:1.7.12"), "pass"),
        (lambda s: s.edit(CI, ZIZMOR, "true").append("Makefile.local", "ci:\n\tuvx zizmor==1.32.0 .\n"), "pass"),
        (lambda s: s.edit(CI, ZIZMOR, "echo zizmor"), "fail"),
        (lambda s: s.edit(CI, ZIZMOR, f"{ZIZMOR} || true"), "fail"),
        (lambda s: s.edit(CI, ZIZMOR, f"true # {ZIZMOR}"), "fail"),
    ],
    ids=["another linter", "by make", "spoken of", "shrugged off", "commented out"],
)
def test_the_lint_of_ci(edit, state):
    service = stamped().add("Makefile.local", "") if "Makefile.local" not in stamped().files else stamped()
    assert edit(service).verdict("CI-10").state == state


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("uses: astral-sh/setup-uv@20cfd1bf945f4377ade1205e4dbc17946fc9a30d # v10.0.1\n        with:\n          enable-cache: false", "uses: astral-sh/setup-uv@20cfd1bf945f4377ade1205e4dbc17946fc9a30d # v10.0.1"),
        ("          push: true", "          push: true\n          cache-from: type=gha"),
        ("      - name: Build and push\n", f"      - uses: actions/cache@{SHA} # v6\n      - name: Build and push\n"),
        ("enable-cache: false", f"enable-cache: false\n      - uses: actions/setup-go@{SHA} # v7"),
        ("runs-on: ubuntu-24.04", "runs-on: {group: ours}"),
    ],
)  # fmt: skip
def test_a_release_that_is_not_built_apart(old, new):
    assert badly_released(old, new)(stamped()).verdict("CI-08").state == "fail"


def test_what_is_published_from_a_branch_is_a_release_too():
    pushed = RELEASED.replace('tags: ["v*"]', "branches: [main]").replace("enable-cache: false", "enable-cache: true")
    assert stamped().add(RELEASE, pushed).verdict("CI-08").state == "fail"
    kept = pushed.replace("          push: true", "          push: false")
    assert stamped().add(RELEASE, kept).verdict("CI-08").state == "not_applicable"


def test_without_workflows_there_is_nothing_to_say():
    bare = stamped().drop(CI, ".github/workflows/security.yml")
    for number in ("01", "02", "03", "04", "05", "06", "07", "08", "10"):
        assert bare.verdict(f"CI-{number}").state == "not_applicable"


@pytest.mark.parametrize(
    "text", ["jobs: [", "a: b: c", "- 1\n", "jobs: {a: 3, b: {steps: 4}, c: {steps: [null, {uses: 5, run: [x]}]}}"]
)
def test_what_is_no_workflow_ends_nothing(text):
    for number in range(1, 11):
        findings = good(stamped()).add(".github/workflows/odd.yml", text).verdict(f"CI-{number:02}").findings
        assert not [finding for finding in findings if "the rule itself" in finding.message]


# Pins.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- uses: actions/checkout@v4", f"- uses: actions/checkout@{SHA} # v7.0.1"),
        ("- uses: actions/checkout@v4   # v4.1.0", f"- uses: actions/checkout@{SHA}   # v7.0.1"),
        ("- uses: 'actions/checkout@main' # why not", f"- uses: 'actions/checkout@{SHA}' # v7.0.1 why not"),
        ("- uses: actions/checkout@v4 # tag=v4.1.0 (old)", f"- uses: actions/checkout@{SHA} # tag=v7.0.1 (old)"),
        ("- {uses: actions/checkout@v4}", f"- {{uses: actions/checkout@{SHA}}} # v7.0.1"),
        ("- {uses: 'actions/checkout@v4', with: {}} # x", f"- {{uses: 'actions/checkout@{SHA}', with: {{}}}} # v7.0.1 x"),
        ("- {uses: actions/checkout@v4, name: 'a # b'}", f"- {{uses: actions/checkout@{SHA}, name: 'a # b'}}"),
        ("- uses: github/codeql-action/init@v3", f"- uses: github/codeql-action/init@{'5' * 40} # v4.37.6"),
        (f"- uses: github/codeql-action/init@{'4' * 40} # v4.36.2", f"- uses: github/codeql-action/init@{'4' * 40} # v4.36.2"),
        (f"- uses: github/codeql-action/init@{'4' * 40} # v1", f"- uses: github/codeql-action/init@{'4' * 40} # v4.36.2"),
        ("- uses: acme/x@v1", "- uses: acme/x@v1"),
        ("- run: 'uses: actions/checkout@v4'", "- run: 'uses: actions/checkout@v4'"),
        ("- uses: ./local", "- uses: ./local"),
    ],
)  # fmt: skip
def test_pinning_one_line(before, after):
    text = "jobs:\r\n  a:\r\n    steps:\r\n      {}\r\n      - run: |\r\n          uses: actions/checkout@v4\r\n"
    assert pin(text.format(before), PINS) == text.format(after)


def test_pins_that_are_none():
    with pytest.raises(FormatError, match="actions/checkout"):
        pin("", {"actions/checkout": {"sha": "v4"}})
    broken = {"actions/checkout": {"sha": "v4"}}
    assert good(stamped()).verdict("CI-02", pins=broken).state == "unknown"


LINES = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["actions/checkout", "github/codeql-action/init", "acme/x", "Actions/Checkout"]),
            st.sampled_from(["v4", "main", SHA, "4" * 40, "5" * 40, "0" * 40]),
            st.sampled_from(["", " # v4", "  # v7.0.1", " # because", " #", "  "]),
        ).map(lambda parts: f"      - uses: {parts[0]}@{parts[1]}{parts[2]}"),
        st.sampled_from(["      - run: make # v4", "      - run: |\n          - uses: actions/checkout@v4", "", "      # uses: actions/checkout@v4"]),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=150 * TIMES)
@given(lines=LINES, ending=st.sampled_from(["\n", "\r\n"]), last=st.booleans())
def test_pinning_changes_the_pins_and_nothing_else(lines, ending, last):
    text = (
        ending.join(["jobs:", "  a:", "    steps:", *lines]).replace("\r\n", "\n").replace("\n", ending) + ending * last
    )
    pinned = pin(text, PINS)
    assert pin(pinned, PINS) == pinned
    before, after = text.split(ending), pinned.split(ending)
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        assert old == new or (old.split("@")[0] == new.split("@")[0] and old.startswith("      - uses: "))
        known = new.lower().startswith(("      - uses: actions/checkout@", "      - uses: github/"))
        assert not known or any(one in new for one in (f"@{SHA}", "@" + "4" * 40, "@" + "5" * 40))
    service = stamped().add(PATH, pinned).verdict("CI-02", pins=PINS)
    assert not [one for one in service.findings if one.path == PATH and "--fix" in one.fix]


# Shell.


@pytest.mark.parametrize(
    ("script", "programs"),
    [
        ("a && b || c; d | e\nf &\ng", ["a", "b", "c", "d", "e", "f", "g"]),
        ("# a\nb # c\n'd' \"e f\"", ["b", "d"]),
        ("cat <<EOF | b\nnot me\nEOF\nc", ["cat", "b", "c"]),
        ("X=1 sudo -E env A=b /usr/bin/c -d", ["c"]),
        ("if ! a; then b; else c; fi", ["a", "b", "c", "fi"]),
        ("X=$(a b) ; `c`", ["a", "c"]),
        ("bash -c 'a && b'", ["bash", "a", "b"]),
        ("python3.12 -m pip install x", ["pip"]),
        ("a \\\n  --b \\\n  c\nd", ["a", "d"]),
        ("echo ${{ x || 'y' }} && $(UV) run", ["echo", "uv"]),
        ("it's \"open", ["it's"]),
    ],
)
def test_the_commands_of_a_script(script, programs):
    assert [command.program for command in commands(script)] == programs


def test_commands_know_their_line():
    assert [command.line for command in commands("a\n\n  b\nc \\\n d && e\n")] == [0, 2, 3, 4]


def test_a_bad_workflow_is_as_it_was_written():
    assert bad("make bench", "make other")(stamped()).files[PATH].decode() == GOOD.replace("make bench", "make other")


@pytest.mark.parametrize(
    "runner",
    [
        "${{ vars.RUNNER }}",
        "[self, '${{ inputs.size }}']",
        "${{ vars.X || 'ubuntu-24.04' }}",
        "${{ matrix.os }}\n    strategy: {matrix: '${{ fromJSON(needs.plan.outputs.matrix) }}'}",
        "${{ matrix.os }}\n    strategy: {matrix: {os: '${{ fromJSON(needs.plan.outputs.os) }}'}}",
        "${{ matrix['os'] }}\n    strategy: {matrix: {os: [ubuntu-24.04], include: '${{ fromJSON(inputs.more) }}'}}",
    ],
)
def test_a_runner_that_is_decided_elsewhere_is_no_pass(runner):
    service = stamped().add(
        ".github/workflows/nightly.yml", GOOD.replace("runs-on: ubuntu-24.04", f"runs-on: {runner}")
    )
    assert service.verdict("CI-06").state == "unknown"
