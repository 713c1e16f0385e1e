"""The rule on how releases are built: apart from all else."""

from collections.abc import Iterator, Mapping

from scaffold.formats.lookup import line_of
from scaffold.guard.finding import Found, Severity
from scaffold.guard.look import Look
from scaffold.guard.readers.releasing import all_releases
from scaffold.guard.readers.workflow import Step, is_false, is_true

# Actions that take from a cache, and the input that decides: one that has to be given for it, one that has to be
# given against it.
CACHES = ("actions/cache", "actions/cache/restore", "swatinem/rust-cache", "mozilla-actions/sccache-action")
CACHE_IF: Mapping[str, str] = {
    "actions/setup-python": "cache",
    "actions/setup-node": "cache",
    "actions/setup-java": "cache",
    "actions/setup-dotnet": "cache",
    "pnpm/action-setup": "cache",
    "ruby/setup-ruby": "bundler-cache",
}
CACHE_UNLESS: Mapping[str, str] = {"actions/setup-go": "cache", "astral-sh/setup-uv": "enable-cache"}


def isolation(look: Look) -> Iterator[Found]:
    """Look at the jobs whose work is published."""
    for release in all_releases(look):
        for job in release.jobs:
            if job.machine != "hosted":
                message = f"the job {job.name} makes a release on a runner of our own"
                less: Severity | None = None if job.machine == "ours" else "medium"
                yield Found(message, release.workflow.path, line_of(job.at.child("runs-on")), severity=less)
            for step in job.steps:
                if taken := _cache_of(step):
                    message = f"the job {job.name} makes a release with a cache: {taken}"
                    yield Found(message, step.path, line_of(step.at))


def _cache_of(step: Step) -> str:
    """Return what a step takes from a cache by, or nothing."""
    action = step.action
    if action in CACHES:
        return "" if is_true(step.given("lookup-only")) else action
    if action in CACHE_IF:
        cache = step.given(CACHE_IF[action])
        return f"`{CACHE_IF[action]}` of {action}" if cache and not is_false(cache) else ""
    if action in CACHE_UNLESS:
        cache = step.given(CACHE_UNLESS[action])
        return (
            ""
            if is_false(cache) or "${{" in str(cache)
            else f"{action} has one unless `{CACHE_UNLESS[action]}` is false"
        )
    if action == "docker/build-push-action" and (step.given("cache-from") or step.given("cache-to")):
        return f"`cache-from` of {action}" if step.given("cache-from") else ""
    if action in ("gradle/actions/setup-gradle", "gradle/gradle-build-action"):
        return "" if is_true(step.given("cache-disabled")) else f"{action} has one unless `cache-disabled` is true"
    return ""
