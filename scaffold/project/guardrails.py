"""The guardrails of a project: each rule that its blueprint uses, with what depends on answers decided."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scaffold.answers.cast import truthy
from scaffold.blueprint.guardrails import Guardrails, Said
from scaffold.blueprint.release import Release, manifest_path
from scaffold.guard.used import expand
from scaffold.templating.templates import Templates


def decided(release: Release, answers: Mapping[str, Any]) -> Guardrails | None:
    """Return the guardrails for a project with these answers; raises FormatError or RenderError."""
    guardrails = release.blueprint.guardrails
    if guardrails is None:
        return None
    where = manifest_path(release.blueprint.name)
    texts = Templates({}, where)

    def filled(value: Any) -> Any:
        if isinstance(value, str):
            return texts.render_text(value, answers, where)
        if isinstance(value, list):
            return [filled(item) for item in value]
        if isinstance(value, dict):
            return {key: filled(item) for key, item in value.items()}
        return value

    def said(rule: Said) -> Said:
        when = rule.get("when", True)
        wanted = truthy(filled(when)) if isinstance(when, str) else bool(when)
        kept = {key: filled(value) if key == "with" else value for key, value in rule.items() if key != "when"}
        return kept if wanted else {**kept, "applies": False}

    return replace(
        guardrails,
        use=(),
        rules={id_: said(rule) for id_, rule in expand(guardrails, where).items()},
        approvers=tuple(filled(list(guardrails.approvers))),
    )
