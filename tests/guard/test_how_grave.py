"""How grave a finding is: what somebody can use at once is high, what is only not as it should be is less."""

import pytest

from tests.guard.alone import LOCK, found
from tests.guard.service import Service, stamped

SHA = "3d3c42e5aac5ba805825da76410c181273ba90b1"
OTHER = "9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0"
PINS = {"actions/checkout": {"sha": SHA, "version": "v7.0.1"}}
WORKFLOW = ".github/workflows/nightly.yml"
TWO_JOBS = "jobs:\n  a: {runs-on: x, steps: [{run: 'true'}]}\n  b: {runs-on: x, steps: [{run: 'true'}]}\n"
ONE_JOB = "jobs:\n  a: {runs-on: x, steps: [{run: 'true'}]}\n"
OWN_RIGHTS = "jobs:\n  a: {runs-on: x, permissions: {}, steps: [{run: 'true'}]}\n"


def severities(rule: str, files: dict[str, str | bytes], **parameters: object) -> list[str]:
    contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    verdict = Service({LOCK: stamped().files[LOCK], **contents}, {}).verdict(rule, **parameters)
    return [one.severity for one in verdict.findings]


def using(action: str) -> str:
    return f"on: push\npermissions: {{}}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: {action}\n"


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        (f"on: push\n{ONE_JOB}", ["high"]),
        (f"on: push\n{OWN_RIGHTS}", ["low"]),
        (f"on: workflow_call\n{ONE_JOB}", ["medium"]),
        (f"on: push\npermissions: {{contents: read}}\n{TWO_JOBS}", ["low"]),
        (f"on: push\npermissions: read-all\n{TWO_JOBS}", ["medium"]),
        (f"on: push\npermissions: {{contents: write}}\n{TWO_JOBS}", ["high"]),
        (f"on: push\npermissions: {{contents: write}}\n{ONE_JOB}", ["medium"]),
        (f"on: push\npermissions: write-all\n{ONE_JOB}", ["high"]),
        (f"on: push\npermissions: {{}}\n{ONE_JOB.replace('x,', 'x, permissions: write-all,')}", ["high"]),
        (f"on: push\npermissions: {{}}\n{ONE_JOB.replace('x,', 'x, permissions: {contents: write},')}", ["low"]),
    ],
)
def test_permissions(text, severity):
    assert severities("CI-01", {WORKFLOW: text}) == severity


def test_the_line_is_that_of_the_first_right_to_write():
    text = f"on: push\npermissions:\n  contents: read\n  id-token: write\n{TWO_JOBS}"
    assert found("CI-01", {WORKFLOW: text}) == [f"{WORKFLOW}:4 the workflow gives permissions to every job"]


@pytest.mark.parametrize(
    ("given", "messages"),
    [
        ("", ["the job a takes every right that an app has"]),
        ("\n          owner: acme", ["the job a takes every right that an app has"]),
        ("\n          permission-contents: read", []),
    ],
)
def test_the_token_of_an_app(given, messages):
    text = using(f"actions/create-github-app-token@{SHA} # v2.0.0\n        with:\n          app-id: 1{given}")
    assert [one.partition(" ")[2] for one in found("CI-01", {WORKFLOW: text})] == messages


@pytest.mark.parametrize(
    ("action", "severity"),
    [
        ("actions/checkout@v7", "high"),
        ("actions/checkout@main", "high"),
        (f"actions/checkout@{OTHER} # v7.0.0", "medium"),
        (f"actions/checkout@{OTHER} # v7.0.1", "high"),  # another commit that calls itself the platform's
        (f"actions/checkout@{SHA} # v6.0.0", "medium"),
        (f"actions/checkout@{SHA}", "low"),
        (f"acme/unknown@{OTHER}", "low"),
        ("docker://acme/tool:latest", "high"),
        ("slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@v2.1.0", "low"),
        ("slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@main", "high"),
    ],
)
def test_pins(action, severity):
    assert severities("CI-02", {WORKFLOW: using(action)}, pins=PINS) == [severity]


@pytest.mark.parametrize(
    ("job", "severity"),
    [
        ("steps: [{run: x, env: {A: '${{ secrets.TOKEN }}'}}]", "medium"),
        ("uses: ./.github/workflows/inner.yml, secrets: inherit", "medium"),
        ("uses: acme/ci/.github/workflows/inner.yml@main, secrets: inherit", "high"),
        ("steps: [{uses: 'a/b@v1', with: {credentials_json: '${{ secrets.KEY }}'}}]", "high"),
    ],
)
def test_secrets(job, severity):
    assert severities("CI-07", {WORKFLOW: f"on: push\njobs:\n  a: {{{job}}}\n"}) == [severity]


def test_a_clouds_key_is_the_secret_and_not_what_it_belongs_to():
    creds = '{"clientId":"${{ secrets.ARM_CLIENT_ID }}","clientSecret":"${{ secrets.ARM_CLIENT_SECRET }}"}'
    text = f"on: push\njobs:\n  a:\n    environment: x\n    steps:\n      - uses: azure/login@v2\n        with: {{creds: '{creds}'}}\n"
    (message,) = found("CI-07", {WORKFLOW: text})
    assert "the stored key ARM_CLIENT_SECRET" in message


@pytest.mark.parametrize(
    ("image", "severity"),
    [
        ("postgres", ["high"]),
        ("postgres:latest", ["high"]),
        ("acme/tool:3-latest", ["high"]),
        ("acme/tool:nightly", ["high"]),
        ("postgres:18.1", ["medium"]),
        ("acme/latest-tool:1.0", ["medium"]),
        ("localhost:5000/tool", ["high"]),
        (f"postgres:18@sha256:{'7' * 64}", []),
    ],
)
def test_images(image, severity):
    assert severities("SC-08", {"Dockerfile": f"FROM {image}\n"}) == severity


@pytest.mark.parametrize(
    ("others", "count"),
    [
        ({}, 1),
        ({"Dockerfile": f"FROM a@sha256:{'7' * 64} AS base\n"}, 0),
        ({"Makefile": "image:\n\tdocker build -t base .\n"}, 0),
        ({"Makefile": "NAME = base\nimage:\n\tdocker build --tag $(PREFIX)$(NAME):dev .\n"}, 0),
        ({"Makefile": "image:\n\tdocker build -t acme/base .\n"}, 1),
    ],
)
def test_an_image_that_is_built_here_is_not_fetched(others, count):
    assert len(found("SC-08", {"dev.Dockerfile": "FROM base\n", **others})) == count


@pytest.mark.parametrize(
    ("path", "content", "severity"),
    [
        ("bin/tool", b"\x7fELF\0\0", ["high"]),
        ("tests/data/tool", b"\x7fELF\0\0", ["medium"]),
        ("playground/tool", b"\x7fELF\0\0", ["medium"]),
        ("src/app.snap", b"hsqs\0\0", ["high"]),
        ("src/page.snap", b"a \x00 shown as it is", []),  # what a test compares with
        ("src/long.whl", b"text\n" * 300_000, []),
        ("src/long.whl", b"PK\0\0" * 300_000, ["high"]),
    ],
)
def test_binaries(path, content, severity):
    assert severities("SC-09", {path: content}) == severity


@pytest.mark.parametrize(
    ("path", "text", "severity"),
    [
        ("Dockerfile", "FROM x\nRUN uv sync\n", ["high"]),
        (".github/docker/Dockerfile", "FROM x\nRUN uv sync\n", ["medium"]),
        (WORKFLOW, "on: push\njobs:\n  a: {steps: [{run: uv sync}]}\n", ["medium"]),
        (WORKFLOW, "on: {push: {tags: ['*']}}\njobs:\n  a: {steps: [{run: uv sync}, {run: uv publish}]}\n", ["high"]),
    ],
)
def test_an_installation_beside_the_lock(path, text, severity):
    manifest = '[project]\nname = "x"\ndependencies = ["a"]\n'
    files = {"pyproject.toml": manifest, "uv.lock": '[[package]]\nname = "a"\nversion = "1"\n', path: text}
    assert severities("SC-01", files) == severity


def test_a_branch_that_a_lock_holds_is_less_grave():
    manifest = '[project]\nname = "x"\ndependencies = ["a @ git+https://a.test/a.git"]\n'
    lock = '[[package]]\nname = "a"\nversion = "1"\n'
    assert severities("SC-01", {"pyproject.toml": manifest, "uv.lock": lock}) == ["medium"]
    assert severities("SC-01", {"pyproject.toml": manifest}) == ["high", "high"]
