"""The message of the commit that an update makes."""

from packaging.version import Version

from scaffold.blueprint.changelog import passed
from scaffold.project.planning.prepared import Prepared
from scaffold.report.message import update_message


def commit_message(prepared: Prepared, *, decided: bool = True) -> str:
    """Return the message of the commit that an update makes: what changed, for which files, and what is left to do.

    It is made once conflicts are `decided`, or holds them.
    """
    before, after = prepared.plan.lock_before, prepared.plan.lock_after
    said = prepared.changelog if before.blueprint == after.blueprint else ""
    versions = passed(said, Version(before.version), Version(after.version))
    return update_message(prepared.plan, versions, prepared.messages, decided=decided)
