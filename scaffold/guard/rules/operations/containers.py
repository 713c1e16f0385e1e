"""The rule on what runs: what processes may do in their container, on its machine and in the cluster."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.formats.located import Located
from scaffold.formats.lookup import mapping, value
from scaffold.formats.regex import regex
from scaffold.guard.finding import Found, Severity
from scaffold.guard.look import Look
from scaffold.guard.readers.compose import AT_DESK, services_of
from scaffold.guard.readers.dockerfile import Dockerfile, Instruction, dockerfiles
from scaffold.guard.readers.kubernetes import NONE, PODS, Cluster, Object, cluster, containers
from scaffold.guard.readers.scripts import in_files, in_makefiles, in_workflows
from scaffold.guard.readers.settings import lacking, set_by, walked
from scaffold.guard.rule import NotApplicable
from scaffold.guard.rules.operations import rights
from scaffold.guard.tables import table

DATA: Mapping[str, Any] = table("rules/operations/containers")
RIGHTS = regex(r"--privileged(?:=true)?|--(?:pid|ipc|userns)=host|--cap-add=(?:ALL|SYS_ADMIN)|(?:--volume=)?/:/.*")
SHARED = ("runAsNonRoot", "seccompProfile")  # what containers have from their pod
ROOT = regex(r"[\"']?(?:root|0+)(?::|[\"']?$)")
ON_ROOT = regex(rf"USER\s+{ROOT.pattern}", re.IGNORECASE)
# Kinds that say what others may set, or hold texts for programs.
LAWS = regex(r"Polic(?:y|ies)$|Constraint|CustomResourceDefinition$|^ConfigMap$|^Secret$")


def restricted(look: Look) -> Iterator[Found]:
    """Look at the user of each image, at what services of compose get, and at pods and roles of the cluster."""
    files = [file for file in dockerfiles(look) if not AT_DESK.search(file.path)]
    services = list(services_of(look))
    for file in files:
        yield from _image(file)
    for service in services:
        yield from set_by(f"the service {service.path[-1]}", service, "compose")
    privileged = list(_run_privileged(look))
    yield from privileged
    try:
        found = cluster(look)
    except NotApplicable:
        if not files and not services and not privileged:
            raise NotApplicable(f"there is no Dockerfile, no compose file, and {NONE}") from None
        return
    for who, document, tables in _documents(found):
        if not LAWS.search(str(value(document, "kind"))):
            yield from walked(who, document, *tables)
    for one, pod in found.workloads():
        yield from _lacking(one, pod)
    for one in found.of("Namespace"):
        yield from lacking(one.title, one.at, "namespace")
    yield from rights.given(found)


def _run_privileged(look: Look) -> Iterator[Found]:
    """Yield the containers that scripts start with the rights of the machine."""
    for script in (*in_workflows(look), *in_makefiles(look), *in_files(look)):
        for line, command in script.commands() if "docker" in script.text or "podman" in script.text else ():
            if command.program in ("docker", "podman") and {"run", "create"} & set(command.words[1:3]):
                given = next((word for word in command.words if RIGHTS.fullmatch(word)), "")
                if given:
                    message = (
                        f"`{command.program} {command.words[1]} {given}` gives a container the rights of the machine"
                    )
                    yield Found(message, script.path, line, severity="high")


def _image(file: Dockerfile) -> Iterator[Found]:
    lineage = list(file.lineage(file.stages[-1]))
    instructions = [one for stage in lineage for one in reversed(stage.instructions)]
    for one in file.stages[-1].instructions:
        if one.word == "ONBUILD" and ON_ROOT.match(one.value):
            message = f"images that begin from this one run as root: ONBUILD {one.value}"
            yield Found(message, file.path, one.line, severity="high")
    user = next((one for one in instructions if one.word == "USER"), None)
    if user is not None:
        yield from _user(file, user, instructions)
        return
    base = file.resolved(lineage[-1].base) or lineage[-1].base
    starts = any(one.word in ("CMD", "ENTRYPOINT") for one in instructions)
    if not re.search(DATA["unprivileged"], base) and (starts or base != "scratch"):  # which holds files for others
        message = "the image runs as root: no USER in its last stage"
        yield Found(message, file.path, file.stages[-1].line, severity=_of_base(base, starts=starts))


def _of_base(base: str, *, starts: bool) -> Severity:
    """Weigh a missing user: what is built on an image of strangers may have one, and a toolbox serves nobody."""
    is_root = re.search(DATA["root"], base) and not re.search(DATA["drops root"], base)
    return "high" if is_root and (starts or re.search(DATA["serves"], base)) else "medium"


def _user(file: Dockerfile, one: Instruction, instructions: list[Instruction]) -> Iterator[Found]:
    set_ = [each.value.replace(" ", "=", 1) for each in reversed(instructions) if each.word in ("ARG", "ENV")]
    given = {name: text.strip("\"'") for name, _, text in (each.partition("=") for each in set_)}
    user = file.resolved(one.value, given)
    name = (user or "").partition(":")[0].strip("\"'")
    if user is None:
        yield Found(f"only the build knows which user {one.value} is", file.path, one.line, known=False)
    elif ROOT.match(user):
        yield Found(f"the image runs as root: USER {user}", file.path, one.line, severity="high")
    elif not name.isdecimal() and not name.startswith("Container"):
        message = f"USER {user} is a name, of which a cluster cannot tell whether it is root"
        yield Found(message, file.path, one.line, severity="low")


def _documents(found: Cluster) -> Iterator[tuple[str, Located, tuple[str, ...]]]:
    """Yield what is to be judged by what it sets, what it is called, and by which tables."""
    for one, pod in found.workloads():
        yield one.title, pod, ("pod",)
    for patch in found.laid:
        yield f"a patch{_of(patch)}", patch, ("pod", "looser", "away")
    for made in found.charts:
        is_template = "apiVersion" in mapping(made.data)
        yield f"a template{_of(made)}" if is_template else "the chart", made, ("pod", "looser")
    for one in found.objects:
        if one.kind not in PODS:
            yield one.title, one.at, ("pod",)


def _of(document: Located) -> str:
    named = [value(document, "kind"), value(document, "metadata", "name")]
    return f" of {' '.join(str(part) for part in named if part)}" if any(named) else ""


def _lacking(one: Object, pod: Located) -> Iterator[Found]:
    """Yield what the restricted standard, and a read-only root, ask for and containers lack."""
    shared = mapping(pod.data.get("securityContext"))
    for name, container in containers(pod):
        own = {
            **{key: shared[key] for key in SHARED if key in shared},
            **mapping(container.data.get("securityContext")),
        }
        whole = container._replace(data={**container.data, "securityContext": own})
        yield from lacking(f"{one.title}: the container {name}", whole, "container")
