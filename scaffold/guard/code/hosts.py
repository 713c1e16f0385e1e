"""Hosts of addresses: which are other machines, out there."""

from ipaddress import ip_address

from scaffold.formats.regex import regex

# Where an address is written for people, for a machine of their own, or as a mere name.
_NEAR = regex(
    r"(?:^|\.)(?:localhost|local|localdomain|internal|intranet|svc|cluster\.local|test|example|invalid|lan|home\.arpa"
    r"|example\.(?:com|org|net)|docker\.internal)$"
)
_NAMES_ONLY = regex(
    r"^(?:www\.)?(?:w3\.org|purl\.org|json-schema\.org|opengis\.net|xmlsoap\.org|java\.sun\.com|apache\.org"
    r"|springframework\.org|openid\.net|docbook\.org|oasis-open\.org|xml\.org|relaxng\.org)$"
    r"|^(?:schemas?|xmlns|ns|maven\.apache|json-schema|docs)\."
)
_NAME = regex(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")


def is_far(host: str) -> bool:
    """Whether a host is another machine, out there: not this one, not a neighbour, not an example, not a mere name."""
    host = host.lower().strip("[]")
    try:
        return ip_address(host).is_global
    except ValueError:
        pass
    return _NAME.fullmatch(host) is not None and not _NEAR.search(host) and not _NAMES_ONLY.search(host)
