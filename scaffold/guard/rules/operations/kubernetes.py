"""Rules on what runs in a cluster: that it is asked how it is, has enough, and keeps to its own."""

from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.formats.located import Located
from scaffold.formats.lookup import line_at, listed, mapping
from scaffold.guard.finding import Found, Severity
from scaffold.guard.look import Look
from scaffold.guard.readers.kubernetes import ANY, BINDINGS, DOORS, NONE, Cluster, Object, cluster, containers
from scaffold.guard.rule import NotApplicable
from scaffold.guard.rules.operations import doors

SERVING = ("Deployment", "StatefulSet", "DaemonSet", "Rollout")
ENOUGH = 2  # pods, so that one may go
ASKS = ("httpGet", "exec", "grpc", "tcpSocket")
POLICIES = ("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy")


def probes(look: Look) -> Iterator[Found]:
    """Look at the probes of containers that have ports, and at the time that they have to stop."""
    found = list(cluster(look).workloads(*SERVING))
    if not found:
        raise NotApplicable(NONE)
    for one, pod in found:
        if pod.data.get("terminationGracePeriodSeconds") == 0:
            line = line_at(pod, "terminationGracePeriodSeconds")
            yield Found(f"{one.title} is killed at once: terminationGracePeriodSeconds is 0", one.path, line)
        for name, container in containers(pod, first=False):
            for wrong, key in _unasked(container.data) if container.data.get("ports") else ():
                message = f"{one.title}: the container {name} {wrong}"
                yield Found(message, one.path, line_at(container, key), key=f"{one.name}.{name}.{key}")


def _unasked(container: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    live, ready = container.get("livenessProbe"), container.get("readinessProbe")
    if not live:
        yield "is never asked whether it lives: no livenessProbe", "livenessProbe"
    if not ready:
        yield "is never asked whether it is ready: no readinessProbe", "readinessProbe"
    if live and ready and _asks(live) == _asks(ready) and _asks(live).keys() - {"tcpSocket"}:
        wrong = "is asked the same for living as for being ready, so that it is killed where it should rest"
        yield wrong, "livenessProbe"
    if live and not container.get("startupProbe") and not mapping(live).get("initialDelaySeconds"):
        yield "may be killed while it starts: no startupProbe", "startupProbe"


def _asks(probe: Any) -> Mapping[str, Any]:
    return {key: value for key, value in mapping(probe).items() if key in ASKS}


def limits(look: Look) -> Iterator[Found]:
    """Look at the resources of each container, at what stands around each workload, and at the doors from outside."""
    found = cluster(look)
    workloads = list(found.workloads())
    if not workloads and not any(found.of(*DOORS)):
        raise NotApplicable(NONE)
    for one, pod in workloads:
        for name, container in containers(pod):
            yield from _resources(one, name, container)
        if one.kind in ("Deployment", "Rollout"):
            yield from _company(found, one, pod)
        yield from _walls(found, one, pod)
    yield from doors.opened(found)


def _resources(one: Object, name: str, container: Located) -> Iterator[Found]:
    resources = mapping(container.data.get("resources"))
    asked, most = mapping(resources.get("requests")), mapping(resources.get("limits"))
    lacks = [f"requests.{what}" for what in ("cpu", "memory") if what not in {**asked, **most}]
    lacks += [f"limits.{what}" for what in ("cpu", "memory") if what not in most]
    if lacks:
        key, line = f"{one.name}.{name}.resources", line_at(container, "resources")
        severity: Severity = "medium" if "limits.memory" in lacks else "low"
        message = f"{one.title}: the container {name} sets no {', '.join(lacks)}"
        yield Found(message, one.path, line, key=key, severity=severity)


def _company(found: Cluster, one: Object, pod: Located) -> Iterator[Found]:
    """Look for a second pod, for what keeps one of them up, and for what keeps them apart."""
    number = _replicas(found, one)
    if number == 0:
        return  # switched off, which nobody does by mistake
    if number is not None and number < ENOUGH:
        message = f"{one.title} has {number} replica, so that it is away whenever that one is"
        yield Found(message, one.path, line_at(one.at, "spec", "replicas"), severity="low")
        return
    if not any(_selects(budget.get("spec", "selector"), one.labels) for budget in found.of("PodDisruptionBudget")):
        message = f"{one.title} has no PodDisruptionBudget, so that all its pods may go at once"
        yield Found(message, one.path, line_at(one.at), severity="low")
    if not pod.data.get("topologySpreadConstraints") and "podAntiAffinity" not in mapping(pod.data.get("affinity")):
        message = f"{one.title} may have all its pods on one node: no topologySpreadConstraints"
        yield Found(message, one.path, line_at(pod), severity="low")


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
        message = f"{one.title} may talk to everybody: no NetworkPolicy selects its pods"
        yield Found(message, one.path, line_at(one.at), severity="medium")
    namespace = one.get("metadata", "namespace")
    if namespace == "default" or (not namespace and not found.namespaces and not any(found.of("Namespace"))):
        line = line_at(one.at, "metadata", "namespace")
        yield Found(f"{one.title} has no namespace of its own", one.path, line, severity="low")
    if not _is_without_token(found, pod):
        message = f"{one.title} gets a token of the cluster: automountServiceAccountToken is not false"
        yield Found(message, one.path, line_at(pod, "automountServiceAccountToken"), severity="medium")


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
    own = pod.data.get("automountServiceAccountToken")
    said = [own] if own is not None else [account.get("automountServiceAccountToken") for account in accounts]
    subjects = (subject for binding in found.of(*BINDINGS) for subject in listed(binding.get("subjects")))
    has_rights = name is not None and any(mapping(subject).get("name") == name for subject in subjects)
    return has_rights or any(one is False for one in said)
