"""Kubernetes manifests as rules see them: objects, the pods that they start, and what is laid over them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from scaffold.errors import FormatError
from scaffold.formats import documents as formats
from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of, listed, mapping, value
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers import charts
from scaffold.guard.readers.aside import is_aside, is_foreign
from scaffold.guard.readers.places import PLACES
from scaffold.guard.rule import NotApplicable

MANIFESTS, KUSTOMIZATIONS = PLACES["manifests"], PLACES["kustomizations"]
TEMPLATE = "this is a template, and what becomes of it cannot be told"
ANY = "*"
NONE = "there are no Kubernetes manifests"
PODS: Mapping[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Rollout"), ("spec", "template", "spec")
    ),
}
BINDINGS, ROLES = ("RoleBinding", "ClusterRoleBinding"), ("Role", "ClusterRole")
DOORS = ("Ingress", "Gateway", "Service")
_KNOWN = {*PODS, *BINDINGS, *ROLES, *DOORS, "Namespace"}
# Below what is put into a cluster, `test` is the name of one.
_CLUSTERS = re.compile(
    r"(?:^|/)(?:deploy(?:ments?)?|k8s|kubernetes|kustomize|manifests|infra(?:structure)?|ops|gitops|clusters|overlays"
    r"|environments|envs)/"
)
# What CI and developers put up for themselves.
_NO_CLUSTER = re.compile(r"(?:^|/)(?:\.?ci|prow|scripts?|hack|[^/]{0,80}tilt)/")
_TEST = re.compile(r"(?<=/)test(?:ing)?/")
_JSON_PAIR = re.compile(rb'"kind"\s{0,9}:')


class Object(NamedTuple):
    """One object of a manifest."""

    path: str
    at: Located
    kind: str
    name: str

    @property
    def title(self) -> str:
        """What messages call it."""
        return f"{self.kind} {self.name}"

    def get(self, *keys: str) -> Any:
        """Return the value at a way below it, or None."""
        return value(self.at, *keys)

    @property
    def pod(self) -> Located | None:
        """The specification of the pods that it starts, where it is whole: every container has an image."""
        spec = below(self.at, *PODS[self.kind]) if self.kind in PODS else None
        found = listed(value(spec, "containers"))
        return spec if found and all(mapping(one).get("image") for one in found) else None

    @property
    def labels(self) -> Mapping[str, Any]:
        """The labels of its pods."""
        return mapping(self.get(*PODS.get(self.kind, ("spec",))[:-1], "metadata", "labels"))


class Cluster(NamedTuple):
    """All objects of a repository's manifests, and what is laid over them or becomes of charts.

    What is laid is judged by what it sets or takes away, and never by what it leaves out.
    """

    objects: tuple[Object, ...]
    laid: tuple[Located, ...]  # patches of kustomize, workloads that are not whole
    charts: tuple[Located, ...]  # templates and values of Helm
    namespaces: tuple[str, ...]  # that a kustomization sets
    replicas: frozenset[str]  # names of workloads whose number of pods an overlay decides; ANY where it may be of any

    def of(self, *kinds: str) -> Iterator[Object]:
        """Yield the objects of some kinds."""
        return (one for one in self.objects if one.kind in kinds)

    def workloads(self, *kinds: str) -> Iterator[tuple[Object, Located]]:
        """Yield whole objects that start pods, of these kinds or of all, each with its pods' specification."""
        for one in self.of(*(kinds or PODS)):
            if (pod := one.pod) is not None:
                yield one, pod


def cluster(look: Look) -> Cluster:
    """Return what manifests and charts describe; raises NotApplicable where there are none."""
    found = look.once(_cluster)
    if not found.laid and not found.charts and not any(one.kind in _KNOWN for one in found.objects):
        raise NotApplicable(NONE)
    return found


def _cluster(look: Look) -> Cluster:
    kustomizations = {path: _kustomization(look, path) for path in look.paths(*KUSTOMIZATIONS) if is_manifest(path)}
    set_ = [one for one in kustomizations.values() if one is not None]
    patched, laid = set[str](), list[Located]()
    for one in set_:
        for patch in _patches(one):
            named = patch.data.get("path") if isinstance(patch.data, Mapping) else patch.data
            text = patch.data.get("patch") if isinstance(patch.data, Mapping) else patch.data
            if isinstance(text, str) and (isinstance(patch.data, Mapping) or "\n" in text):
                where = below(patch, "patch") or patch
                laid += _parsed(look, one.file, text.encode(errors="replace"), line_of(where))
            elif isinstance(named, str):
                patched.add(_joined(one.file.rpartition("/")[0], named))
    objects = list[Object]()
    for path in look.paths(*MANIFESTS):
        if path in patched:
            laid += documents(look, path)
        elif is_manifest(path) and path not in kustomizations and _may_be_one(path, look.raw(path)):
            objects += [one for document in documents(look, path) for one in objects_in(path, document)]
    laid += [one.at for one in objects if one.kind in PODS and one.pod is None]
    replicas = {str(mapping(item).get("name")) for one in set_ for item in listed(one.data.get("replicas"))}
    replicas |= {name for patch in laid for name in _resized(patch)}
    namespaces = [str(one.data["namespace"]) for one in set_ if one.data.get("namespace")]
    made = charts.made(look, is_manifest)
    return Cluster(tuple(objects), tuple(laid), tuple(made), tuple(namespaces), frozenset(replicas))


def is_manifest(path: str) -> bool:
    """Whether a file may be for a cluster, by where it is: no example is, nor what tests or others brought in."""
    if _NO_CLUSTER.search(path):
        return False
    if match := _CLUSTERS.search(path):
        path = path[: match.end()] + _TEST.sub("", path[match.end() - 1 :])
    return not is_aside(path) and not is_foreign(path)


def _may_be_one(path: str, content: bytes | None) -> bool:
    if content is None or b"apiVersion" not in content or b"kind" not in content:
        return False
    return not path.endswith(".json") or _JSON_PAIR.search(content) is not None


def documents(look: Look, path: str) -> tuple[Located, ...]:
    """Return the documents of a manifest; none of Helm's templates, and of another's it is unknown what they become."""
    if path.startswith(look.once(charts.folders)):
        return ()
    found = look.documents(path)
    if not found and path in look.unread and b"{{" in (look.content(path) or b""):
        look.unread[path] = Found(TEMPLATE, path, look.unread[path].line, known=False)
    return found


def objects_in(path: str, document: Located, kind: str = "") -> Iterator[Object]:
    """Yield the objects of a document, those of lists too, which need not say what each of them is."""
    data = mapping(document.data)
    own = (data.get("kind") or kind) if "apiVersion" in data or kind else None
    if not isinstance(own, str):
        return
    items = below(document, "items")
    if own.endswith("List") and items is not None and isinstance(items.data, list):
        for item in items.elements():
            yield from objects_in(path, item, own.removesuffix("List"))
    else:
        yield Object(path, document, own, str(value(document, "metadata", "name") or "without a name"))


def _kustomization(look: Look, path: str) -> Located | None:
    """Return a kustomization's document, of which one whose name has no ending is YAML."""
    is_named = path.endswith((".yml", ".yaml"))
    found = look.documents(path) if is_named else _parsed(look, path, look.content(path) or b"")
    return found[0] if found and isinstance(found[0].data, Mapping) else None


def _parsed(look: Look, path: str, content: bytes, line: int | None = None) -> tuple[Located, ...]:
    """Return documents of YAML; of a patch that is written inside a file, its line there counts for all of it."""
    try:
        found = formats.load("patch.yaml", content)
    except FormatError as error:
        said = "a patch in this file cannot be read" if line else error.message
        look.unread[path] = Found(said, path, line, known=False)
        return ()
    return tuple(Located(one.data, path, {(): line} if line else one.lines) for one in found)


def _patches(kustomization: Located) -> Iterator[Located]:
    for key in ("patches", "patchesStrategicMerge", "patchesJson6902"):
        found = below(kustomization, key)
        yield from found.elements() if found is not None and isinstance(found.data, list) else ()


def _resized(patch: Located) -> Iterator[str]:
    """Yield the name of the workload whose number of pods a patch sets."""
    if any(str(mapping(step).get("path")).endswith("/replicas") for step in listed(patch.data)):
        yield ANY
    if value(patch, "spec", "replicas") is not None:
        yield str(value(patch, "metadata", "name"))


def _joined(folder: str, name: str) -> str:
    parts = folder.split("/") if folder else []
    for part in name.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in (".", "", ".."):
            parts.append(part)
    return "/".join(parts)


def containers(pod: Located, *, first: bool = True) -> Iterator[tuple[str, Located]]:
    """Yield name and place of each container, those that run before the others too unless they are not to count."""
    for key in ("initContainers", "containers") if first else ("containers",):
        found = below(pod, key)
        if found is not None and isinstance(found.data, list):
            for one in found.elements():
                if isinstance(one.data, Mapping):
                    yield str(one.data.get("name", "without a name")), one
