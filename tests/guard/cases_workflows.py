"""What breaks the rules on CI: a workflow that a team adds beside the platform's."""

from tests.guard.service import Case, Service

PATH = ".github/workflows/nightly.yml"
CI = ".github/workflows/ci.yml"
RELEASE = ".github/workflows/release.yml"
GOOD = """\
name: Nightly

on:
  schedule:
    - cron: "3 4 * * *"

permissions: {}

concurrency:
  group: ${{ github.workflow }}-${{ github.ref }}
  cancel-in-progress: true

jobs:
  measure:
    name: Measure
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: read # check out the code
    steps:
      - name: Check out
        uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - name: Measure
        run: make bench
"""
RELEASED = """\
name: Release

on:
  push:
    tags: ["v*"]

permissions: {}

concurrency:
  group: ${{ github.workflow }}-${{ github.ref }}

jobs:
  image:
    name: Build and push the image
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    environment: release
    permissions:
      contents: read # check out the code
      packages: write # push the image
      id-token: write # sign it
      attestations: write # keep what was signed
    steps:
      - name: Check out
        uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - name: Set up uv
        uses: astral-sh/setup-uv@20cfd1bf945f4377ade1205e4dbc17946fc9a30d # v10.0.1
        with:
          enable-cache: false
      - name: Build and push
        id: push
        uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
        with:
          push: true
          tags: ghcr.io/acme/orders:${{ github.ref_name }}
      - name: List what is in it
        run: make sbom
      - name: Attest where it came from
        uses: actions/attest@1e69f48acb82d1966a394da916b4c1698aa569d6 # v4.2.2
        with:
          subject-name: ghcr.io/acme/orders
          subject-digest: ${{ steps.push.outputs.digest }}
      - name: Attest what is in it
        uses: actions/attest@1e69f48acb82d1966a394da916b4c1698aa569d6 # v4.2.2
        with:
          subject-name: ghcr.io/acme/orders
          subject-digest: ${{ steps.push.outputs.digest }}
          sbom-path: sbom.cdx.json
"""
GUIDE = "# Verify a release\n\n    gh attestation verify oci://ghcr.io/acme/orders:v1.2.3 --owner acme\n"


def good(service: Service) -> Service:
    """The service with a workflow of the team's own that is in order."""
    return service.add(PATH, GOOD)


def bad(old: str, new: str, text: str = GOOD):
    """The same, with one thing wrong."""
    assert old in text
    return lambda service: service.add(PATH, text.replace(old, new, 1))


def released(service: Service) -> Service:
    """The service with a workflow that makes releases."""
    return service.add(RELEASE, RELEASED).add("docs/release-verification.md", GUIDE)


def badly_released(old: str, new: str):
    """The same, with one thing wrong."""
    assert old in RELEASED
    return lambda service: released(service).add(RELEASE, RELEASED.replace(old, new, 1))


def where(text: str, part: str) -> int:
    """Return the line of a part of a text."""
    return text[: text.index(part)].count("\n") + 1


COMMENT = """\
name: Comment

on:
  pull_request_target:
    types: [opened]

permissions: {}

concurrency:
  group: ${{ github.workflow }}-${{ github.event.number }}

jobs:
  measure:
    name: Measure
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: read # check out the code
    steps:
      - name: Check out
        uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - name: Measure
        run: make bench
"""

CASES = [
    Case(
        "CI-01",
        "a workflow says nothing of permissions",
        good=good,
        bad=bad("permissions: {}\n\n", ""),
        fixed=good,
        at=f"{PATH}:1",
    ),
    Case(
        "CI-01",
        "a workflow takes all there is",
        good=good,
        bad=bad("permissions: {}", "permissions: write-all"),
        fixed=good,
        at=f"{PATH}:7",
    ),
    Case(
        "CI-01",
        "a job may write and does not say what for",
        good=good,
        bad=bad("contents: read # check out the code", "contents: write"),
        fixed=good,
        at=f"{PATH}:19",
        says="contents",
    ),
    Case(
        "CI-02",
        "an action is taken at its tag",
        good=good,
        bad=bad("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7"),
        at=f"{PATH}:22",
        says="at v7",
    ),
    Case(
        "CI-02",
        "an action is pinned to an old commit",
        good=good,
        bad=bad(
            "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0"
        ),
        at=f"{PATH}:22",
        says="v7.0.1",
    ),
    Case(
        "CI-02",
        "an action that the platform does not know is taken at a branch",
        good=good,
        bad=bad(
            "      - name: Measure\n        run: make bench", "      - name: Measure\n        uses: acme/bench@main"
        ),
        fixed=bad(
            "      - name: Measure\n        run: make bench",
            "      - name: Measure\n        uses: acme/bench@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v1.4.0",
        ),
        at=f"{PATH}:26",
    ),
    Case(
        "CI-03",
        "a comment on pull requests runs the code of their authors",
        good=lambda s: s.add(PATH, COMMENT),
        bad=bad(
            "          persist-credentials: false",
            "          persist-credentials: false\n          ref: ${{ github.event.pull_request.head.sha }}",
            COMMENT,
        ),
        fixed=bad("pull_request_target", "pull_request", COMMENT),
        at=f"{PATH}:21",
        says="pull_request_target",
    ),
    Case(
        "CI-04",
        "a script prints the title of a pull request",
        good=good,
        bad=bad("run: make bench", 'run: echo "${{ github.event.pull_request.title }}"'),
        fixed=bad(
            "run: make bench",
            'env:\n          TITLE: ${{ github.event.pull_request.title }}\n        run: echo "$TITLE"',
        ),
        at=f"{PATH}:26",
        says="which others write",
    ),
    Case(
        "CI-05",
        "a checkout keeps its token",
        good=good,
        bad=bad("        with:\n          persist-credentials: false\n", ""),
        fixed=good,
        at=f"{PATH}:22",
    ),
    Case("CI-06", "a job may hang", good=good, bad=bad("    timeout-minutes: 10\n", ""), fixed=good, at=f"{PATH}:14"),
    Case(
        "CI-06",
        "a job runs on whatever is newest",
        good=good,
        bad=bad("ubuntu-24.04", "ubuntu-latest"),
        fixed=good,
        at=f"{PATH}:16",
        says="ubuntu-latest",
    ),
    Case(
        "CI-06",
        "runs pile up",
        good=good,
        bad=bad(GOOD[GOOD.index("concurrency") : GOOD.index("jobs:")], ""),
        fixed=good,
        at=f"{PATH}:3",
        says="concurrency",
    ),
    Case(
        "CI-07",
        "a secret is there for whoever can push",
        good=good,
        bad=bad("run: make bench", "run: make bench\n        env:\n          TOKEN: ${{ secrets.BENCH_TOKEN }}"),
        fixed=lambda s: s.add(
            PATH,
            GOOD.replace("    timeout-minutes: 10\n", "    timeout-minutes: 10\n    environment: bench\n").replace(
                "run: make bench", "run: make bench\n        env:\n          TOKEN: ${{ secrets.BENCH_TOKEN }}"
            ),
        ),
        at=f"{PATH}:28",
        says="BENCH_TOKEN",
    ),
    Case(
        "CI-08",
        "a release is built with what is in the cache",
        good=released,
        bad=badly_released("enable-cache: false", "enable-cache: true"),
        fixed=released,
        at=f"{RELEASE}:{where(RELEASED, '- name: Set up uv')}",
    ),
    Case(
        "CI-08",
        "a release is built on a runner of the team's",
        good=released,
        bad=badly_released("runs-on: ubuntu-24.04", "runs-on: [self-hosted, linux]"),
        fixed=released,
        at=f"{RELEASE}:{where(RELEASED, 'runs-on')}",
    ),
    Case(
        "CI-09",
        "the job that stands for all waits for some",
        bad=lambda s: s.edit(CI, "needs: [quality, workflows]", "needs: [quality]"),
        fixed=lambda s: s,
        at=f"{CI}:62",
        says="workflows",
    ),
    Case(
        "CI-09",
        "CI only lints",
        bad=lambda s: s.edit(CI, "run: make check", "run: make lint"),
        fixed=lambda s: s,
        at=CI,
        says="make check",
        others=("AR-01", "LG-03"),
    ),
    Case(
        "CI-10",
        "the audit of the workflows is taken out",
        bad=lambda s: s.edit(CI, "uvx zizmor==1.32.0 --offline --persona=pedantic .", "echo later"),
        fixed=lambda s: s,
        at=CI,
    ),
]
