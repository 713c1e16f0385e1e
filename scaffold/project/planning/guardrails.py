"""The guardrails of a project, and what its forge has to hold: with what depends on answers decided."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from scaffold.answers.question import Answers
from scaffold.blueprint.guardrails import Guardrails, Said
from scaffold.blueprint.places import manifest_path
from scaffold.blueprint.release import Release
from scaffold.errors import FormatError
from scaffold.guard.catalogue import expand
from scaffold.process.loading import later
from scaffold.templating.templates import Templates

if TYPE_CHECKING:
    from scaffold.blueprint import forge
    from scaffold.blueprint.forge import Prescribed
else:
    forge = later("scaffold.blueprint.forge")

YES, NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0", "", "none")


@lru_cache(maxsize=64)
def _texts(where: str) -> Templates:
    """Return what renders the texts of a manifest, which are the same for all of its projects."""
    return Templates({}, where)


def decided(release: Release, answers: Answers) -> Guardrails | None:
    """Return the guardrails for a project with these answers; raises FormatError or RenderError.

    Parameters are kept, so they see only what is recorded of the answers; whether a rule is wanted may depend on all.
    """
    guardrails = release.blueprint.guardrails
    if guardrails is None:
        return None
    where = manifest_path(release.blueprint.name)

    def filled(value: Any, known: Mapping[str, Any]) -> Any:
        return _filled(value, known, where, "guardrails")

    def is_wanted(when: Any) -> bool:
        written = str(filled(when, answers.context)).strip().casefold()
        if written not in (*YES, *NO):
            raise FormatError(f"`when: {when}` comes out as {written!r}, and must be true or false", where=where)
        return written in YES

    def said(rule: Said) -> Said:
        kept = {key: filled(value, answers.recorded) if key == "with" else value for key, value in rule.items()}
        kept.pop("when", None)
        return kept if is_wanted(rule.get("when", True)) else {**kept, "applies": False}

    return replace(
        guardrails,
        use=(),
        rules={id_: said(rule) for id_, rule in expand(guardrails, where).items()},
        approvers=tuple(filled(list(guardrails.approvers), answers.recorded)),
    )


def prescribed(release: Release, answers: Answers) -> "Prescribed | None":
    """Return what a project with these answers is to have at its forge; raises FormatError or RenderError."""
    found = release.blueprint.forge
    where = manifest_path(release.blueprint.name)
    return found and forge.filled(found, lambda written: str(_filled(written, answers.recorded, where, "forge")))


def _filled(value: Any, known: Mapping[str, Any], where: str, key: str) -> Any:
    """Return a value of the manifest with all texts in it rendered."""
    if isinstance(value, list):
        return [_filled(item, known, where, key) for item in value]
    if isinstance(value, dict):
        return {name: _filled(item, known, where, key) for name, item in value.items()}
    if not isinstance(value, str):
        return value
    texts = _texts(where)
    for name in sorted(texts.names_in(value, where) - known.keys()):
        raise FormatError(f"`{key}` holds `{value}`, and there is no recorded answer `{name}`", where=where)
    return texts.render_text(value, known, where)
