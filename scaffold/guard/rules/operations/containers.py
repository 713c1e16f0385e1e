"""The rule on containers: what their processes may do."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.formats.located import Located
from scaffold.formats.lookup import line_at, listed, mapping
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.dockerfile import Dockerfile, Stage, dockerfiles
from scaffold.guard.readers.kubernetes import NONE, Cluster, Object, cluster, containers
from scaffold.guard.readers.patches import settings
from scaffold.guard.rule import NotApplicable

# Images for developers and for CI, which no cluster runs.
AT_DESK = re.compile(
    r"(?:^|/)(?:\.devcontainer|\.github|\.ci|ci|dev|local|hack)/|\.(?:dev|debug|test|ci|local|build|e2e|playwright)$"
)
ROOT = re.compile(r"[\"']?(?:root|0+)(?::|[\"']?$)")


def restricted(look: Look) -> Iterator[Found]:
    """Look at the user of each image, and at the security settings of each pod."""
    files = [file for file in dockerfiles(look) if not AT_DESK.search(file.path)]
    for file in files:
        yield from _user(file)
    try:
        found = cluster(look)
    except NotApplicable:
        if not files:
            raise NotApplicable(f"there is no Dockerfile, and {NONE}") from None
        return
    for one, pod in found.workloads():
        yield from _pod(one, pod)
    for setting in settings(found):
        of = f" of {setting.of}" if setting.of else ""
        yield Found(f"a patch{of} {setting.wrong}", setting.path, setting.line, key=setting.key)
    yield from _namespaces(found)


def _user(file: Dockerfile) -> Iterator[Found]:
    stage = file.stages[-1]
    for one in stage.instructions:
        words = one.value.split()
        if one.word == "ONBUILD" and words[:1] and words[0].upper() == "USER" and ROOT.match(" ".join(words[1:])):
            yield Found(f"images that begin from this one run as root: ONBUILD {one.value}", file.path, one.line)
    user, line = _last_user(file, stage)
    if user is None:
        base = _root(file, stage).base
        if base == "scratch" and not any(one.word in ("CMD", "ENTRYPOINT") for one in stage.instructions):
            return  # it holds files for others, and runs nothing
        if not re.search(r"nonroot|[-:]rootless|cgr\.dev/|nanoserver|servercore", file.resolved(base) or base):
            yield Found("the image runs as root: no USER in its last stage", file.path, stage.line)
        return
    known = {}
    for instruction in stage.instructions:
        if instruction.word in ("ARG", "ENV"):
            name, _, value = instruction.value.replace(" ", "=", 1).partition("=")
            known[name] = value.strip("\"'")
    resolved = file.resolved(user, known)
    if resolved is None:
        yield Found(f"only the build knows which user {user} is", file.path, line, known=False)
        return
    name = resolved.partition(":")[0].strip("\"'")
    if name == "root" or (name and not name.strip("0")):
        yield Found(f"the image runs as root: USER {resolved}", file.path, line)
    elif not name.isdecimal() and not name.startswith("Container"):
        message = f"USER {resolved} is a name, of which a cluster cannot tell whether it is root"
        yield Found(message, file.path, line, severity="medium")


def _last_user(file: Dockerfile, stage: Stage) -> tuple[str | None, int]:
    """Return the user of a stage, which it may have from the stages that it begins from."""
    for _ in file.stages:
        users = [one for one in stage.instructions if one.word == "USER"]
        if users:
            return users[-1].value, users[-1].line
        before = _before(file, stage)
        if before is None:
            break
        stage = before
    return None, 0


def _root(file: Dockerfile, stage: Stage) -> Stage:
    for _ in file.stages:
        before = _before(file, stage)
        if before is None:
            break
        stage = before
    return stage


def _before(file: Dockerfile, stage: Stage) -> Stage | None:
    """Return the stage that another begins from: one of that name, and above it."""
    found = [one for one in file.stages if one.name and one.name == stage.base.lower() and one.line < stage.line]
    return found[-1] if found else None


def _pod(one: Object, pod: Located) -> Iterator[Found]:
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.data.get(name) is True:
            yield _breach(one, pod, f"shares the machine's own: {name}", name)
    for volume in listed(pod.data.get("volumes")):
        if isinstance(volume, Mapping) and "hostPath" in volume:
            yield _breach(one, pod, f"mounts a folder of the machine as {volume.get('name')}", "volumes")
    shared = mapping(pod.data.get("securityContext"))
    for name, container in containers(pod):
        own = mapping(container.data.get("securityContext"))
        wrong = list(_wrong({**_shared(shared), **own}))
        if wrong:
            first = wrong[0][0]
            line = line_at(container, *(("securityContext", first) if first in own else ("securityContext",)))
            message = f"{one.title}: the container {name} {', '.join(what for _, what in wrong)}"
            yield Found(message, one.path, line, key=f"{one.name}.{name}.securityContext")


def _breach(one: Object, pod: Located, wrong: str, key: str) -> Found:
    return Found(f"{one.title} {wrong}", one.path, line_at(pod, key), key=f"{one.name}.{key}")


def _shared(pod: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: pod[key] for key in ("runAsNonRoot", "runAsUser", "seccompProfile") if key in pod}


def _wrong(context: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what the restricted standard, and a read-only root, ask for and a container lacks."""
    capabilities = mapping(context.get("capabilities"))
    dropped = [str(one).upper() for one in listed(capabilities.get("drop"))]
    added = {str(one).upper() for one in listed(capabilities.get("add"))} - {"NET_BIND_SERVICE"}
    if context.get("privileged") is True:
        yield "privileged", "is privileged"
    if context.get("runAsNonRoot") is not True:
        yield "runAsNonRoot", "may run as root (runAsNonRoot)"
    if context.get("runAsUser") == 0:
        yield "runAsUser", "runs as root (runAsUser)"
    if context.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation", "may gain rights (allowPrivilegeEscalation)"
    if context.get("readOnlyRootFilesystem") is not True:
        yield "readOnlyRootFilesystem", "may write to its own image (readOnlyRootFilesystem)"
    if "ALL" not in dropped:
        yield "capabilities", "keeps capabilities (drop ALL)"
    if added:
        yield "capabilities", f"takes {', '.join(sorted(added))}"
    if mapping(context.get("seccompProfile")).get("type") not in ("RuntimeDefault", "Localhost"):
        yield "seccompProfile", "may make every system call (seccompProfile)"


def _namespaces(found: Cluster) -> Iterator[Found]:
    for one in found.of("Namespace"):
        label = "pod-security.kubernetes.io/enforce"
        if mapping(one.get("metadata", "labels")).get(label) != "restricted":
            line = line_at(one.at, "metadata", "labels", label)
            yield Found(f"{one.title} does not enforce the restricted standard: {label}", one.path, line)
