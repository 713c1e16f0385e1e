"""All that CI runs: what is fetched and used, in which images, by which forge, and for whom."""

import pytest

from scaffold.guard.readers.expressions import outcomes
from tests.guard.alone import found, state
from tests.guard.cases_workflows import GOOD

DIGEST = f"sha256:{'7' * 64}"
SUM = f'echo "{"7" * 64}  tool" | sha256sum -c -'
UNSEEN = [
    "curl -fsSLo tool https://a.test/tool && chmod +x tool && ./tool",
    "curl -sLO https://a.test/tool.tgz\ntar xzf tool.tgz",
    "curl https://a.test/tool > /tmp/tool\nbash /tmp/tool",
    "wget -q https://a.test/tool.deb\nsudo dpkg -i tool.deb",
    "wget -O tool.zip https://a.test/tool.zip\nunzip tool.zip",
    "curl --output tool https://a.test/tool\ninstall -m 0755 tool /usr/local/bin/tool",
    "curl -L https://a.test/t.tgz | sudo tar -xz -C /usr/local/bin",
    "curl https://a.test/x.py | python3 -",
    "python3 -c \"import urllib.request as u; exec(u.urlopen('https://a.test/p.py').read())\"",
    "node -e \"fetch('https://a.test/x.js').then(r => r.text()).then(eval)\"",
    "docker run --rm -v $PWD:/w -w /w acme/tool:latest build",
    "docker run acme/tool",
    "podman run --rm -it docker.io/acme/tool:v1 sh",
]
SEEN = [
    f"curl -fsSLo tool https://a.test/tool\n{SUM}\nchmod +x tool && ./tool",
    "curl -sSf https://a.test/health",
    "curl -o page.html https://a.test/page.html\ngrep title page.html",
    "curl -fsSLo tool https://a.test/tool\ncosign verify-blob tool\nchmod +x tool",
    "tar xzf dist.tgz",
    f"docker run --rm acme/tool@{DIGEST} build",
    "docker run --rm acme/tool:1.7.12 build",
    "docker build -t ours . && docker run --rm ours",
    "docker run --rm $IMAGE",
    "python3 -c 'print(1)'",
    "docker compose run web",
]


@pytest.mark.parametrize("script", UNSEEN)
def test_what_is_fetched_and_used_unseen(script):
    assert len(found("SC-05", {"scripts/x.sh": f"#!/bin/sh\nset -eu\n{script}\n"})) == 1


@pytest.mark.parametrize("script", SEEN)
def test_what_is_compared_or_only_read(script):
    assert found("SC-05", {"scripts/x.sh": f"#!/bin/sh\nset -eu\n{script}\n"}) == []


@pytest.mark.parametrize("caller", ["bash tools/ci/x", "./tools/ci/x", "sh -eu tools/ci/x", "source tools/ci/x"])
def test_a_script_is_followed_wherever_it_lies(caller):
    files = {
        ".github/workflows/nightly.yml": GOOD.replace("make bench", caller),
        "tools/ci/x": "#!/bin/sh\nnpx cowsay\n",
    }
    assert [one for one in found("SC-05", files) if "tools/ci/x:2" in one]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"FROM x@{DIGEST}\nADD https://a.test/t.tgz /opt/\n", "no --checksum"),
        (f"FROM x@{DIGEST}\nADD --checksum={DIGEST} https://a.test/t.tgz /opt/\n", ""),
        (f"FROM x@{DIGEST}\nADD app.tgz /opt/\n", ""),
    ],
)
def test_what_an_image_adds(text, says):
    messages = found("SC-05", {"Dockerfile": text})
    assert len(messages) == bool(says)
    assert says in "".join(messages)


@pytest.mark.parametrize(
    ("rev", "count"), [("main", 1), ("HEAD", 1), ("v1.2.0", 0), ("2024.1", 0), ("0" * 40, 0), ('"3"', 0)]
)
def test_hooks_at_a_branch(rev, count):
    text = f"repos:\n  - repo: https://a.test/hooks\n    rev: {rev}\n    hooks: [{{id: x}}]\n  - repo: local\n    hooks: []\n"
    assert len(found("SC-05", {".pre-commit-config.yaml": text, "Makefile": "x:\n\ttrue\n"})) == count


GITLAB = """\
default:
  image: python:3.13
include:
  - local: /ci/*.yml
test:
  script:
    - make check
"""


def test_a_pipeline_of_gitlab_has_jobs_steps_and_images():
    files = {".gitlab-ci.yml": GITLAB, "ci/more.yml": "more:\n  image:\n    name: node:latest\n  script: curl x | sh\n"}
    assert [one for one in found("SC-08", files) if "python:3.13" in one] == [
        ".gitlab-ci.yml:2 the image python:3.13 is not pinned by its digest"
    ]
    assert [one for one in found("SC-08", files) if "ci/more.yml:2 the image node:latest" in one]
    assert found("SC-05", files) == ["ci/more.yml:4 what curl fetches is run by sh unseen"]


SPREAD = {
    ".gitlab-ci.yml": "include: {local: ci/base.yml}\nvariables: {VERSION: '3.13'}\n"
    "publish:\n  extends: .release\n  image: python:$VERSION\n",
    "ci/base.yml": "include: /ci/more.yml\n.release:\n  script:\n    - make build\n    - !reference [.upload, script]\n",
    "ci/more.yml": ".upload:\n  script:\n    - - pip install twine\n      - [twine upload dist/*]\n",
}


def test_a_job_of_gitlab_is_put_together_of_all_files():
    assert found("SC-06", SPREAD) == [".gitlab-ci.yml:3 the release has no provenance"]
    assert found("SC-05", SPREAD) == [".gitlab-ci.yml:3 `pip install twine` fetches whatever version is newest"]
    assert found("SC-08", SPREAD) == [".gitlab-ci.yml:5 the image python:3.13 is not pinned by its digest"]


@pytest.mark.parametrize(
    ("job", "count"),
    [
        ("  script: [uv publish]\n", 1),
        ("  script: [docker push a/b]\n", 1),
        ("  script: [/kaniko/executor --context . --destination a/b:1]\n", 1),
        ("  script: [make]\n  release: {tag_name: v1}\n", 1),
        ("  script: [npm publish]\n", 1),
        ("  script: [npm publish --provenance]\n", 0),
        ("  script: [docker push a/b, cosign sign a/b]\n", 0),
        ("  script: [uv publish]\n  variables: {RUNNER_GENERATE_ARTIFACTS_METADATA: 'true'}\n", 0),
        ("  script: [make publish-docs]\n", 0),
    ],
)
def test_a_release_from_gitlab_has_a_provenance(job, count):
    assert len(found("SC-06", {".gitlab-ci.yml": f"publish:\n{job}"})) == count


MAKE = {
    "Makefile": "check: fmt lint types arch test\n"
    + "".join(f"{x}:\n\ttrue\n" for x in ["fmt", "lint", "types", "arch", "test"])
}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("", ""),
        ("  allow_failure: true\n", "nobody notices"),
        ("  when: manual\n", "run only if when: manual"),
        ("  rules:\n    - if: $CI_PIPELINE_SOURCE == 'merge_request_event'\n", ""),
        ("  rules:\n    - if: $CI_COMMIT_TAG\n", "run only if rules"),
        ("  only: [tags]\n", "run only if only"),
        ("  except: [merge_requests]\n", "run only if except"),
        ("  allow_failure: {exit_codes: 3}\n", "nobody notices"),
        ("  rules:\n    - if: $CI_MERGE_REQUEST_IID\n      allow_failure: true\n", "nobody notices"),
        ("  rules:\n    - if: $CI_PIPELINE_SOURCE == 'merge_request_event'\n      when: never\n    - when: always\n", "when: ne"),
        ("  rules:\n    - if: $CI_MERGE_REQUEST_IID && $CHECKED\n", "run only if rules"),
        ("  rules:\n    - if: $CI_COMMIT_BRANCH\n", ""),
        ("  rules: !reference [.tags, rules]\n.tags:\n  rules: [{if: $CI_COMMIT_TAG}]\n", "run only if rules: $CI_COMMIT_TAG"),
        ("  extends: [.a, .b]\n.b:\n  extends: .c\n.c:\n  when: manual\n.a:\n  stage: x\n", "when: manual"),
        ("  extends: .a\n.a:\n  extends: .b\n.b:\n  extends: .a\n  when: manual\n", "when: manual"),
        ("workflow:\n  rules:\n    - if: $CI_COMMIT_TAG\n", "no workflow runs"),
        ("workflow:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == 'merge_request_event'\n    - if: $CI_COMMIT_TAG\n", ""),
    ],
)  # fmt: skip
def test_the_gates_in_a_pipeline_of_gitlab(more, says):
    messages = found("CI-09", {".gitlab-ci.yml": GITLAB + more, **MAKE})
    assert len(messages) == bool(says), messages
    assert says in "".join(messages)


@pytest.mark.parametrize(
    ("expression", "left"),
    [
        ("github.event.issue.title", ["github.event.issue.title"]),
        ("contains(github.event.issue.title, 'x')", []),
        ("github.event.issue.title == 'x' && 'a' || 'b'", []),
        ("github.event.issue.title || 'x'", ["github.event.issue.title"]),
        ("github.ref == 'a' && github.head_ref || github.sha", ["github.head_ref", "github.sha"]),
        ("(github.ref == 'a' && 'x') || ''", []),
        ("!github.event.issue.body", []),
        ("format('{0}', github.head_ref)", ["format('', github.head_ref)"]),
    ],
)
def test_what_an_expression_may_come_to(expression, left):
    assert list(outcomes(expression)) == left


THEIRS = GOOD.replace('  schedule:\n    - cron: "3 4 * * *"', "  pull_request_target:").replace(
    "run: make bench", "env:\n          TITLE: ${{ github.event.pull_request.title }}\n        run: RUN"
)


@pytest.mark.parametrize(
    ("script", "count"),
    [
        ('echo "TITLE=$TITLE" >> "$GITHUB_ENV"', 1),
        ('echo "$TITLE" >> $GITHUB_PATH', 1),
        ('bash -c "echo $TITLE"', 1),
        ("eval echo ${TITLE}", 1),
        ('echo "$TITLE"', 0),
        ('grep -q fix <<< "$TITLE"', 0),
    ],
)
def test_what_strangers_write_is_not_evaluated(script, count):
    assert len(found("CI-04", {".github/workflows/a.yml": THEIRS.replace("RUN", script)})) == count


OURS = GOOD.replace("ubuntu-24.04", "[self-hosted, linux]")


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (OURS, "pass"),
        (OURS.replace('  schedule:\n    - cron: "3 4 * * *"', "  pull_request:"), "fail"),
        (OURS.replace('  schedule:\n    - cron: "3 4 * * *"', "  pull_request:").replace("[self-hosted, linux]", "{group: big}"), "fail"),
        (
            OURS.replace('  schedule:\n    - cron: "3 4 * * *"', "  pull_request:").replace(
                "    name: Measure\n", "    name: Measure\n    if: github.event.pull_request.head.repo.fork == false\n"
            ),
            "pass",
        ),
    ],
)  # fmt: skip
def test_machines_of_our_own_run_nothing_of_strangers(text, outcome):
    assert state("CI-03", {".github/workflows/a.yml": text}) == outcome


@pytest.mark.parametrize(
    ("command", "count"),
    [("docker run --privileged x", 1), ("podman run --pid=host x", 1), ("docker run -v /:/host x", 1), ("docker run -v $PWD:/w x", 0)],
)  # fmt: skip
def test_a_script_gives_no_container_the_rights_of_the_machine(command, count):
    assert len(found("OP-01", {"scripts/x.sh": f"#!/bin/sh\n{command}\n"})) == count


RESULTS = "RESULTS: ${{ join(needs.*.result, ' ') }}"
GREEN = """\
on: pull_request
jobs:
  quality: {runs-on: ubuntu-24.04, steps: [{run: make check}]}
  all-green:
    if: always()
    needs: [quality]
    runs-on: ubuntu-24.04
    steps:
      - env: {RESULTS: "${{ join(needs.*.result, ' ') }}"}
        run: |
          SCRIPT
"""


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ('[ "$RESULTS" = success ] || exit 1', ""),
        ('[ "$RESULTS" = success ] || echo "$RESULTS"', "cannot fail"),
        ('echo "$RESULTS"', "cannot fail"),
        ('test "$RESULTS" = success', ""),
    ],
)
def test_the_job_that_stands_for_all_can_fail(script, says):
    messages = found("CI-09", {".github/workflows/ci.yml": GREEN.replace("SCRIPT", script), **MAKE})
    assert len(messages) == bool(says), messages
    assert says in "".join(messages)
