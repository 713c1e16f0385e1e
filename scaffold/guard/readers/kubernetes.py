"""Kubernetes manifests as rules see them: objects, the pods that they start, and what is laid over them."""

from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname, join, normpath
from typing import Any, NamedTuple

from scaffold.errors import FormatError
from scaffold.formats import documents as formats
from scaffold.formats.located import Located
from scaffold.formats.lookup import below, elements, line_at, line_of, listed, mapping, value
from scaffold.formats.regex import regex
from scaffold.guard.finding import Found, Severity
from scaffold.guard.look import Look
from scaffold.guard.readers import charts
from scaffold.guard.readers.aside import is_aside, is_foreign
from scaffold.guard.readers.places import PLACES
from scaffold.guard.rule import NotApplicable
from scaffold.guard.tables import table

MANIFESTS, KUSTOMIZATIONS = PLACES["manifests"], PLACES["kustomizations"]
TEMPLATE = "this is a template, and what becomes of it cannot be told"
ANY = "*"
IDLE = ("true", ":", "echo", "sh -c true", "sh -c exit 0", "sh -c :", "echo ok")  # commands that always succeed
NONE = "there are no Kubernetes manifests"
PODS: Mapping[str, tuple[str, ...]] = {kind: tuple(way) for kind, way in table("readers/kubernetes")["pods"].items()}
BINDINGS, ROLES = ("RoleBinding", "ClusterRoleBinding"), ("Role", "ClusterRole")
DOORS = ("Ingress", "Gateway", "Service")
_KNOWN = {*PODS, *BINDINGS, *ROLES, *DOORS, "Namespace"}
# Below what is put into a cluster, `test` is the name of one.
_CLUSTERS = regex(
    r"(?:^|/)(?:deploy(?:ments?)?|k8s|kubernetes|kustomize|manifests|infra(?:structure)?|ops|gitops|clusters|overlays"
    r"|environments|envs)/"
)
# What CI and developers put up for themselves.
_NO_CLUSTER = regex(r"(?:^|/)(?:\.?ci|prow|scripts?|hack|[^/]{0,80}tilt)/")
_TEST = regex(r"(?<=/)test(?:ing)?/")


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

    def found(self, wrong: str, *way: str, at: Located | None = None, severity: Severity = "medium") -> Found:
        """Return what is wrong with it, or with a part of it such as its pods, at a way below."""
        return Found(f"{self.title} {wrong}", self.path, line_at(at or self.at, *way), severity=severity)

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
    named = [path for path in look.paths(*KUSTOMIZATIONS) if "kustomization" in path.rpartition("/")[2].lower()]
    kustomizations = [one for path in named if is_manifest(path) for one in _kustomization(look, path)]
    inside, patched = list[Located](), set[str]()
    for patch in (patch for one in kustomizations for patch in _patches(one)):
        file = patch.data if isinstance(patch.data, str) else value(patch, "path")
        text = value(patch, "patch") if isinstance(patch.data, Mapping) else "\n" in str(file) and file
        if isinstance(text, str):
            inside += _parsed(look, patch.file, text.encode(errors="replace"), line_of(below(patch, "patch") or patch))
        elif isinstance(file, str):
            patched.add(normpath(join(dirname(patch.file), file)))
    whole = [document for path in look.paths(*MANIFESTS) if path in patched for document in documents(look, path)]
    laid = [step for patch in (*inside, *whole) for step in _steps(patch)]
    objects = [
        one
        for path in _manifests(look, {*patched, *named})
        for document in documents(look, path)
        for one in objects_in(path, document)
    ]
    laid += [one.at for one in objects if one.kind in PODS and one.pod is None]
    namespaces = [str(one.data["namespace"]) for one in kustomizations if one.data.get("namespace")]
    strange = [path for path, note in look.unread.items() if note.message == TEMPLATE]
    made = [one for path in strange for one in charts.template(path, look.text(path) or "")]
    made += charts.made(look, is_manifest)
    sized = frozenset(_sized(kustomizations, laid))
    return Cluster(tuple(objects), tuple(laid), tuple(made), tuple(namespaces), sized)


def _manifests(look: Look, others: set[str]) -> Iterator[str]:
    for path in look.paths(*MANIFESTS):
        content = look.raw(path) if path not in others and is_manifest(path) else None
        if content and b"apiVersion" in content and b"kind" in content:
            yield path


def _sized(kustomizations: Iterable[Located], laid: Iterable[Located]) -> Iterator[str]:
    """Yield the names of workloads whose number of pods something says that is laid over them."""
    for one in kustomizations:
        yield from (str(mapping(item).get("name")) for item in listed(one.data.get("replicas")))
    for patch in laid:
        if value(patch, "replicas") is not None:
            yield ANY
        if value(patch, "spec", "replicas") is not None:
            yield str(value(patch, "metadata", "name"))


def _steps(patch: Located) -> Iterator[Located]:
    """Yield a patch as it is, and of a JSON patch what each operation sets, or takes away."""
    if not isinstance(patch.data, list):
        yield patch
        return
    for said, line in ((mapping(one.data), line_of(one)) for one in patch.elements()):
        way = [part for part in str(said.get("path", "")).split("/") if part]
        keys = [part for part in way if not part.isdecimal() and part != "-"]
        is_gone = said.get("op") == "remove"
        if keys and (not is_gone or keys[-1] == way[-1]):
            yield Located({keys[-1]: None if is_gone else said.get("value", "")}, patch.file, {(): line})


def is_manifest(path: str) -> bool:
    """Whether a file may be for a cluster, by where it is: no example is, nor what tests or others brought in."""
    if _NO_CLUSTER.search(path):
        return False
    if match := _CLUSTERS.search(path):
        path = path[: match.end()] + _TEST.sub("", path[match.end() - 1 :])
    return not is_aside(path) and not is_foreign(path)


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
    if own.endswith("List") and isinstance(data.get("items"), list):
        for item in elements(below(document, "items")):
            yield from objects_in(path, item, own.removesuffix("List"))
    else:
        yield Object(path, document, own, str(value(document, "metadata", "name") or "without a name"))


def _kustomization(look: Look, path: str) -> list[Located]:
    """Return a kustomization's document, if it has one, of which one whose name has no ending is YAML."""
    return [one for one in look.documents(path, _yaml)[:1] if isinstance(one.data, Mapping)]


def _yaml(path: str, content: bytes) -> tuple[Located, ...]:
    return formats.load(path, content, ".yaml")


def _parsed(look: Look, path: str, content: bytes, line: int) -> tuple[Located, ...]:
    """Return a patch that is written inside a file, whose line there counts for all of it."""
    try:
        return tuple(Located(one.data, path, {(): line}) for one in _yaml(path, content))
    except FormatError:
        look.unread[path] = Found("a patch in this file cannot be read", path, line, known=False)
        return ()


def _patches(kustomization: Located) -> Iterator[Located]:
    for key in ("patches", "patchesStrategicMerge", "patchesJson6902"):
        yield from elements(below(kustomization, key))


def containers(pod: Located, *, first: bool = True) -> Iterator[tuple[str, Located]]:
    """Yield name and place of each container, those that run before the others too unless they are not to count."""
    for key in ("initContainers", "containers") if first else ("containers",):
        for one in elements(below(pod, key)):
            if isinstance(one.data, Mapping):
                yield str(one.data.get("name", "without a name")), one
