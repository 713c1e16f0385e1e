"""Rules on what runs in a cluster: that it is asked how it is, has enough, and keeps to its own."""

from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.formats.located import Located
from scaffold.formats.lookup import line_at, listed, mapping
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.kubernetes import NONE, Cluster, Object, cluster, containers
from scaffold.guard.rule import NotApplicable

SERVING = ("Deployment", "StatefulSet", "DaemonSet", "Rollout")
ENOUGH = 2  # pods, so that one may go


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
            if container.data.get("ports"):
                for wrong, key in _unasked(container.data):
                    message = f"{one.title}: the container {name} {wrong}"
                    yield Found(message, one.path, line_at(container, key), key=f"{one.name}.{name}.{key}")


def _unasked(container: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    live, ready = container.get("livenessProbe"), container.get("readinessProbe")
    if not live:
        yield "is never asked whether it lives: no livenessProbe", "livenessProbe"
    if not ready:
        yield "is never asked whether it is ready: no readinessProbe", "readinessProbe"
    if live and ready and _asks(live) == _asks(ready) and _asks(live).keys() & {"httpGet", "exec", "grpc"}:
        yield (
            "is asked the same for living as for being ready, so that it is killed where it should rest",
            "livenessProbe",
        )
    if live and not container.get("startupProbe") and not mapping(live).get("initialDelaySeconds"):
        yield "may be killed while it starts: no startupProbe", "startupProbe"


def _asks(probe: Any) -> Mapping[str, Any]:
    return {key: value for key, value in mapping(probe).items() if key in ("httpGet", "exec", "grpc", "tcpSocket")}


def limits(look: Look) -> Iterator[Found]:
    """Look at the resources of each container, and at what stands around each workload."""
    found = cluster(look)
    workloads = list(found.workloads())
    if not workloads:
        raise NotApplicable(NONE)
    for one, pod in workloads:
        for name, container in containers(pod):
            yield from _resources(one, name, container)
        if one.kind in ("Deployment", "Rollout"):
            yield from _company(found, one, pod)
        yield from _walls(found, one, pod)


def _resources(one: Object, name: str, container: Located) -> Iterator[Found]:
    resources = mapping(container.data.get("resources"))
    lacks = [
        f"{kind}.{what}"
        for kind in ("requests", "limits")
        for what in ("cpu", "memory")
        if what not in mapping(resources.get(kind))
        and not (kind == "requests" and what in mapping(resources.get("limits")))
    ]
    if lacks:
        key = f"{one.name}.{name}.resources"
        line = line_at(container, "resources")
        yield Found(f"{one.title}: the container {name} sets no {', '.join(lacks)}", one.path, line, key=key)


def _company(found: Cluster, one: Object, pod: Located) -> Iterator[Found]:
    """Look for a second pod, for what keeps one of them up, and for what keeps them apart."""
    number = _replicas(found, one)
    if number == 0:
        return  # switched off, which nobody does by mistake
    if number is not None and number < ENOUGH:
        yield Found(
            f"{one.title} has {number} replica, so that it is away whenever that one is",
            one.path,
            line_at(one.at, "spec", "replicas"),
        )
        return
    if not any(_selects(budget.get("spec", "selector"), one.labels) for budget in found.of("PodDisruptionBudget")):
        yield Found(
            f"{one.title} has no PodDisruptionBudget, so that all its pods may go at once", one.path, line_at(one.at)
        )
    affinity = mapping(pod.data.get("affinity"))
    if not pod.data.get("topologySpreadConstraints") and "podAntiAffinity" not in affinity:
        yield Found(
            f"{one.title} may have all its pods on one node: no topologySpreadConstraints", one.path, line_at(pod)
        )


def _replicas(found: Cluster, one: Object) -> int | None:
    """Return how many pods there are at least; None where an overlay, which may be of any size, decides."""
    if one.name in found.replicas or "replicas" in found.texts:
        return None
    if any(
        patch.kind == one.kind and patch.name == one.name and patch.get("spec", "replicas") for patch in found.patches
    ):
        return None
    for scaler in found.of("HorizontalPodAutoscaler"):
        if scaler.get("spec", "scaleTargetRef", "name") == one.name:
            least = scaler.get("spec", "minReplicas")
            return least if isinstance(least, int) else 1
    if any(scaler.get("spec", "scaleTargetRef", "name") == one.name for scaler in found.of("ScaledObject")):
        return None
    number = one.get("spec", "replicas")
    return number if isinstance(number, int) else 1


def _selects(selector: Any, labels: Mapping[str, Any]) -> bool:
    """Whether a selector takes pods with these labels; what it says beyond labels is taken to fit."""
    return isinstance(selector, Mapping) and mapping(selector.get("matchLabels")).items() <= labels.items()


def _walls(found: Cluster, one: Object, pod: Located) -> Iterator[Found]:
    policies = found.of("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy")
    if not any(
        policy.kind != "NetworkPolicy"
        or (_selects(policy.get("spec", "podSelector"), one.labels) and _is_wall(mapping(policy.get("spec"))))
        for policy in policies
    ):
        yield Found(f"{one.title} may talk to everybody: no NetworkPolicy selects its pods", one.path, line_at(one.at))
    namespace = one.get("metadata", "namespace")
    if namespace == "default" or (not namespace and not found.namespaces and not any(found.of("Namespace"))):
        yield Found(f"{one.title} has no namespace of its own", one.path, line_at(one.at, "metadata", "namespace"))
    if not _is_without_token(found, pod):
        message = f"{one.title} gets a token of the cluster: automountServiceAccountToken is not false"
        yield Found(message, one.path, line_at(pod, "automountServiceAccountToken"))


def _is_wall(policy: Mapping[str, Any]) -> bool:
    """Whether a network policy keeps anything out or in: a rule that says nothing, `{}`, allows all."""
    types = [str(one).lower() for one in listed(policy.get("policyTypes"))]
    ways = types or ["ingress", *(["egress"] if "egress" in policy else [])]
    return any({} not in listed(policy.get(way)) for way in ways)


def _is_without_token(found: Cluster, pod: Located) -> bool:
    """Whether pods get no token of the cluster, or are given rights in it and so need one."""
    own = pod.data.get("automountServiceAccountToken")
    if own is not None:
        return own is False or _has_rights(found, pod)
    name = pod.data.get("serviceAccountName") or "default"
    accounts = [account for account in found.of("ServiceAccount") if account.name == name]
    return any(account.get("automountServiceAccountToken") is False for account in accounts) or _has_rights(found, pod)


def _has_rights(found: Cluster, pod: Located) -> bool:
    name = pod.data.get("serviceAccountName")
    subjects = (
        mapping(subject).get("name")
        for binding in found.of("RoleBinding", "ClusterRoleBinding")
        for subject in listed(binding.get("subjects"))
    )
    return name is not None and name in subjects
