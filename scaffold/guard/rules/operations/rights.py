"""What roles of a cluster grant, and whom bindings give them to."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_at, line_of, listed, mapping, value
from scaffold.guard.finding import SEVERITIES, Found, Severity
from scaffold.guard.readers.kubernetes import BINDINGS, ROLES, Cluster, Object, objects_in
from scaffold.guard.tables import table

DATA: Mapping[str, Any] = table("rules/operations/rights")
RULE = ("apiGroups", "resources", "verbs")
LESS: Mapping[Severity, Severity] = {"critical": "high", "high": "medium", "medium": "low"}


def given(found: Cluster) -> Iterator[Found]:
    """Yield what roles grant and bindings give that nobody should have who does not keep the cluster."""
    objects = [*found.objects, *(one for at in (*found.laid, *found.charts) for one in objects_in(at.file, at))]
    bound = defaultdict[str, set[str]](set)
    for one in objects:
        if one.kind in BINDINGS:
            bound[str(mapping(one.get("roleRef")).get("name"))].add(one.kind)
            yield from _bound(one)
    for one in objects:
        rules = below(one.at, "rules") if one.kind in ROLES else None
        if rules is not None and isinstance(rules.data, list):
            everywhere = _is_everywhere(one, bound[one.name])
            yield from (found for rule in rules.elements() for found in _granted(one, rule, everywhere=everywhere))


def _is_everywhere(role: Object, used: set[str]) -> bool:
    """Whether a role may hold in all namespaces: no binding keeps it in one, and it is no part of others."""
    aggregated = any("aggregate-to-" in str(label) for label in mapping(role.get("metadata", "labels")))
    return role.kind == "ClusterRole" and not aggregated and (not used or "ClusterRoleBinding" in used)


def _granted(role: Object, rule: Located, *, everywhere: bool) -> Iterator[Found]:
    said = mapping(rule.data)
    found = [grant for grant in DATA["grants"] if _grants(said, grant) and (everywhere or not grant.get("everywhere"))]
    if found and not said.get("resourceNames"):
        worst: Severity = min((grant["severity"] for grant in found), key=SEVERITIES.index)
        severity, place = (worst, "") if everywhere else (LESS[worst], " in its namespace")
        what = ", ".join(grant["says"] for grant in (found[:1] if found[0].get("alone") else found))
        message = f"{role.title} lets its holders {what}{place}"
        yield Found(message, role.path, line_of(rule), key=rule.name, severity=severity)


def _grants(rule: Mapping[str, Any], grant: Mapping[str, Any]) -> bool:
    """Whether a rule of a role has something of all that a grant asks for; a star stands for everything."""
    stars = () if grant.get("exact") else ("*",)
    return all(any(one in (*grant[key], *stars) for one in listed(rule.get(key))) for key in RULE if key in grant)


def _bound(binding: Object) -> Iterator[Found]:
    role = str(value(binding.at, "roleRef", "name"))
    for number, subject in enumerate(map(mapping, listed(binding.get("subjects")))):
        to = str(subject.get("name"))
        fits = (one for one in DATA["bound"] if re.search(one["role"], role) and re.search(one["to"], to))
        if (one := next(fits, None)) is not None:
            severity = one["severity"] if binding.kind == "ClusterRoleBinding" else LESS[one["severity"]]
            message = f"{binding.title} {one['says'].format(kind=subject.get('kind'), to=to)} ({role})"
            line = line_at(binding.at, "subjects", number)
            yield Found(message, binding.path, line, key=f"subjects.{number}", severity=severity)
