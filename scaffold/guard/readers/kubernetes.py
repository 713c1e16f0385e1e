"""Kubernetes manifests as rules see them: objects, the pods that they start, and what kustomize lays over them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from scaffold.errors import FormatError
from scaffold.formats import documents as formats
from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of, listed, value
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_aside, is_foreign
from scaffold.guard.readers.places import PLACES
from scaffold.guard.rule import NotApplicable

MANIFESTS, KUSTOMIZATIONS = PLACES["manifests"], PLACES["kustomizations"]
TEMPLATE = "this is a template, and what becomes of it cannot be told"
NONE = "there are no Kubernetes manifests"
_PODS: Mapping[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Rollout"), ("spec", "template", "spec")
    ),
}
# Below what is put into a cluster, `test` is the name of one.
_CLUSTERS = re.compile(
    r"(?:^|/)(?:deploy(?:ments?)?|k8s|kubernetes|kustomize|manifests|infra(?:structure)?|ops|gitops|clusters|overlays"
    r"|environments|envs)/"
)
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


class Laid(NamedTuple):
    """A document that kustomize lays over others; `line` is where it stands if it is written inside another file."""

    path: str
    at: Located
    line: int | None = None


class Cluster(NamedTuple):
    """All objects of a repository's manifests, and what kustomize changes about them."""

    objects: tuple[Object, ...]
    patches: tuple[Object, ...]
    namespaces: tuple[str, ...]  # that a kustomization sets
    replicas: frozenset[str]  # names whose number of pods is set by a kustomization
    texts: str  # of patches that are written inside a kustomization
    laid: tuple[Laid, ...] = ()  # all patches, in files and inside kustomizations

    def of(self, *kinds: str) -> Iterator[Object]:
        """Yield the objects of some kinds."""
        return (one for one in self.objects if one.kind in kinds)

    def workloads(self, *kinds: str) -> Iterator[tuple[Object, Located]]:
        """Yield whole objects that start pods, of these kinds or of all, each with its pods' specification."""
        for one in self.of(*(kinds or _PODS)):
            if (pod := one.pod) is not None:
                yield one, pod

    def partial(self) -> Iterator[Object]:
        """Yield the workloads that are not whole: somebody lays them over others."""
        return (one for one in self.of(*_PODS) if one.pod is None)


def cluster(look: Look) -> Cluster:
    """Return what manifests describe; raises NotApplicable where there are none. Helm's templates are no manifests."""
    kustomizations = [path for path in look.paths(*KUSTOMIZATIONS) if is_manifest(path)]
    patched, namespaces, replicas, inside = _kustomized(look, kustomizations)
    objects: list[Object] = []
    patches: list[Object] = []
    laid = [one for text in inside for one in _inside(look, text)]
    for path in look.paths(*MANIFESTS):
        if path in patched:
            found = documents(look, path)
            laid += [Laid(path, document) for document in found]
            patches += [one for document in found for one in objects_in(path, document)]
        elif is_manifest(path) and path not in kustomizations and _may_be_one(path, look.raw(path)):
            for document in documents(look, path):
                objects += objects_in(path, document)
    if not laid and not any(one.kind in _PODS or one.kind == "Namespace" for one in objects):
        raise NotApplicable(NONE)
    texts = "\n".join(text.text for text in inside)
    return Cluster(tuple(objects), tuple(patches), tuple(namespaces), frozenset(replicas), texts, tuple(laid))


def is_manifest(path: str) -> bool:
    """Whether a file may be for a cluster, by where it is: no example is, nor what tests or others brought in."""
    if match := _CLUSTERS.search(path):
        path = path[: match.end()] + _TEST.sub("", path[match.end() - 1 :])
    return not is_aside(path) and not is_foreign(path)


def _may_be_one(path: str, content: bytes | None) -> bool:
    if content is None or b"apiVersion" not in content or b"kind" not in content:
        return False
    return not path.endswith(".json") or _JSON_PAIR.search(content) is not None


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


def objects_in(path: str, document: Located, kind: str = "") -> Iterator[Object]:
    """Yield the objects of a document, those of lists too, which need not say what each of them is."""
    data = document.data
    if not isinstance(data, Mapping) or not ("apiVersion" in data or kind):
        return
    own = data.get("kind") or kind
    items = below(document, "items")
    if not isinstance(own, str):
        return
    if own.endswith("List") and items is not None and isinstance(items.data, list):
        for item in items.elements():
            yield from objects_in(path, item, own.removesuffix("List"))
    else:
        yield Object(path, document, own, str(value(document, "metadata", "name") or "without a name"))


class _Inside(NamedTuple):
    """A patch that is written inside a kustomization."""

    path: str
    text: str
    line: int


def _inside(look: Look, patch: _Inside) -> Iterator[Laid]:
    try:
        found = formats.load("patch.yaml", patch.text.encode())
    except FormatError:
        look.unread[patch.path] = Found("a patch in this file cannot be read", patch.path, patch.line, known=False)
        return
    yield from (Laid(patch.path, document, patch.line) for document in found)


def _kustomization(look: Look, path: str) -> Located | None:
    """Return a kustomization's document; one whose name has no ending is YAML."""
    if path.endswith((".yml", ".yaml")):
        return look.data(path)
    try:
        found = formats.load(f"{path}.yaml", look.content(path) or b"")
    except FormatError as error:
        look.unread[path] = Found(error.message, path, known=False)
        return None
    return found[0] if found else None


def _kustomized(look: Look, paths: Iterable[str]) -> tuple[set[str], list[str], set[str], list[_Inside]]:
    """Return what kustomizations name: patch files, namespaces, names with replicas; and the patches inside them."""
    patched: set[str] = set()
    namespaces: list[str] = []
    replicas: set[str] = set()
    inside: list[_Inside] = []
    for path in paths:
        document = _kustomization(look, path)
        if document is None or not isinstance(document.data, Mapping):
            continue
        if document.data.get("namespace"):
            namespaces.append(str(document.data["namespace"]))
        replicas |= {str(one.get("name")) for one in _mappings(document.data.get("replicas"))}
        for key in ("patches", "patchesStrategicMerge", "patchesJson6902"):
            for number, one in enumerate(listed(document.data.get(key))):
                text = one.get("patch") if isinstance(one, Mapping) else one if "\n" in str(one) else None
                named = one.get("path") if isinstance(one, Mapping) else one
                if isinstance(text, str):
                    where = below(document, key, number, "patch") or below(document, key, number) or document
                    inside.append(_Inside(path, text, line_of(where)))
                elif isinstance(named, str):
                    patched.add(_joined(path.rpartition("/")[0], named))
    return patched, namespaces, replicas, inside


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
