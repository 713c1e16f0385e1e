"""What kustomize's patches set: a patch is judged by what it sets or takes away, and never by what it leaves out."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from scaffold.formats.located import Located
from scaffold.formats.lookup import line_of, listed, mapping
from scaffold.guard.readers.kubernetes import Cluster, Laid

_ONCE = {
    ("hostNetwork", True): "shares the machine's own: hostNetwork",
    ("hostPID", True): "shares the machine's own: hostPID",
    ("hostIPC", True): "shares the machine's own: hostIPC",
    ("privileged", True): "makes a container privileged",
    ("runAsNonRoot", False): "lets it run as root (runAsNonRoot)",
    ("allowPrivilegeEscalation", True): "lets it gain rights (allowPrivilegeEscalation)",
    ("readOnlyRootFilesystem", False): "lets it write to its own image (readOnlyRootFilesystem)",
}
_SAFE = (
    "securityContext", "runAsNonRoot", "allowPrivilegeEscalation", "readOnlyRootFilesystem", "seccompProfile",
    "capabilities", "drop",
)  # fmt: skip
_OTHERS = ("ConfigMap", "Secret", "CustomResourceDefinition", "PodSecurityPolicy", "SecurityContextConstraints")


class Setting(NamedTuple):
    """Something that a patch does and that takes a container out of its bounds."""

    path: str
    line: int
    of: str  # what it is laid over, as far as it says
    key: str
    wrong: str


def settings(found: Cluster) -> Iterator[Setting]:
    """Yield what patches set or take away that no container should have or lack."""
    for patch in (*found.laid, *(Laid(one.path, one.at) for one in found.partial())):
        data = patch.at.data
        if isinstance(data, list):
            for operation in patch.at.elements():
                if isinstance(operation.data, Mapping):
                    yield from _operation(patch, operation)
        elif isinstance(data, Mapping) and data.get("kind") not in _OTHERS:
            of = " ".join(str(part) for part in (data.get("kind"), mapping(data.get("metadata")).get("name")) if part)
            for at, key, wrong in _wrong(patch.at):
                yield Setting(patch.path, patch.line or line_of(at), of, key, wrong)


def _operation(patch: Laid, at: Located) -> Iterator[Setting]:
    """Judge one operation of a JSON patch."""
    way = [part for part in str(at.data.get("path", "")).split("/") if part]
    keys = [part for part in way if not part.isdecimal() and part != "-"]
    line = patch.line or line_of(at)
    if not keys:
        return
    if at.data.get("op") == "remove":
        found = [(keys[-1], f"takes {keys[-1]} away")] if keys[-1] in _SAFE and way[-1] == keys[-1] else []
    else:
        value = at.data.get("value")
        last = keys[-1]
        if keys[-2:-1] == ["capabilities"]:
            value, last = {last: value if isinstance(value, list) else [value]}, "capabilities"
            if way[-1] != keys[-1]:  # one more of a list that is there
                value.pop("drop", None)
        wrong = _judged(last, value)
        found = [(last, wrong)] if wrong else []
        if "value" in at.data and not wrong:
            found = [(key, what) for _, key, what in _wrong(at.child("value"))]
    yield from (Setting(patch.path, line, "", key, what) for key, what in found)


def _wrong(top: Located) -> Iterator[tuple[Located, str, str]]:
    """Yield place, key and what is wrong with it of all that stands below."""
    waiting = [top]
    while waiting:
        at = waiting.pop()
        if isinstance(at.data, Mapping):
            for key in at.data:
                wrong = _judged(str(key), at.data[key])
                if wrong:
                    yield at.child(key), str(key), wrong
                elif isinstance(at.data[key], Mapping | list):
                    waiting.append(at.child(key))
        elif isinstance(at.data, list):
            waiting += at.elements()


def _judged(key: str, value: Any) -> str:
    """Return what is wrong with a setting, or nothing."""
    if value is None:
        return f"takes {key} away" if key in _SAFE else ""
    if isinstance(value, bool):
        return _ONCE.get((key, value), "")
    if key == "hostPath" and isinstance(value, Mapping):
        return "mounts a folder of the machine"
    if key == "runAsUser" and value == 0:
        return "runs it as root (runAsUser)"
    if key == "seccompProfile" and mapping(value).get("type") == "Unconfined":
        return "lets it make every system call (seccompProfile)"
    if key == "securityContext" and isinstance(value, Mapping) and value.get("$patch") in ("delete", "replace"):
        return "takes securityContext away"
    return _capabilities(mapping(value)) if key == "capabilities" else ""


def _capabilities(value: Mapping[str, Any]) -> str:
    added = {str(one).upper() for one in listed(value.get("add"))} - {"NET_BIND_SERVICE"}
    if added:
        return f"gives it {', '.join(sorted(added))}"
    if "drop" in value and "ALL" not in [str(one).upper() for one in listed(value["drop"])]:
        return "leaves it capabilities (drop ALL)"
    return ""
