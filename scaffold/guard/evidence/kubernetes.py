"""Kubernetes manifests as rules see them: objects, the pods that they start, and what kustomize lays over them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, listed
from scaffold.guard.evidence.aside import is_aside, is_foreign
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.rule import NotApplicable

MANIFESTS = ("*.yml", "*.yaml", "!.github/", "!.devcontainer/", "!hack/")
KUSTOMIZATIONS = ("kustomization.yml", "kustomization.yaml", "Kustomization")
TEMPLATE = "this is a template, and what becomes of it cannot be told"
NONE = "there are no Kubernetes manifests"
_PODS: Mapping[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Rollout"), ("spec", "template", "spec")
    ),
}


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
        there = below(self.at, *keys)
        return None if there is None else there.data

    @property
    def pod(self) -> Located | None:
        """The specification of the pods that it starts, where it is whole: every container has an image."""
        spec = below(self.at, *_PODS[self.kind]) if self.kind in _PODS else None
        if spec is None or not isinstance(spec.data, Mapping):
            return None
        containers = spec.data.get("containers")
        if not isinstance(containers, list) or not containers:
            return None
        whole = all(isinstance(one, Mapping) and one.get("image") for one in containers)
        return spec if whole else None

    @property
    def labels(self) -> Mapping[str, Any]:
        """The labels of its pods."""
        way = (*_PODS.get(self.kind, ("spec",))[:-1], "metadata", "labels")
        found = self.get(*way)
        return found if isinstance(found, Mapping) else {}


class Cluster(NamedTuple):
    """All objects of a repository's manifests, and what kustomize changes about them."""

    objects: tuple[Object, ...]
    patches: tuple[Object, ...]
    namespaces: tuple[str, ...]  # that a kustomization sets
    replicas: frozenset[str]  # names whose number of pods is set by a kustomization
    texts: str  # of patches that are written inside a kustomization

    def of(self, *kinds: str) -> Iterator[Object]:
        """Yield the objects of some kinds."""
        return (one for one in self.objects if one.kind in kinds)

    def workloads(self, *kinds: str) -> Iterator[tuple[Object, Located]]:
        """Yield whole objects that start pods, of these kinds or of all, each with its pods' specification."""
        for one in self.of(*(kinds or _PODS)):
            if (pod := one.pod) is not None:
                yield one, pod


def cluster(look: Look) -> Cluster:
    """Return what manifests describe; raises NotApplicable where there are none. Helm's templates are no manifests."""
    kustomizations = look.paths(*KUSTOMIZATIONS)
    patched, namespaces, replicas, texts = _kustomized(look, kustomizations)
    objects: list[Object] = []
    patches: list[Object] = []
    for path in look.paths(*MANIFESTS):
        if is_aside(path) or is_foreign(path) or path in kustomizations:
            continue
        content = look.raw(path)
        if content is not None and b"apiVersion" in content and b"kind" in content:
            for document in documents(look, path):
                (patches if path in patched else objects).extend(_objects(path, document))
    if not any(one.kind in _PODS or one.kind == "Namespace" for one in objects):
        raise NotApplicable(NONE)
    return Cluster(tuple(objects), tuple(patches), tuple(namespaces), frozenset(replicas), texts)


def documents(look: Look, path: str) -> tuple[Located, ...]:
    """Return the documents of a manifest; none of Helm's templates, and of another's it is unknown what they become."""
    if any(path.startswith(folder) for folder in _charts(look)):
        return ()
    found = look.documents(path)
    if not found and path in look.unread and b"{{" in (look.content(path) or b""):
        look.unread[path] = Found(TEMPLATE, path, look.unread[path].line, known=False)
    return found


def _charts(look: Look) -> Iterator[str]:
    return (path.removesuffix("Chart.yaml") + "templates/" for path in look.paths("Chart.yaml"))


def _objects(path: str, document: Located) -> Iterator[Object]:
    if not isinstance(document.data, Mapping) or "apiVersion" not in document.data:
        return
    kind = document.data.get("kind")
    items = below(document, "items")
    if kind == "List" and items is not None and isinstance(items.data, list):
        for item in items.elements():
            yield from _objects(path, item)
    elif isinstance(kind, str):
        metadata = document.data.get("metadata")
        name = metadata.get("name") if isinstance(metadata, Mapping) else None
        yield Object(path, document, kind, str(name or "without a name"))


def _kustomized(look: Look, paths: Iterable[str]) -> tuple[set[str], list[str], set[str], str]:
    """Return what kustomizations name: patch files, namespaces, names with replicas; and the patches inside them."""
    patched: set[str] = set()
    namespaces: list[str] = []
    replicas: set[str] = set()
    texts: list[str] = []
    for path in paths:
        document = look.data(path) if path.endswith((".yml", ".yaml")) else None
        data = document.data if document is not None and isinstance(document.data, Mapping) else {}
        folder = path.rpartition("/")[0]
        if data.get("namespace"):
            namespaces.append(str(data["namespace"]))
        replicas |= {str(one.get("name")) for one in _mappings(data.get("replicas"))}
        for key in ("patches", "patchesStrategicMerge", "patchesJson6902"):
            for one in listed(data.get(key)):
                named = one.get("path") if isinstance(one, Mapping) else one
                inside = one.get("patch") if isinstance(one, Mapping) else None
                texts += [inside] if isinstance(inside, str) else []
                if isinstance(named, str):
                    patched |= {_joined(folder, named)} if "\n" not in named else set()
                    texts += [named] if "\n" in named else []
    return patched, namespaces, replicas, "\n".join(texts)


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    return (one for one in listed(value) if isinstance(one, Mapping))


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
