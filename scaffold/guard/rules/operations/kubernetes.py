"""Rules on what runs in a cluster: that it is asked how it is, has enough, and keeps to its own."""

from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_at, line_of, listed, mapping
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.kubernetes import ANY, BINDINGS, DOORS, IDLE, NONE, Cluster, Object, cluster, containers
from scaffold.guard.readers.settings import lacking
from scaffold.guard.rule import NotApplicable
from scaffold.guard.rules.operations import doors

SERVING = ("Deployment", "StatefulSet", "DaemonSet", "Rollout")
ENOUGH = 2  # pods, so that one may go
ASKS = ("httpGet", "exec", "grpc", "tcpSocket")
PROBES = ("livenessProbe", "readinessProbe")
MOUNTED = "automountServiceAccountToken"
POLICIES = ("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy")


def probes(look: Look) -> Iterator[Found]:
    """Look at the probes of containers that have ports, and at the time that they have to stop."""
    found = list(cluster(look).workloads(*SERVING))
    if not found:
        raise NotApplicable(NONE)
    for one, pod in found:
        if pod.data.get("terminationGracePeriodSeconds") == 0:
            key = "terminationGracePeriodSeconds"
            yield one.found(f"is killed at once: {key} is 0", key, at=pod)
        for name, container in containers(pod, first=False):
            if container.data.get("ports"):
                yield from _unasked(f"{one.title}: the container {name}", container)


def _unasked(who: str, container: Located) -> Iterator[Found]:
    live, ready = (
        {key: asked for key, asked in mapping(container.data.get(probe)).items() if key in ASKS} for probe in PROBES
    )
    yield from lacking(who, container, "probes")
    for probe in PROBES:
        at = below(container, probe, "exec", "command")
        if at is not None and " ".join(map(str, listed(at.data))).removeprefix("/bin/") in IDLE:
            wrong = f"{who} answers {probe} without being asked anything"
            yield Found(wrong, container.file, line_of(at), key=f"{container.name}.{probe}")
    if live == ready and live.keys() - {"tcpSocket"}:
        wrong = f"{who} is asked the same for living as for being ready, so that it is killed where it should rest"
        yield Found(wrong, container.file, line_at(container, PROBES[0]), key=f"{container.name}.{PROBES[0]}")
    if live:
        yield from lacking(who, container, "start")


def limits(look: Look) -> Iterator[Found]:
    """Look at the resources of each container, at what stands around each workload, and at the doors from outside."""
    found = cluster(look)
    opened = list(doors.opened(found))
    if not opened and not any(found.of(*DOORS)) and not any(found.workloads()):
        raise NotApplicable(NONE)
    yield from opened
    for one, pod in found.workloads():
        for name, container in containers(pod):
            yield from lacking(f"{one.title}: the container {name} sets", container, "resources")
        if one.kind in ("Deployment", "Rollout"):
            yield from _company(found, one, pod)
        yield from _walls(found, one, pod)


def _company(found: Cluster, one: Object, pod: Located) -> Iterator[Found]:
    """Look for a second pod, for what keeps one of them up, and for what keeps them apart."""
    number = _replicas(found, one)
    if number == 0:
        return  # switched off, which nobody does by mistake
    if number is not None and number < ENOUGH:
        wrong = f"has {number} replica, so that it is away whenever that one is"
        yield one.found(wrong, "spec", "replicas", severity="low")
        return
    if not any(_selects(budget.get("spec", "selector"), one.labels) for budget in found.of("PodDisruptionBudget")):
        yield one.found("has no PodDisruptionBudget, so that all its pods may go at once", severity="low")
    yield from lacking(one.title, pod, "spread")


def _replicas(found: Cluster, one: Object) -> int | None:
    """Return how many pods there are at least; None where an overlay, which may be of any size, decides."""
    scalers = [
        scaler
        for scaler in found.of("HorizontalPodAutoscaler", "ScaledObject")
        if scaler.get("spec", "scaleTargetRef", "name") == one.name
    ]
    if found.replicas & {one.name, ANY} or any(one.kind == "ScaledObject" for one in scalers):
        return None
    number = scalers[0].get("spec", "minReplicas") if scalers else one.get("spec", "replicas")
    return number if isinstance(number, int) else 1


def _selects(selector: Any, labels: Mapping[str, Any]) -> bool:
    """Whether a selector takes pods with these labels; what it says beyond labels is taken to fit."""
    return isinstance(selector, Mapping) and mapping(selector.get("matchLabels")).items() <= labels.items()


def _walls(found: Cluster, one: Object, pod: Located) -> Iterator[Found]:
    if not any(_is_wall(policy, one.labels) for policy in found.of(*POLICIES)):
        yield one.found("may talk to everybody: no NetworkPolicy selects its pods")
    namespace = one.get("metadata", "namespace")
    if namespace == "default" or (not namespace and not found.namespaces and not any(found.of("Namespace"))):
        yield one.found("has no namespace of its own", "metadata", "namespace", severity="low")
    if not _is_without_token(found, pod):
        yield one.found(f"gets a token of the cluster: {MOUNTED} is not false", MOUNTED, at=pod)


def _is_wall(one: Object, labels: Mapping[str, Any]) -> bool:
    """Whether a network policy keeps anything from pods, or in: a rule that says nothing, `{}`, allows all."""
    policy = mapping(one.get("spec"))
    types = [str(type_).lower() for type_ in listed(policy.get("policyTypes"))]
    ways = types or ["ingress", *(["egress"] if "egress" in policy else [])]
    is_open = all({} in listed(policy.get(way)) for way in ways)
    return one.kind != "NetworkPolicy" or (_selects(policy.get("podSelector"), labels) and not is_open)


def _is_without_token(found: Cluster, pod: Located) -> bool:
    """Whether pods get no token of the cluster, or are given rights in it and so need one."""
    name = pod.data.get("serviceAccountName")
    accounts = [account for account in found.of("ServiceAccount") if account.name == (name or "default")]
    own = pod.data.get(MOUNTED)
    said = [own] if own is not None else [account.get(MOUNTED) for account in accounts]
    subjects = (subject for binding in found.of(*BINDINGS) for subject in listed(binding.get("subjects")))
    has_rights = name is not None and any(mapping(subject).get("name") == name for subject in subjects)
    return has_rights or any(one is False for one in said)
