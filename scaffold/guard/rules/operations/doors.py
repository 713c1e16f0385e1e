"""What leads into a cluster from outside: that it is TLS, or sends people on to it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.formats.lookup import listed, mapping
from scaffold.formats.regex import regex
from scaffold.guard.finding import Found
from scaffold.guard.readers.kubernetes import DOORS, Cluster, Object
from scaffold.guard.readers.settings import walked

# Controllers that are told of certificates by annotations.
SECURED = regex(
    r"certificate|pre-shared-cert|listen-ports.{0,200}HTTPS|router\.tls|ssl-cert|tls-acme|cert-manager\.io", re.DOTALL
)
PLAIN, TLS = 80, 443  # ports
TO_TLS = regex(r"'scheme': 'https'|'httpsRedirect': True")


def opened(found: Cluster) -> Iterator[Found]:
    """Yield the doors through which requests come unencrypted."""
    routes = " ".join(str(one.get("spec")) for one in found.of("HTTPRoute"))
    named = [(one.title, one.at) for one in found.of("Ingress")]
    named += [("a patch", at) for at in found.laid] + [("the chart", at) for at in found.charts]
    for who, document in named:
        yield from walked(who, document, "door")
    for one in found.of(*DOORS):
        if one.kind == "Ingress":
            yield from _ingress(one)
        elif one.kind == "Gateway" and not TO_TLS.search(routes) and _is_plain_gateway(mapping(one.get("spec"))):
            yield one.found("takes unencrypted requests: protocol HTTP, without a redirect", "spec", severity="high")
        elif one.kind == "Service" and _is_plain_service(one):
            yield one.found(f"takes unencrypted requests from outside: a LoadBalancer on port {PLAIN}", "spec", "ports")


def _ingress(one: Object) -> Iterator[Found]:
    tls = [mapping(entry).get("hosts") for entry in listed(one.get("spec", "tls"))]
    if not all(tls) or SECURED.search(str(one.get("metadata", "annotations"))):
        return  # an entry without hosts holds for all of them
    secured = {str(host) for hosts in tls for host in listed(hosts)}
    hosts = (str(mapping(rule).get("host", "every host")) for rule in listed(one.get("spec", "rules")))
    for host in dict.fromkeys(hosts):
        if host not in secured and f"*.{host.partition('.')[2]}" not in secured:
            yield one.found(f"has no TLS for {host}", "spec", severity="high")


def _is_plain_gateway(spec: Mapping[str, Any]) -> bool:
    """Whether a gateway takes HTTP and nothing redirects it: one of Istio says so, of others the routes do."""
    listeners = [mapping(entry) for entry in listed(spec.get("listeners"))]
    servers = [
        one for one in map(mapping, listed(spec.get("servers"))) if not mapping(one.get("tls")).get("httpsRedirect")
    ]
    protocols = {str(one.get("protocol")).upper() for one in listeners}
    return protocols == {"HTTP"} or any(mapping(one.get("port")).get("protocol") == "HTTP" for one in servers)


def _is_plain_service(one: Object) -> bool:
    ports = {mapping(port).get("port") for port in listed(one.get("spec", "ports"))}
    said = str(one.get("metadata", "annotations"))
    is_outside = one.get("spec", "type") == "LoadBalancer" and not re.search(r"[Ii]nternal", said)
    return is_outside and PLAIN in ports and TLS not in ports and not SECURED.search(said)
