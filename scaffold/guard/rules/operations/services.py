"""Rules on operations: that a service says how it is and what it does, and that people know what to do then."""

import ast
import re
from collections.abc import Iterator, Mapping

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of
from scaffold.formats.regex import regex
from scaffold.guard.code.engine import code, holding, in_code
from scaffold.guard.code.scopes import dotted, walk
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers import plain_logs
from scaffold.guard.readers.compose import AT_DESK
from scaffold.guard.readers.dockerfile import Dockerfile, dockerfiles
from scaffold.guard.readers.health import LIVE, READY, asks_elsewhere, left_out, routes, says_no
from scaffold.guard.readers.kubernetes import IDLE, cluster, containers
from scaffold.guard.readers.serving import process, service
from scaffold.guard.rule import NotApplicable

ACTUATOR = (b"spring-boot-starter-actuator", b"smallrye-health", b"micronaut-management", b"terminus", b"lightship")
MANIFESTS = ("pom.xml", "build.gradle", "build.gradle.kts", "package.json")
ROUTES = {
    "live": "no route answers whether the service lives, such as /health/live",
    "ready": "no route answers whether the service is ready, such as /health/ready",
}
WORDS = regex(r"[^\s\[\]\",]+")
OF_HEALTH = regex(r"(?i)health|ready|readiness|livez|liveness|probe")  # a match or a stream may be live too


def health(look: Look) -> Iterator[Found]:
    """Look for the routes, or for a framework's own, and at what answers them; of a worker, at what it is asked by."""
    try:
        place = service(look)
    except NotApplicable:
        process(look)
        yield from _asked(look)
        return
    if any(holding(look, look.paths(*MANIFESTS), *ACTUATOR)):
        return
    ways = [{(one.path or "", one.line) for one in in_code(look, route)} for route in ROUTES]
    yield from (Found(lacks, *place) for lacks, there in zip(ROUTES.values(), ways, strict=True) if not there)
    paths = dict.fromkeys(path for there in ways for path, _ in sorted(there, key=str))
    routers = list(left_out(look, paths))
    nowhere = {(path, line) for path, router in routers for line in router.lines}
    for path, router in routers:
        on_it = {(path, line) for line in router.lines}
        if any(on_it.intersection(there) and nowhere.issuperset(there) for there in ways):
            yield Found(f"nothing includes {router.name}, and routes for health are on it alone", path, router.line)
    for path in paths:
        yield from _answers(look, path)


def _asked(look: Look) -> Iterator[Found]:
    """Look for a command that asks a worker, on which nobody calls: a probe of a cluster, or the check of its image."""
    try:
        if any("livenessProbe" in one.data for _, pod in cluster(look).workloads() for _, one in containers(pod)):
            return
    except NotApplicable:
        pass
    files = [file for file in dockerfiles(look) if not AT_DESK.search(file.path)]
    checks = [list(_checks(file)) for file in files]
    if not any(checks):
        message = "nothing asks the worker whether it lives: its image has no HEALTHCHECK, and no probe runs a command"
        yield Found(message, files[-1].path, files[-1].stages[-1].line)
    for file, found in zip(files, checks, strict=True):
        if found and found[0][0] in IDLE:
            yield Found("the image is well without being asked anything", file.path, found[0][1])


def _checks(file: Dockerfile) -> Iterator[tuple[str, int]]:
    """Yield the commands by which an image is asked how it is, the one that counts first, and their lines."""
    for stage in file.lineage(file.stages[-1]):
        for one in reversed(stage.instructions):
            if one.word == "HEALTHCHECK":
                command = one.value.rpartition("CMD")[2]
                if "CMD" not in one.value:
                    return  # NONE takes away what the image it begins from has
                yield " ".join(WORDS.findall(command)).removeprefix("/bin/"), one.line


def _answers(look: Look, path: str) -> Iterator[Found]:
    """Look at what answers the routes of a module of Python."""
    tree = look.python(path) if path.endswith(".py") else None
    is_health = OF_HEALTH.search(look.text(path) or "") is not None
    for route in routes(tree) if tree is not None and is_health else ():
        if READY.search(route.path) and not says_no(route):
            yield Found(f"{route.path} says that it is ready whatever happens", path, route.handler.lineno)
        if LIVE.search(route.path) and (line := asks_elsewhere(route)):
            yield Found(f"{route.path} asks more than the process alone", path, line)


IN_SETTINGS = regex(
    r"logging\.structured\.format\.console|logstash-logback-encoder|logback-ecs-encoder|ecs-logging|quarkus-logging-json"
    r"|JsonTemplateLayout|pythonjsonlogger|python-json-logger|\bjsonlogger\b|micronaut.{0,40}json"
    r"|structured:\s{1,99}format:\s{1,99}console:\s{1,9}\w"
)
LOG_SETTINGS = (
    "application*.yml", "application*.yaml", "application*.properties", "pom.xml", "build.gradle", "build.gradle.kts",
    "logback*.xml", "log4j2*.xml", "logging.json", "logging.yml", "logging.yaml", "logging.ini", "log_config*",
)  # fmt: skip


def logs(look: Look) -> Iterator[Found]:
    """Look for what writes logs as JSON, and that something uses it."""
    place = process(look)
    yield from in_code(look, "text logs")
    yield from _in_settings(look)
    yield from (Found(*one) for kind in (plain_logs.formatters, plain_logs.prints) for one in kind(look))
    if in_code(look, "json logs") or any(IN_SETTINGS.search(text) for _, text in look.texts(*LOG_SETTINGS)):
        yield from (Found(*one) for one in plain_logs.server(look))
        return
    formatters = list(_own_formatters(look))
    if any(_is_used(look, path) for path, _ in formatters):
        yield from (Found(*one) for one in plain_logs.server(look))
        return
    unused = "logs could be written as JSON by what is here, and nothing uses it"
    yield (
        Found(unused, *formatters[-1]) if formatters else Found("logs are no JSON: nothing here writes them so", *place)
    )


# Formats of lines of text, in files of settings that name no formatter of JSON.
LINES = re.compile(
    r"""^[ \t]*["']?(?:format|fmt)["']?[ \t]*[:=][ \t]*["']?(?![ \t]*\{")[^\n]*%\((?:message|asctime|levelname)\)"""
    r"|<pattern>[^<]*%(?:m|msg|message)\b|^[ \t]*logging\.pattern\.console[ \t]*=",
    re.MULTILINE,
)


def _in_settings(look: Look) -> Iterator[Found]:
    for path, text in look.texts(*LOG_SETTINGS):
        match = None if IN_SETTINGS.search(text) else LINES.search(text)
        if match is not None:
            line = text.count("\n", 0, match.start()) + 1
            yield Found("a format writes logs as lines of text", path, line)


def _own_formatters(look: Look) -> Iterator[tuple[str, int]]:
    """Yield where classes are that format log records as JSON."""
    for path in holding(look, code(look, "python"), b"Formatter"):
        tree = look.python(path) if "dumps" in (look.text(path) or "") else None
        for node in walk(tree) if tree is not None else ():
            if isinstance(node, ast.ClassDef) and any(dotted(base).endswith("Formatter") for base in node.bases):
                yield path, node.lineno
                break


def _is_used(look: Look, path: str) -> bool:
    """Whether a module is imported by another."""
    name = path.rpartition("/")[2].removesuffix(".py")
    word = rf"\b{re.escape(name)}\b"
    imports = re.compile(
        rf"^[ \t]*(?:from[ \t][\w.]*{word}[ \t]+import|(?:from[ \t][\w.]+[ \t])?import[ \t][^\n]*{word})", re.MULTILINE
    )
    others = (one for one in code(look, "python") if one != path)
    return any(imports.search(look.text(one) or "") for one in holding(look, others, name.encode()))


RUNBOOKS = ("runbook*.md", "RUNBOOK*.md", "run-book*.md", "**/runbooks/*.md", "playbook*.md")
HEADING = regex(r"^#{2,6}\s+(.+?)\s*#*$")
LEFT = regex(r"\b(?:TODO|TBD|FIXME|XXX)\b|<fill|lorem ipsum", re.IGNORECASE)
FEWEST = 2  # sections: whether it is well, and what to do when it is not


def runbook(look: Look) -> Iterator[Found]:
    """Look for a runbook, and for what is not filled in."""
    paths = look.paths(*RUNBOOKS)
    if not paths:
        yield Found("there is no runbook", "docs/runbook.md")
    for path in paths:
        text = look.text(path)
        if text is not None:
            yield from _sections(path, text)


def _sections(path: str, text: str) -> Iterator[Found]:
    sections = 0
    open_: tuple[str, int, int] | None = None  # a heading without text so far: what, where, how deep
    fenced = False
    for number, line in enumerate(text.splitlines(), start=1):
        fenced ^= line.lstrip().startswith("```")
        heading = None if fenced else HEADING.match(line)
        depth = len(line) - len(line.lstrip("#"))
        if heading:
            if open_ and depth <= open_[2]:
                yield Found(f"the section {open_[0]} of the runbook is empty", path, open_[1])
            open_ = (heading[1], number, depth)
            sections += 1
        elif line.strip():
            open_ = None
            if not fenced and LEFT.search(line):
                yield Found("the runbook is not filled in here", path, number)
    if open_:
        yield Found(f"the section {open_[0]} of the runbook is empty", path, open_[1])
    if sections < FEWEST:
        yield Found("the runbook has no sections on how the service is and what to do about it", path, 1)


SLOS = (
    "slo.yml",
    "slo.yaml",
    "slos.yml",
    "slos.yaml",
    "*.slo.yml",
    "*.slo.yaml",
    "**/slo/*.yml",
    "**/slo/*.yaml",
    "**/openslo/*.yml",
    "**/openslo/*.yaml",
)


def objectives(look: Look) -> Iterator[Found]:
    """Look for objectives, and at their targets."""
    paths = look.paths(*SLOS)
    found = 0
    for path in paths:
        for document in look.documents(path):
            data = document.data if isinstance(document.data, Mapping) else {}
            if data.get("kind") == "SLO":
                found += 1
                yield from _objective(path, document)
            elif "slos" in data:  # as Sloth has it
                found += 1
    if not found and not look.unread:
        yield Found("no objective is written down", paths[0] if paths else "docs/slo.yaml")


def _objective(path: str, document: Located) -> Iterator[Found]:
    spec = below(document, "spec")
    targets = below(document, "spec", "objectives")
    if spec is None or not isinstance(spec.data, Mapping):
        yield Found("the objective says nothing: it has no spec", path, line_of(document))
        return
    for name in ("indicator", "timeWindow"):
        if not spec.data.get(name) and not (name == "indicator" and spec.data.get("indicatorRef")):
            yield Found(f"the objective has no {name}", path, line_of(spec), key="spec")
    if targets is None or not isinstance(targets.data, list) or not targets.data:
        yield Found("the objective has no target", path, line_of(spec), key="spec.objectives")
        return
    for one in targets.elements():
        target = below(one, "target")
        percent = below(one, "targetPercent")
        value, whole = (percent.data, 100) if percent is not None else (target.data if target is not None else None, 1)
        if not isinstance(value, int | float) or not 0 < value < whole:
            yield Found(
                "a target must be above 0 and below 1, as 0.999 is", path, line_of(target or one), key="spec.objectives"
            )
