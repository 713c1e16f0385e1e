"""What an expression stands for: a pull request's head, and a stranger's text, by way of something else."""

import pytest

from tests.guard.cases_workflows import COMMENT, GOOD, PATH
from tests.guard.service import stamped

KEEPS = "          persist-credentials: false"
SHA = "${{ github.event.pull_request.head.sha }}"
BEFORE = "      - name: Check out\n"


def found(rule: str, text: str, **others: str) -> list[str]:
    service = stamped().add(PATH, text)
    for name, content in others.items():
        service = service.add(f".github/actions/{name}/action.yml", content)
    return [finding.message for finding in service.verdict(rule).findings]


def checking_out(ref: str, *, workflow: str = "", job: str = "", step: str = "", before: str = "") -> str:
    """The workflow on comments, whose checkout takes `ref`; with variables, and with steps before it."""
    text = COMMENT.replace(KEEPS, f"{KEEPS}\n          ref: {ref}{step}").replace(BEFORE, f"{before}{BEFORE}")
    return text.replace("jobs:\n", f"{workflow}jobs:\n").replace("    steps:\n", f"{job}    steps:\n")


def output(step: str, name: str = "head") -> str:
    return f"      - id: {name}\n{step}"


OTHER_JOB = "  head:\n    runs-on: x\n    outputs: {{sha: '{}'}}\n    steps:\n      - id: pr\n        run: {}\n"
TAKEN = {
    "a variable of the workflow": checking_out("${{ env.REF }}", workflow=f"env:\n  REF: {SHA}\n"),
    "a variable of the job": checking_out("${{ env.REF }}", job=f"    env:\n      REF: {SHA}\n"),
    "a variable of the step": checking_out("${{ env.REF }}", step=f"\n        env:\n          REF: {SHA}"),
    "a variable of a variable": checking_out("${{ env.A }}", workflow="env: {A: '${{ env.B }}', B: '" + SHA + "'}\n"),
    "a variable by its name in brackets": checking_out("${{ env['REF'] }}", workflow=f"env:\n  REF: {SHA}\n"),
    "a name in brackets": checking_out("${{ github.event['pull_request'].head.sha }}"),
    "all names in brackets": checking_out("${{ github['event']['pull_request']['head']['sha'] }}"),
    "other letters": checking_out("${{ GitHub.Event.Pull_Request.Head.SHA }}"),
    "an output of a script": checking_out(
        "${{ steps.head.outputs.sha }}", before=output(f'        run: echo "sha={SHA}" >> "$GITHUB_OUTPUT"\n')
    ),
    "an output from a variable": checking_out(
        "${{ steps.head.outputs.sha }}",
        before=output(f'        env: {{A: "{SHA}"}}\n        run: |\n          b=$A\n          echo "sha=$b" >> "$GITHUB_OUTPUT"\n'),
    ),
    "an output of the command line": checking_out(
        "${{ steps.head.outputs.sha }}",
        before=output('        run: echo "sha=$(gh pr view $N --json headRefOid -q .headRefOid)" >> $GITHUB_OUTPUT\n'),
    ),
    "an output of a script in JavaScript": checking_out(
        "${{ steps.head.outputs.result }}",
        before=output("        uses: actions/github-script@v8\n        with: {script: 'return context.payload.pull_request.head.sha'}\n"),
    ),
    "an output of an action that finds it": checking_out(
        "${{ steps.head.outputs.head_sha }}", before=output("        uses: acme/pull-request-branch@v1\n")
    ),
    "a variable that a script sets": checking_out(
        "${{ env.REF }}", before=output(f'        run: echo "REF={SHA}" >> "$GITHUB_ENV"\n')
    ),
    "an output of another job": checking_out("${{ needs.head.outputs.sha }}")
    + OTHER_JOB.format(SHA, "make"),
    "an output of a step of another job": checking_out("${{ needs.head.outputs.sha }}")
    + OTHER_JOB.format("${{ steps.pr.outputs.sha }}", f"echo sha={SHA} >> $GITHUB_OUTPUT"),
}  # fmt: skip


@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_the_head_is_taken_by_way_of(text):
    assert len(found("CI-03", text)) == 1


LEFT = {
    "a variable of something else": checking_out("${{ env.REF }}", workflow=f"env:\n  REF: main\n  HEAD_SHA: {SHA}\n"),
    "a variable that a job sets anew": checking_out("${{ env.REF }}", workflow=f"env: {{REF: '{SHA}'}}\n", job="    env: {REF: main}\n"),
    "another output of the step": checking_out(
        "${{ steps.head.outputs.base }}",
        before=output(f'        run: |\n          echo "sha={SHA}" >> $GITHUB_OUTPUT\n          echo "base=main" >> $GITHUB_OUTPUT\n'),
    ),
    "another output of a script in JavaScript": checking_out(
        "${{ steps.head.outputs.base }}",
        before=output("        uses: actions/github-script@v8\n        with:\n          script: |\n            core.setOutput('base', pull.base.sha)\n            core.setOutput('head', pull.head.sha)\n"),
    ),
    "the base in brackets": checking_out("${{ github.event['pull_request'].base.sha }}"),
    "variables that name each other": checking_out("${{ env.A }}", workflow="env: {A: '${{ env.B }}', B: '${{ env.A }}'}\n"),
    "a head of our own, asked in brackets": checking_out("${{ github.head_ref }}").replace(
        "    name: Measure\n",
        "    name: Measure\n    if: github.event['pull_request'].head.repo.full_name == github.repository\n",
        1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", LEFT.values(), ids=LEFT)
def test_no_head_is_taken_by_way_of(text):
    assert found("CI-03", text) == []


def test_an_action_of_the_repository_that_is_handed_the_head():
    action = "inputs: {at: {}}\nruns:\n  using: composite\n  steps:\n    - uses: actions/checkout@v4\n      with: {ref: '${{ inputs.at }}'}\n"
    handing = COMMENT.replace("run: make bench", f"uses: ./.github/actions/take\n        with:\n          at: {SHA}")
    assert len(found("CI-03", handing, take=action)) == 1
    assert found("CI-03", handing.replace(SHA, "main"), take=action) == []


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("run: make bench", "run: echo ${{ github.event['pull_request'].title }}"),
        GOOD.replace("run: make bench", "run: echo ${{ github['head_ref'] }}"),
        GOOD.replace("run: make bench", "run: echo ${{ env.T }}\n        env: {T: '${{ github.event.issue.title }}'}"),
        GOOD.replace("    steps:\n", "    env:\n      T: ${{ github.event.issue.title }}\n    steps:\n").replace("make bench", "echo ${{ env.T }}"),
        GOOD.replace(BEFORE, "      - id: t\n        env: {T: '${{ github.event.issue.body }}'}\n        run: echo \"t=$T\" >> $GITHUB_OUTPUT\n" + BEFORE).replace("make bench", "echo ${{ steps.t.outputs.t }}"),
    ],
)  # fmt: skip
def test_what_others_write_by_way_of_something_else(text):
    (message,) = found("CI-04", text)
    assert "others write" in message


def test_results_by_their_names_in_brackets():
    ci = ".github/workflows/ci.yml"
    asked = stamped().edit(ci, "join(needs.*.result, ' ')", "needs['quality'].result")
    assert not [one for one in asked.verdict("CI-09").findings if "does not look" in one.message]
