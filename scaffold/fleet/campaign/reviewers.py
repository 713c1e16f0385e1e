"""Who is asked to review an update: the owners of the files that it changes."""

from scaffold.fleet.campaign.policy import Policy
from scaffold.git.objects import Objects
from scaffold.guard.readers import owners
from scaffold.plan.fleet import Result

MOST = 10  # people and teams; GitHub takes 15 of each


def reviewers_of(repository: Objects, result: Result, policy: Policy) -> tuple[str, ...]:
    """Return people (`name`) and teams (`org/team`) by CODEOWNERS at the base; without that the member's owner."""
    if policy.reviewers == "nobody":
        return ()
    named: dict[str, None] = {}
    for path in owners.PATHS:
        content = repository.file(result.base, path)
        if content is not None:
            lines = owners.read(path, content.decode(errors="replace")).deciding(result.files)
            named = {owner: None for line in lines.values() if line for owner in line.owners if owner.startswith("@")}
            break
    else:
        named = dict.fromkeys([result.owner] if result.owner.startswith("@") else [])
    return tuple(owner.removeprefix("@") for owner in named)[:MOST]
