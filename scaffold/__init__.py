"""Scaffold: stamp services from versioned blueprints, and bring every repository along when a blueprint changes.

The operations of the command line as functions that take and return values::

    import scaffold

    plan = scaffold.update("services/orders", dry_run=True).plan
"""

TYPE_CHECKING = False  # what type checkers take for true; importing the real one is half of the start
if TYPE_CHECKING:
    from typing import Any

    from scaffold.authoring.compare import compare_blueprints as compare_blueprints
    from scaffold.authoring.library import init_library as init_library
    from scaffold.authoring.library import list_blueprints as list_blueprints
    from scaffold.authoring.library import show_blueprint as show_blueprint
    from scaffold.authoring.lint.run import lint as lint
    from scaffold.authoring.release import release as release
    from scaffold.authoring.start import start_blueprint as start_blueprint
    from scaffold.authoring.trial import render_blueprint as render_blueprint
    from scaffold.authoring.trial import try_blueprint as try_blueprint
    from scaffold.authoring.withdraw import withdraw as withdraw
    from scaffold.fleet.abort import fleet_abort as fleet_abort
    from scaffold.fleet.apply import fleet_apply as fleet_apply
    from scaffold.fleet.apply import fleet_resume as fleet_resume
    from scaffold.fleet.apply import fleet_watch as fleet_watch
    from scaffold.fleet.check import fleet_check as fleet_check
    from scaffold.fleet.clean import fleet_clean as fleet_clean
    from scaffold.fleet.impact import blueprint_impact as blueprint_impact
    from scaffold.fleet.plan import fleet_plan as fleet_plan
    from scaffold.fleet.preflight import fleet_preflight as fleet_preflight
    from scaffold.fleet.report import fleet_report as fleet_report
    from scaffold.fleet.settings import fleet_settings as fleet_settings
    from scaffold.fleet.settings import fleet_settings_apply as fleet_settings_apply
    from scaffold.fleet.show import fleet_show as fleet_show
    from scaffold.fleet.status import fleet_status as fleet_status
    from scaffold.project.commands.adopt import adopt as adopt
    from scaffold.project.commands.check import check as check
    from scaffold.project.commands.diff import diff as diff
    from scaffold.project.commands.explain import explain as explain
    from scaffold.project.commands.fix import fix as fix
    from scaffold.project.commands.forget import forget as forget
    from scaffold.project.commands.new import new as new
    from scaffold.project.commands.own import own as own
    from scaffold.project.commands.publish import publish as publish
    from scaffold.project.commands.resolve import resolve as resolve
    from scaffold.project.commands.schemas import name_schemas as name_schemas
    from scaffold.project.commands.self_check import self_check as self_check
    from scaffold.project.commands.stages import lay_stages as lay_stages
    from scaffold.project.commands.status import status as status
    from scaffold.project.commands.undo import undo as undo
    from scaffold.project.commands.unfinished import abort_update as abort_update
    from scaffold.project.commands.unfinished import continue_update as continue_update
    from scaffold.project.commands.update import update as update
    from scaffold.project.commands.verify import verify as verify
    from scaffold.project.commands.waive import waive as waive

__version__ = "0.1.0"
_OPERATIONS = {
    "abort_update": ("scaffold.project.commands.unfinished", "abort_update"),
    "adopt": ("scaffold.project.commands.adopt", "adopt"),
    "blueprint_impact": ("scaffold.fleet.impact", "blueprint_impact"),
    "check": ("scaffold.project.commands.check", "check"),
    "compare_blueprints": ("scaffold.authoring.compare", "compare_blueprints"),
    "continue_update": ("scaffold.project.commands.unfinished", "continue_update"),
    "diff": ("scaffold.project.commands.diff", "diff"),
    "explain": ("scaffold.project.commands.explain", "explain"),
    "fix": ("scaffold.project.commands.fix", "fix"),
    "fleet_abort": ("scaffold.fleet.abort", "fleet_abort"),
    "fleet_apply": ("scaffold.fleet.apply", "fleet_apply"),
    "fleet_check": ("scaffold.fleet.check", "fleet_check"),
    "fleet_clean": ("scaffold.fleet.clean", "fleet_clean"),
    "fleet_plan": ("scaffold.fleet.plan", "fleet_plan"),
    "fleet_preflight": ("scaffold.fleet.preflight", "fleet_preflight"),
    "fleet_report": ("scaffold.fleet.report", "fleet_report"),
    "fleet_resume": ("scaffold.fleet.apply", "fleet_resume"),
    "fleet_settings": ("scaffold.fleet.settings", "fleet_settings"),
    "fleet_settings_apply": ("scaffold.fleet.settings", "fleet_settings_apply"),
    "fleet_show": ("scaffold.fleet.show", "fleet_show"),
    "fleet_status": ("scaffold.fleet.status", "fleet_status"),
    "fleet_watch": ("scaffold.fleet.apply", "fleet_watch"),
    "forget": ("scaffold.project.commands.forget", "forget"),
    "init_library": ("scaffold.authoring.library", "init_library"),
    "lay_stages": ("scaffold.project.commands.stages", "lay_stages"),
    "lint": ("scaffold.authoring.lint.run", "lint"),
    "list_blueprints": ("scaffold.authoring.library", "list_blueprints"),
    "name_schemas": ("scaffold.project.commands.schemas", "name_schemas"),
    "new": ("scaffold.project.commands.new", "new"),
    "own": ("scaffold.project.commands.own", "own"),
    "publish": ("scaffold.project.commands.publish", "publish"),
    "release": ("scaffold.authoring.release", "release"),
    "render_blueprint": ("scaffold.authoring.trial", "render_blueprint"),
    "resolve": ("scaffold.project.commands.resolve", "resolve"),
    "show_blueprint": ("scaffold.authoring.library", "show_blueprint"),
    "start_blueprint": ("scaffold.authoring.start", "start_blueprint"),
    "self_check": ("scaffold.project.commands.self_check", "self_check"),
    "status": ("scaffold.project.commands.status", "status"),
    "try_blueprint": ("scaffold.authoring.trial", "try_blueprint"),
    "undo": ("scaffold.project.commands.undo", "undo"),
    "update": ("scaffold.project.commands.update", "update"),
    "verify": ("scaffold.project.commands.verify", "verify"),
    "withdraw": ("scaffold.authoring.withdraw", "withdraw"),
    "waive": ("scaffold.project.commands.waive", "waive"),
}
__all__ = ["__version__", *_OPERATIONS]  # noqa: PLE0604 - the keys are text


def __getattr__(name: str) -> "Any":
    """Load an operation when it is first used: `scaffold --version` needs none of them."""
    from importlib import import_module

    if name in _OPERATIONS:
        module, function = _OPERATIONS[name]
        return getattr(import_module(module), function)
    raise AttributeError(f"module 'scaffold' has no attribute {name!r}")
