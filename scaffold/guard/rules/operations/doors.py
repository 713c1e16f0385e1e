"""What leads into a cluster from outside: that it is TLS, or sends people on to it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.formats.lookup import line_at, listed, mapping
from scaffold.guard.finding import Found, Severity
from scaffold.guard.readers.kubernetes import DOORS, Cluster, Object

# Controllers that are told of certificates by annotations.
SECURED = re.compile(
    r"certificate|pre-shared-cert|listen-ports.{0,200}HTTPS|router\.tls|ssl-cert|tls-acme|cert-manager\.io", re.DOTALL
)
REDIRECT = re.compile(r"/(?:force-)?ssl-redirect$")
PLAIN, TLS = 80, 443  # ports
TO_TLS = re.compile(r"'scheme': 'https'|'httpsRedirect': True")


def opened(found: Cluster) -> Iterator[Found]:
    """Yield the doors through which requests come unencrypted."""
    routes = " ".join(str(one.get("spec")) for one in found.of("HTTPRoute"))
    for one in found.of(*DOORS):
        for wrong, way, severity in _OPEN[one.kind](one, routes):
            yield Found(f"{one.title} {wrong}", one.path, line_at(one.at, *way), severity=severity)


Wrong = Iterator[tuple[str, tuple[str, ...], Severity]]


def _ingress(one: Object, _routes: str) -> Wrong:
    annotations = mapping(one.get("metadata", "annotations"))
    for key, value in annotations.items():
        if REDIRECT.search(str(key)) and str(value).lower() == "false":
            yield (
                f"answers unencrypted requests instead of redirecting them: {key}",
                ("metadata", "annotations", key),
                "high",
            )
    tls = [mapping(entry).get("hosts") for entry in listed(one.get("spec", "tls"))]
    if not all(tls) or SECURED.search(str(dict(annotations))):
        return  # an entry without hosts holds for all of them
    secured = {str(host) for hosts in tls for host in listed(hosts)}
    for host in dict.fromkeys(
        str(mapping(rule).get("host", "every host")) for rule in listed(one.get("spec", "rules"))
    ):
        if host not in secured and f"*.{host.partition('.')[2]}" not in secured:
            yield f"has no TLS for {host}: spec.tls", ("spec",), "high"


def _gateway(one: Object, routes: str) -> Wrong:
    """Judge a gateway of the Gateway API by its listeners, and one of Istio by its servers."""
    spec = mapping(one.get("spec"))
    listeners = [mapping(entry) for key in ("listeners", "servers") for entry in listed(spec.get(key))]
    plain = [
        entry
        for entry in listeners
        if _protocol(entry) == "HTTP" and not mapping(entry.get("tls")).get("httpsRedirect")
    ]
    is_redirected = len(plain) < len(listeners) and not spec.get("servers")
    if plain and not is_redirected and not TO_TLS.search(routes):
        yield "takes unencrypted requests: protocol HTTP, without a redirect", ("spec",), "high"


def _protocol(listener: Mapping[str, Any]) -> str:
    return str(listener.get("protocol") or mapping(listener.get("port")).get("protocol")).upper()


def _service(one: Object, _routes: str) -> Wrong:
    ports = [mapping(port).get("port") for port in listed(one.get("spec", "ports"))]
    annotations = str(dict(mapping(one.get("metadata", "annotations"))))
    is_inside = re.search(r"[Ii]nternal", annotations)
    if (
        one.get("spec", "type") == "LoadBalancer"
        and PLAIN in ports
        and not (TLS in ports or is_inside or SECURED.search(annotations))
    ):
        yield "takes unencrypted requests from outside: a LoadBalancer on port 80", ("spec", "ports"), "medium"


_OPEN = {"Ingress": _ingress, "Gateway": _gateway, "Service": _service}
