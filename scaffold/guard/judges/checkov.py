"""checkov: Dockerfiles, Kubernetes manifests, GitHub workflows, and secrets.

Severities, which it keeps for its own platform's customers: critical for secrets; high for what lets code out of its
container or into a workflow; else medium, and low for what merely costs order. What a comment in the file has it skip
counts all the same: exceptions are waivers here.
"""

from collections.abc import Iterator
from typing import Any

from scaffold.guard.finding import Found, Severity
from scaffold.guard.judges.judge import Judge, Said, Unreadable, document, rule_of

GIVEN: dict[str, Severity] = {"CRITICAL": "critical", "HIGH": "high", "MEDIUM": "medium", "LOW": "low"}
HIGH = frozenset((
    "CKV_DOCKER_1", "CKV_DOCKER_3", "CKV_DOCKER_8",  # an open SSH port, no user, the user root
    "CKV_GHA_1", "CKV_GHA_2", "CKV_GHA_3", "CKV_GHA_4", "CKV2_GHA_1",  # injection, and what leaks or may do all
    "CKV_K8S_1", "CKV_K8S_2", "CKV_K8S_3", "CKV_K8S_4", "CKV_K8S_5", "CKV_K8S_6", "CKV_K8S_7",
    "CKV_K8S_16", "CKV_K8S_17", "CKV_K8S_18", "CKV_K8S_19", "CKV_K8S_20", "CKV_K8S_23", "CKV_K8S_25",
    "CKV_K8S_26", "CKV_K8S_27", "CKV_K8S_39", "CKV_K8S_49",  # the host's names, network, disk; root; all capabilities
))  # fmt: skip
LOW = frozenset(("CKV_DOCKER_2", "CKV_DOCKER_4", "CKV_K8S_15", "CKV_K8S_21"))
FRAMEWORKS = ("dockerfile", "kubernetes", "github_actions", "secrets")


def parse(said: Said) -> Iterator[Found]:
    """Read `--output json`: one report, a list of them, or a summary where there was nothing to look at."""
    data = document(said, list, dict)
    reports = data if isinstance(data, list) else [data] if "results" in data else []
    if not reports and "checkov_version" not in data:
        raise Unreadable("it holds no report")
    broken: list[str] = []
    for report in reports:
        results = report["results"]
        for one in (*results["failed_checks"], *results.get("skipped_checks", ())):
            yield _found(one, report["check_type"])
        broken.extend(results.get("parsing_errors", ()))
    for path in broken:
        yield Found("checkov cannot read the file", path.lstrip("/"), fix="Mend the file.", known=False)


def _found(one: Any, kind: str) -> Found:
    rule = one["check_id"]
    severity = GIVEN.get(str(one.get("severity")).upper()) or _severity(rule, kind)
    # Of what a manifest describes there may be several in a file; a secret's is a hash of it.
    about = f" ({one['resource']})" if kind == "kubernetes" and one.get("resource") else ""
    line = (one.get("file_line_range") or [None])[0]
    return Found(f"{one['check_name']}{about}", one["file_path"].lstrip("/"), line, rule=rule, severity=severity)


def _severity(rule: str, kind: str) -> Severity:
    if kind == "secrets":
        return "critical"
    return "high" if rule in HIGH else "low" if rule in LOW else "medium"


JUDGE = Judge(
    rule=rule_of("checkov", "critical", "Dockerfiles, Kubernetes manifests, workflows, and all files for secrets"),
    files=("*", "!/.checkov.yaml", "!/.checkov.yml"),  # which may name code to load, and checks to leave out
    nothing="there are no files",
    oldest="3.0",
    command=lambda _: (
        "--directory", ".", "--framework", *FRAMEWORKS, "--output", "json", "--compact", "--skip-download",
        "--soft-fail",
    ),
    environment={"CKV_IGNORE_HIDDEN_DIRECTORIES": "false", "LOG_LEVEL": "ERROR", "ANSI_COLORS_DISABLED": "1"},
    parse=parse,
)  # fmt: skip
