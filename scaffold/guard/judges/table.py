"""All outside judges, by name."""

from collections.abc import Mapping

from scaffold.guard.judges import (
    actionlint,
    biome,
    checkov,
    gitleaks,
    golangci_lint,
    hadolint,
    repo_review,
    ruff,
    zizmor,
)
from scaffold.guard.judges.judge import Judge

JUDGES: Mapping[str, Judge] = {
    module.JUDGE.name: module.JUDGE
    for module in (zizmor, actionlint, hadolint, gitleaks, checkov, repo_review, ruff, biome, golangci_lint)
}
