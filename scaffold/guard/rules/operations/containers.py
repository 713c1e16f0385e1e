"""The rule on what runs: what processes may do in their container, on its machine and in the cluster."""

import re
from collections.abc import Iterator, Mapping
from json import loads
from pkgutil import get_data
from typing import Any

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_at, listed, mapping
from scaffold.guard.finding import SEVERITIES, Found, Severity
from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_aside, is_foreign
from scaffold.guard.readers.dockerfile import Dockerfile, Instruction, dockerfiles
from scaffold.guard.readers.kubernetes import NONE, PODS, Cluster, Object, cluster, containers
from scaffold.guard.readers.patches import Setting, operations, set_by, walked
from scaffold.guard.rule import NotApplicable
from scaffold.guard.rules.operations import rights

DATA: Mapping[str, Any] = loads(get_data(__package__, "containers.json") or b"")
COMPOSE = tuple(f"{name}.{ending}" for name in ("docker-compose*", "compose*") for ending in ("yml", "yaml"))
# Images and services for developers and for CI, which no cluster runs.
AT_DESK = re.compile(
    r"(?:^|/)(?:\.devcontainer|\.github|\.ci|ci|prow|dev|local|hack)/"
    r"|[.-](?:dev(?:elopment)?|debug|tilt|skaffold|tests?|ci|local|build|e2e|playwright|override)(?:\.ya?ml)?$"
)
ROOT = re.compile(r"[\"']?(?:root|0+)(?::|[\"']?$)")
# Kinds that say what others may set, or hold texts for programs.
LAWS = re.compile(r"Polic(?:y|ies)$|Constraint|CustomResourceDefinition$|^ConfigMap$|^Secret$")


def restricted(look: Look) -> Iterator[Found]:
    """Look at the user of each image, at what services of compose get, and at pods and roles of the cluster."""
    files = [file for file in dockerfiles(look) if not AT_DESK.search(file.path)]
    for file in files:
        yield from _image(file)
    services = list(_services(look))
    for name, service in services:
        for setting in set_by(service, "compose"):
            yield _found(f"the service {name}", setting)
    try:
        found = cluster(look)
    except NotApplicable:
        if not files and not services:
            raise NotApplicable(f"there is no Dockerfile, no compose file, and {NONE}") from None
        return
    yield from _pods(found)
    yield from _laid(found)
    yield from rights.given(found)
    yield from _namespaces(found)


def _found(who: str, setting: Setting) -> Found:
    of = f": the container {setting.of}" if setting.of else ""
    at = setting.at
    return Found(f"{who}{of} {setting.wrong}", at.file, setting.line, key=at.name, severity=setting.severity)


def _services(look: Look) -> Iterator[tuple[str, Located]]:
    for path in look.paths(*COMPOSE):
        if not (is_aside(path) or is_foreign(path) or AT_DESK.search(path)):
            services = below(look.data(path), "services")
            for name in mapping(services.data) if services is not None else ():
                if services is not None and isinstance(services.data[name], Mapping):
                    yield str(name), services.child(name)


def _image(file: Dockerfile) -> Iterator[Found]:
    lineage = list(file.lineage(file.stages[-1]))
    instructions = [one for stage in lineage for one in reversed(stage.instructions)]
    for one in file.stages[-1].instructions:
        word, _, user = one.value.partition(" ")
        if one.word == "ONBUILD" and word.upper() == "USER" and ROOT.match(user.strip()):
            said = f"images that begin from this one run as root: ONBUILD {one.value}"
            yield Found(said, file.path, one.line, severity="high")
    user_set = next((one for one in instructions if one.word == "USER"), None)
    if user_set is not None:
        yield from _user(file, user_set, instructions)
        return
    base = file.resolved(lineage[-1].base) or lineage[-1].base
    starts = any(one.word in ("CMD", "ENTRYPOINT") for one in instructions)
    if not re.search(DATA["unprivileged"], base) and (starts or base != "scratch"):  # which holds files for others
        severity = _of_base(base, starts=starts)
        yield Found(
            "the image runs as root: no USER in its last stage", file.path, file.stages[-1].line, severity=severity
        )


def _of_base(base: str, *, starts: bool) -> Severity:
    """Weigh a missing user: what is built on an image of strangers may have one, and a toolbox serves nobody."""
    is_root = re.search(DATA["root"], base) and not re.search(DATA["drops root"], base)
    return "high" if is_root and (starts or re.search(DATA["serves"], base)) else "medium"


def _user(file: Dockerfile, one: Instruction, instructions: list[Instruction]) -> Iterator[Found]:
    given = [
        one.value.replace(" ", "=", 1).partition("=") for one in reversed(instructions) if one.word in ("ARG", "ENV")
    ]
    user = file.resolved(one.value, {name: value.strip("\"'") for name, _, value in given})
    if user is None:
        yield Found(f"only the build knows which user {one.value} is", file.path, one.line, known=False)
        return
    name = user.partition(":")[0].strip("\"'")
    if ROOT.match(user):
        yield Found(f"the image runs as root: USER {user}", file.path, one.line, severity="high")
    elif not name.isdecimal() and not name.startswith("Container"):
        said = f"USER {user} is a name, of which a cluster cannot tell whether it is root"
        yield Found(said, file.path, one.line, severity="low")


def _pods(found: Cluster) -> Iterator[Found]:
    for one, pod in found.workloads():
        for setting in walked(pod, "pod"):
            yield _found(one.title, setting)
        shared = {
            key: value for key, value in mapping(pod.data.get("securityContext")).items() if key != "capabilities"
        }
        for name, container in containers(pod):
            yield from _lacking(one, name, container, shared)


def _lacking(one: Object, name: str, container: Located, shared: Mapping[str, Any]) -> Iterator[Found]:
    """Yield what the restricted standard, and a read-only root, ask for and a container lacks."""
    own = mapping(container.data.get("securityContext"))
    lacks = [wanted for wanted in DATA["wanted"] if not _has(wanted, {**shared, **own})]
    if lacks:
        first = lacks[0]["key"]
        line = line_at(container, *(("securityContext", first) if first in own else ("securityContext",)))
        said = f"{one.title}: the container {name} {', '.join(wanted['says'] for wanted in lacks)}"
        severity = min((wanted["severity"] for wanted in lacks), key=SEVERITIES.index)
        yield Found(said, one.path, line, key=f"{one.name}.{name}.securityContext", severity=severity)


def _has(wanted: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
    value = context.get(wanted["key"])
    if isinstance(value, Mapping):
        return (
            any(str(one).upper() == "ALL" for one in listed(value.get("drop"))) or value.get("type") in wanted["good"]
        )
    return any(value is good for good in wanted["good"])


def _laid(found: Cluster) -> Iterator[Found]:
    """Judge what is laid over others, what charts come to, and objects that others make pods of."""
    for patch in found.laid:
        if isinstance(patch.data, list):
            yield from (_found("a patch", setting) for setting in operations(patch))
        else:
            yield from _set(patch, "a patch", "pod", "looser", "away")
    for document in found.charts:
        yield from _set(
            document, "a template" if "apiVersion" in mapping(document.data) else "the chart", "pod", "looser"
        )
    for one in found.objects:
        if one.kind not in PODS:
            yield from _set(one.at, "", "pod")


def _set(document: Located, who: str, *tables: str) -> Iterator[Found]:
    data = mapping(document.data)
    if not LAWS.search(str(data.get("kind"))):
        named = " ".join(str(part) for part in (data.get("kind"), mapping(data.get("metadata")).get("name")) if part)
        title = f"{who} of {named}" if who and named else who or named
        yield from (_found(title, setting) for setting in walked(document, *tables))


def _namespaces(found: Cluster) -> Iterator[Found]:
    for one in found.of("Namespace"):
        label = "pod-security.kubernetes.io/enforce"
        level = mapping(one.get("metadata", "labels")).get(label)
        if level != "restricted":
            line = line_at(one.at, "metadata", "labels", label)
            said = f"{one.title} does not enforce the restricted standard: {label}"
            yield Found(said, one.path, line, severity="low" if level == "baseline" else "medium")
