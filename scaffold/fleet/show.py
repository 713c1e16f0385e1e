"""Show of a plan: all of it, a group of members with the same patch, or one member."""

from pathlib import Path

from scaffold.errors import ProjectError
from scaffold.fleet import planfile
from scaffold.plan.fleet import Shown


def fleet_show(plan: Path | str, what: str = "") -> Shown:
    """Read a plan, and find a member by name, or a group by the start of its digest.

    Raises FormatError for what is no plan, or was changed since, and ProjectError where nothing is called so.
    """
    folder = str(plan)
    found = planfile.read(Path(plan))
    if not what:
        return Shown(found, folder)
    member = next((one for one in found.results if one.name == what), None)
    if member is not None:
        return Shown(found, folder, member=member)
    groups = [one for one in found.groups if one.digest.startswith(what)]
    if len(groups) != 1:
        message = f"{len(groups)} groups start with {what}" if groups else f"no member and no group is called {what}"
        raise ProjectError(message, where=folder, hint="scaffold fleet show PLAN lists the groups")
    return Shown(found, folder, groups[0])
