"""Rules on releases: built apart from all else, signed with where it came from, with a list of what is in it."""

import re
from collections.abc import Iterator, Mapping

from scaffold.formats.lookup import line_of, value
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.pins import OWN
from scaffold.guard.readers.releasing import Release, all_releases, publishes_by_trust, releases
from scaffold.guard.readers.shell import Command, commands
from scaffold.guard.readers.workflow import Job, Step, is_false, is_true
from scaffold.guard.tables import table

_KNOWN = table("rules/supply/releases")  # what attests, what makes an SBOM, and where changes are told
BILL = re.compile(r"\bsbom\b|\.(?:cdx|spdx)\b", re.IGNORECASE)  # in the name of a file
EVENT = re.compile(r"github\.event_name\s*==\s*'(\w+)'")
VERIFIES = re.compile(
    r"gh attestation verify|cosign verify|slsa-verifier|sigstore verify|gpg --verify|npm audit signatures"
)


def _whole(look: Look) -> Iterator[Release]:
    """Yield what makes releases, without the parts that are looked at with the workflow that calls them."""
    found = all_releases(look)
    called = {job.calls[2:] for release in found for job in release.workflow.jobs if job.calls.startswith(OWN)}
    return (one for one in found if one.workflow.path not in called or not one.workflow.is_called_only)


def provenance(look: Look) -> Iterator[Found]:
    """Look for an attestation in each workflow that publishes."""
    wanted = str(look.parameters["workflow"]).lower()
    for release in _whole(look):
        path = release.workflow.path
        if wanted and not any(job.calls.lower().startswith(f"{wanted}@") for job in release.foreign):
            yield Found(f"the release does not call {look.parameters['workflow']}", path, 1)
            continue
        attesting = [(job, step) for job in release.workflow.jobs for step in job.steps if _attests(step)]
        if attesting and not any(_holds(release, job, step) for job, step in attesting):
            job, step = attesting[0]
            yield Found(f"the job {job.name} may release without the provenance", step.path, line_of(step.at))
        for job, step in attesting:
            yield from _powerless(release, job, step)
        elsewhere = release.foreign or _by_runner(release) or any(_attests(step) for step in release.steps(look))
        if not attesting and not elsewhere and not any(publishes_by_trust(job) for job in release.workflow.jobs):
            yield Found("the release has no provenance", path, line_of(release.jobs[0].at))


def _holds(release: Release, job: Job, step: Step) -> bool:
    """Whether a step is run at each release, and stops it where it fails: not one for an event that never comes."""
    asked = set(EVENT.findall(str(step.at.data.get("if", ""))))
    comes = not asked or not asked.isdisjoint(release.workflow.events)
    return comes and step.holds and not job.is_tolerated and not is_false(job.condition)


def _attests(step: Step) -> bool:
    if step.action in _KNOWN["attesters"]:
        return not step.given("sbom-path")
    if step.action == "pypa/gh-action-pypi-publish":
        return not is_false(step.given("attestations")) and not step.given("password")
    if step.action == "docker/build-push-action":
        given = step.given("provenance")
        return given is not None and not is_false(given)
    told = any(word in step.run for word in ("sign", "attest", "provenance"))
    return any(_signs(command) for command in (commands(step.run) if told else ()))


def _by_runner(release: Release) -> bool:
    """Whether GitLab's runner writes the provenance of what its jobs leave."""
    places = (release.workflow.at, *(job.at for job in release.jobs))
    return any(is_true(value(at, "env", "RUNNER_GENERATE_ARTIFACTS_METADATA")) for at in places)


def _powerless(release: Release, job: Job, step: Step) -> Iterator[Found]:
    """Yield what actions/attest needs, and its job may not do."""
    given = value(job.at, "permissions")
    given = value(release.workflow.at, "permissions") if given is None else given
    if step.action in _KNOWN["attesters"] and isinstance(given, Mapping):
        for name in ("id-token", "attestations"):
            if given.get(name) != "write":
                message = f"the job {job.name} attests, and may not write {name}"
                yield Found(message, step.path, line_of(step.at), fix=f"Give the job `{name}: write`.")


def bill_of_materials(look: Look) -> Iterator[Found]:
    """Look for an SBOM, and for its attestation, in each workflow that publishes."""
    for release in _whole(look):
        steps = list(release.steps(look))
        at = line_of(release.jobs[0].at)
        if release.foreign or any(is_true(step.given("sbom")) for step in steps):
            continue
        if not any(_makes_sbom(step) for step in steps):
            yield Found("the release has no SBOM", release.workflow.path, at)
        elif not any(_makes_sbom(step) and step.holds for step in steps):
            yield Found("the release goes on where its SBOM cannot be made", release.workflow.path, at)
        elif not any(_attests_sbom(step) and step.holds for step in steps):
            yield Found("the release has an SBOM that nothing attests", release.workflow.path, at)


def _makes_sbom(step: Step) -> bool:
    if step.action.startswith(tuple(_KNOWN["sbom actions"])):
        return True
    for command in commands(step.run) if step.run else ():
        words = " ".join(command.words).lower()
        if (
            command.program in _KNOWN["sbom programs"]
            or "cyclonedx" in words
            or "spdx" in words
            or command.runs("npm", "sbom")
        ):
            return True
        if command.runs("make", "sbom"):
            return True
    return False


def _attests_sbom(step: Step) -> bool:
    if step.action in ("actions/attest", "actions/attest-sbom") and step.given("sbom-path"):
        return True
    return any(
        command.calls("cosign", "attest", "--type") or (_signs(command) and BILL.search(" ".join(command.words)))
        for command in commands(step.run)
    )


def _signs(command: Command) -> bool:
    return any(command.calls(*words) for words in _KNOWN["attests"])


def changes_told(look: Look) -> Iterator[Found]:
    """Look for a changelog that tells of the version at hand, and for how to verify a release."""
    logs = look.paths(*_KNOWN["changelogs"])
    if not logs and not look.paths(*_KNOWN["made at release"]):
        yield Found("there is no changelog", "CHANGELOG.md")
    version = _version(look)
    texts = [look.text(path) for path in logs]
    told = any(text is None or version in text or "unreleased" in text.lower() for text in texts)
    if logs and version and not told:
        yield Found(f"the changelog says nothing of {version}", logs[0])
    attested = [release for release in releases(look) if any(_attests(step) for step in release.steps(look))]
    if attested and not any(VERIFIES.search(guide) for _, guide in look.texts("*.md", "*.rst", "!/.github/**")):
        yield Found("nothing says how a release is verified", "docs/release-verification.md")


def _version(look: Look) -> str:
    """Return the version that the manifest gives, where it is written there."""
    for path, *way in (("pyproject.toml", "project", "version"), ("package.json", "version")):
        document = look.data(path)
        found = value(document, *way)
        if isinstance(found, str) and found not in ("0.0.0", ""):
            return found
    return ""
