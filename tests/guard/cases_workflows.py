"""What breaks the rules on CI: a workflow that a team adds beside the platform's."""

from tests.guard.service import Case, Service

PATH = ".github/workflows/nightly.yml"
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


def good(service: Service) -> Service:
    """The service with a workflow of the team's own that is in order."""
    return service.add(PATH, GOOD)


def bad(old: str, new: str, text: str = GOOD):
    """The same, with one thing wrong."""
    assert old in text
    return lambda service: service.add(PATH, text.replace(old, new, 1))


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
]
