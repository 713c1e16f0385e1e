"""Notes on a check: what a lock that nobody vouches for lets be seen of its own, without a network or rendering."""

from collections.abc import Iterator
from functools import lru_cache

from scaffold.blueprint.guardrails import Guardrails, Said
from scaffold.blueprint.places import manifest_path
from scaffold.guard.catalogue import expand
from scaffold.guard.look import Look
from scaffold.guard.people import self_approved
from scaffold.project.snapshots import View
from scaffold.sources.built_in import guardrails_now

BUILT_IN = "builtin"
_built_in = lru_cache(guardrails_now)  # the same for a whole fleet
WORKFLOW = "platform_workflow"  # the answer that says which workflow of the platform's holds a project
NO_GUARDRAILS = "the blueprint, as it was applied, brings no guardrails of its own: scaffold update may bring them"
NO_RULES = "the lock names no rules, so that only those which always hold are checked"
NOT_HELD = "not held by CI: no job here calls the platform's workflow, so a pull request can change what checks it"


def notes(seen: View, *, vouched: bool) -> Iterator[str]:
    """Yield what to know of a check by this lock; `vouched` where somebody outside has said what it should be."""
    guardrails = seen.lock.guardrails
    if guardrails is None:
        yield NO_GUARDRAILS
        return
    if not guardrails.rules:
        yield NO_RULES
    if not vouched:
        for one in self_approved(seen.lock.answers.get("owner"), guardrails.approvers):
            yield f"{one} owns the project, and the lock lets it approve exceptions"
        if seen.lock.source == BUILT_IN and (differing := _differing(seen, guardrails)):
            yield f"the lock has {', '.join(differing)} otherwise than the built-in blueprint: check it with --verify"
    if guardrails.rules and not seen.project.prefix and not _is_held(seen):
        yield NOT_HELD


def _differing(seen: View, guardrails: Guardrails) -> list[str]:
    """Return the rules that the built-in blueprint of that version says otherwise, as far as answers do not decide."""
    name = seen.lock.blueprint
    found = _built_in(name)
    if found is None:
        return [f"the blueprint {name}"]
    version, built_in = found
    if built_in is None or version != seen.lock.version:
        return []
    said = expand(built_in, manifest_path(name))
    rules = {*said, *guardrails.rules}
    others = sorted(id_ for id_ in rules if not _is_as_said(said.get(id_), guardrails.rules.get(id_)))
    parts = {"longest": (built_in.longest, guardrails.longest)}
    parts["judges"] = (dict.fromkeys(built_in.judges, 1), dict.fromkeys(guardrails.judges, 1))
    return others + [part for part, (one, other) in parts.items() if dict(one) != dict(other)]


def _is_as_said(said: Said | None, kept: Said | None) -> bool:
    if said is None or kept is None:
        return False
    if kept.get("applies", True) is False:
        return "when" in said or said.get("applies", True) is False
    open_ = {"when", "applies", *(key for key, value in said.items() if "{{" in str(value))}  # what answers decide
    return {key: said[key] for key in said.keys() - open_} == {key: kept[key] for key in kept.keys() - open_}


def _is_held(seen: View) -> bool:
    """Whether a job calls the workflow that the answers name, whatever happens."""
    answer = seen.lock.answers.get(WORKFLOW)
    workflow = answer.partition(" #")[0].strip() if isinstance(answer, str) else ""  # which version it is stands behind
    if not workflow:
        return False
    look = Look(seen.snapshot, seen.lock, {})
    documents = (look.data(path) for path in look.paths("/.github/workflows/*.yml", "/.github/workflows/*.yaml"))
    jobs = (one.data.get("jobs") for one in documents if one is not None and isinstance(one.data, dict))
    return any(
        isinstance(job, dict) and job.get("uses") == workflow and "if" not in job
        for found in jobs
        if isinstance(found, dict)
        for job in found.values()
    )
