"""The message of the commit that an update makes."""

from packaging.version import Version

from scaffold.blueprint.changelog import passed
from scaffold.project.planning.prepared import Prepared
from scaffold.report.message import update_message


def commit_message(prepared: Prepared) -> str:
    """Return the message of the commit that an update makes: what changed, for which files, and what is left to do."""
    before, after = prepared.plan.lock_before, prepared.plan.lock_after
    said = prepared.changelog if before.blueprint == after.blueprint else ""
    return update_message(
        prepared.plan, passed(said, Version(before.version), Version(after.version)), prepared.messages
    )
