"""Lint the blueprints of a library as its folder stands, committed or not."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold import disk
from scaffold.authoring.lint.catalogue import lint_rules
from scaffold.authoring.lint.draft import Draft, drafts
from scaffold.authoring.lint.pieces import pieces
from scaffold.authoring.past import Past, past_of
from scaffold.blueprint.kinds import kind_of
from scaffold.blueprint.places import manifest_path
from scaffold.errors import SourceError, without_credentials
from scaffold.formats.located import Located
from scaffold.guard.finding import SEVERITIES, Finding, fingerprints
from scaffold.guard.verdict import Verdict
from scaffold.render import native
from scaffold.report.checked import Checked
from scaffold.sources import compiled
from scaffold.sources.library import AS_IT_STANDS, FolderLibrary, no_blueprint
from scaffold.sources.locate import locate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scaffold.authoring.lint.catalogue import LintRule
    from scaffold.guard.finding import Found
    from scaffold.tree import File


def lint(name: str | None = None, *, library: Path | str = ".") -> Checked:
    """Return what is wrong with the blueprints of a library's folder, or with one; raises SourceError where none is.

    Nothing that is wrong with a blueprint raises: it is a finding.
    """
    root = Path(library).resolve()
    names = tuple(sorted(place.parent.name for place in root.glob("blueprints/*/blueprint.yml")))
    if not names and name is None and kind_of(disk.names(root)) == "copier":
        return _plain(root)
    if not names:
        hint = "name a folder that holds blueprints/, or a Copier template"
        raise SourceError("there is no blueprint to lint", where=str(root), hint=hint)
    if name is not None and name not in names:
        raise no_blueprint(name, str(root), FolderLibrary(root, str(root)).names())
    found = tuple(drafts(root, names, past_of(root)))
    wanted = [draft for draft in found if name in (None, draft.name)]
    if name is not None:
        layers = {layer.name for draft in wanted for layer in draft.layers}
        found = tuple(one for one in found if one in wanted or layers & {layer.name for layer in one.layers})
    with compiled.kept(str(root)):
        verdicts = tuple(_verdict(rule, found, wanted) for rule in lint_rules())
    versions = {draft.blueprint.version for draft in wanted if draft.blueprint}
    version = str(versions.pop()) if len(wanted) == 1 and versions else ""
    title = wanted[0].name if len(wanted) == 1 else f"{len(wanted)} blueprints"
    return Checked(root, title, version, "work tree", verdicts)


def _plain(root: Path) -> Checked:
    """Return what is wrong with a Copier template by itself, as its files stand; raises ScaffoldError."""
    library = locate(str(root))
    name = library.names()[0]
    release = library.release(name, AS_IT_STANDS)
    (layer,) = release.layers
    foreign = native.foreign_extensions(layer)
    layer = native.without(layer, foreign)
    release = replace(release, layers=(layer,))
    native.compiled(layer)
    known = {name: release.blueprint}
    nothing = Located({}, layer.config, {})
    draft = Draft(name, layer.files, nothing, release, (), known, Past(), {}, strange=layer.slips, foreign=foreign)
    verdicts = tuple(_verdict(rule, (draft,), [draft]) for rule in lint_rules() if rule.plain)
    return Checked(root, name, release.version, "work tree", verdicts, notes=_not_looked_at(draft))


def _not_looked_at(draft: Draft) -> tuple[str, ...]:
    """Say what nobody can tell of a template whose extensions are code: that does not run here."""
    if not draft.foreign:
        return ()
    unread = len({piece.path for piece in pieces(draft) if piece.tree is None and not piece.aside})
    files = f"; {unread} file{'s' * (unread != 1)} with tags or filters of its own were not looked at" if unread else ""
    some = f"the extension {draft.foreign[0]} is code, which is not run"
    more = f" (nor are {len(draft.foreign) - 1} more)" if len(draft.foreign) > 1 else ""
    return (f"{some}{more}: what is undefined is unknown{files}",)


def _verdict(rule: LintRule, drafts: Iterable[Draft], wanted: list[Draft]) -> Verdict:
    found = [one for draft in wanted for one in rule.look(draft)]
    for draft in drafts if rule.shared else ():
        stacked = {layer.name for layer in draft.layers}
        if both := {_layer(one) for one in found} & stacked:  # what is right for one blueprint is no mistake of a layer
            here = set(rule.look(draft, both))
            found = [one for one in found if _layer(one) not in stacked or one in here]
    files = {path: file for draft in wanted for path, file in draft.files.items()}
    once = tuple(dict.fromkeys(_worded(one) for one in found if not _is_allowed(rule.about.id, one, files)))
    if rule.closed and any(draft.foreign for draft in wanted):
        return Verdict(rule.about, "unknown", "extensions that are code may define more", ())
    ids = fingerprints(rule.about.id, once)
    findings = tuple(_finding(rule, one, id_) for one, id_ in zip(once, ids, strict=True))
    return Verdict(rule.about, "fail" if findings else "pass", "", findings)


def _layer(found: Found) -> str:
    """Return the layer in which something stands; nothing where it is in no layer."""
    parts = (found.path or "").split("/")
    return parts[1] if parts[0] == "templates" and len(parts) > 1 else ""


def _is_allowed(id_: str, found: Found, files: Mapping[str, File]) -> bool:
    """Whether the line of a finding, or the one above it, says `lint: ID` and why it is meant so."""
    file = files.get(found.path or "")
    if file is None or not found.line:
        return False
    lines = file.content.decode(errors="replace").splitlines()[max(found.line - 2, 0) : found.line]
    return any(re.search(rf"\blint: {re.escape(id_)}[ :]+\w.*\w", line) for line in lines)


def _worded(found: Found) -> Found:
    return found._replace(message=without_credentials(found.message), fix=found.fix and without_credentials(found.fix))


def _finding(rule: LintRule, found: Found, fingerprint: str) -> Finding:
    about = rule.about
    return Finding(
        rule=about.id,
        severity=found.severity or about.severity,
        state="fail",
        message=found.message,
        fix=found.fix or about.fix,
        fingerprint=fingerprint,
        path=found.path or manifest_path(""),
        line=found.line,
    )


def counted(checked: Checked) -> dict[str, int]:
    """Count findings by severity."""
    counts: dict[str, int] = defaultdict(int)
    for finding in checked.findings:
        counts[finding.severity] += 1
    return {severity: counts[severity] for severity in SEVERITIES}
