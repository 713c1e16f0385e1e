"""The services of compose files that are delivered, and what of a repository stays on a desk."""

import re
from collections.abc import Iterator, Mapping

from scaffold.formats.located import Located
from scaffold.formats.lookup import below
from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_aside, is_foreign

COMPOSE = tuple(f"{name}.{ending}" for name in ("docker-compose*", "compose*") for ending in ("yml", "yaml"))
# Images and services for developers and for CI, which no cluster runs.
AT_DESK = re.compile(
    r"(?:^|/)(?:\.devcontainer|\.github|\.ci|ci|prow|dev|local|hack|scripts?)/"
    r"|[.-](?:dev(?:elopment)?|debug|tilt|skaffold|tests?|ci|local|build|e2e|playwright|override)(?:\.ya?ml)?$"
)


def services_of(look: Look) -> Iterator[Located]:
    """Yield the services."""
    for path in look.paths(*COMPOSE):
        is_wanted = not (is_aside(path) or is_foreign(path) or AT_DESK.search(path))
        services = below(look.data(path), "services") if is_wanted else None
        if services is not None and isinstance(services.data, Mapping):
            yield from (services.child(name) for name, one in services.data.items() if isinstance(one, Mapping))
