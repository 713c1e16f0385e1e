"""The rule on telemetry and settings: OpenTelemetry, and the environment alone says what is set; code only reads it."""

import ast
import re
from collections.abc import Iterator

from scaffold.errors import without_credentials
from scaffold.guard.code.engine import holding, in_code, sources
from scaffold.guard.code.patterns import table
from scaffold.guard.code.scopes import dotted
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.scan import without_comments
from scaffold.guard.readers.serving import service
from scaffold.guard.rule import NotApplicable
from scaffold.guard.rules.operations.services import MANIFESTS

BROUGHT_IN = ("pyproject.toml", "requirements*.txt", "go.mod", *MANIFESTS)
BRINGS = (b"opentelemetry", b"go.opentelemetry.io")
# Libraries of one vendor, or of before OpenTelemetry, as they are imported.
OTHERS = re.compile(
    r"^[ \t]*(?:from|import)[ \t]+(ddtrace|newrelic|elasticapm|opencensus|jaeger_client|py_zipkin|lightstep|beeline"
    r"|aws_xray_sdk|scout_apm|appdynamics|instana)\b"
    r"|(?:from|require\(|import)[ \t(]*[\"'](dd-trace|newrelic|elastic-apm-node|jaeger-client|zipkin|appdynamics"
    r"|applicationinsights|aws-xray-sdk|@instana/collector|@google-cloud/trace-agent)\b"
    r"|[\"'](gopkg\.in/DataDog/dd-trace-go|github\.com/(?:DataDog/dd-trace-go|newrelic/go-agent|uber/jaeger-client-go"
    r"|openzipkin/zipkin-go|aws/aws-xray-sdk-go)|go\.elastic\.co/apm|go\.opencensus\.io)"
    r"|^import[ \t]+(?:static[ \t]+)?(datadog\.trace|com\.newrelic\.api|co\.elastic\.apm|io\.jaegertracing|zipkin2"
    r"|brave)\.",
    re.MULTILINE,
)
# How code sets a variable of the environment, and how it reads one, in languages other than Python.
WRITES = re.compile(
    r"process\.env(?:\.\w+|\[[^\]\n]+\])\s*(?:\?\?|\|\|)?=(?!=)|Object\.assign\(\s*process\.env|\bdotenv\.config\(|[\"']dotenv/config"
    r"|\bos\.(?:Setenv|Unsetenv|Clearenv)\(|\bgodotenv\.(?:Load|Overload)\(|System\.setProperty\(\s*\"otel\."
)
READS = re.compile(r"process\.env(?:\.(?!NODE_ENV\b)\w+|\[[^\]\n]+\])|\bos\.(?:Getenv|LookupEnv)\(|System\.getenv\(")
SETTINGS = re.compile(r"(?i)(?:^|/)[\w-]*(?:config\w*|settings?|environment|env)(?:\.\w+|/)")
STARTS = re.compile(
    r"(?i)(?:^|/)(?:main|__main__|__init__|app|application|server|index|cli|manage|[aw]sgi|gunicorn\w*|instrument\w*)\.\w+$"
    r"|\.config\.\w+$|\.gradle(?:\.kts)?$"
)
# Switches of the libraries that a program brings, which it has to throw before it imports them.
OF_LIBRARIES = re.compile(
    r"DJANGO_SETTINGS_MODULE|TZ|LANG|(?:LC|TF|PYTHON|KMP|MKL|NUMEXPR|TOKENIZERS|MPL)\w*|\w+_THREADS"
)
SETTERS = ("environ.setdefault", "environ.update", "environ.pop", "environ.clear", "putenv", "unsetenv")
LOADERS = ("load_dotenv", "dotenv.load_dotenv", "Env.read_env", "env.read_env")
BY_CODE = "{} is set by code, and not by the environment alone"


def telemetry(look: Look) -> Iterator[Found]:
    """Look for OpenTelemetry, for what it is told in code, and for code that sets the environment."""
    told = in_code(look, "collector")
    for found in told:
        said = f"the address of the collector stands in code: {without_credentials(found.message)}"
        yield found._replace(message=said)
    place = service(look)
    at = {(found.path, found.line) for found in told}
    yield from (found for found in _environment(look) if (found.path, found.line) not in at)
    for path in holding(look, sources(look), b"import", b"require"):
        for match in OTHERS.finditer(look.text(path) or ""):
            name = next(filter(None, match.groups()))
            line = (look.text(path) or "").count("\n", 0, match.start()) + 1
            yield Found(f"{name} sends telemetry in a way of its own", path, line)
    if not any(holding(look, (*look.paths(*BROUGHT_IN), *sources(look)), *BRINGS)):
        if not look.parameters["required"]:
            raise NotApplicable("nothing here brings OpenTelemetry, and the blueprint does not ask for it")
        yield Found("nothing here brings OpenTelemetry", *place)


def _environment(look: Look) -> Iterator[Found]:
    """Yield where code sets variables; and where it reads them, though the project has a module for its settings."""
    desk = re.compile(table("service")["names"]["desk"])
    paths = [path for path in sources(look) if not desk.search(path)]
    ordered = any(SETTINGS.search(path) for path in paths)
    for path in holding(look, paths, b"env", b"otel."):
        read = _python(look, path) if sources(look)[path] == "python" else _braces(look.text(path) or "")
        for line, name, is_set in dict.fromkeys(read):
            if is_set:
                yield Found(BY_CODE.format(name), path, line, severity=None if "OTEL_" in name else "low")
            elif ordered and not SETTINGS.search(path) and not STARTS.search(path):
                said = f"{name} is read from the environment here, beside the module that reads the settings"
                yield Found(said, path, line, severity="low")


Read = Iterator[tuple[int, str, bool]]  # the line, the variable, and whether it is set there


def _braces(text: str) -> Read:
    bare = without_comments(text)
    for pattern, is_set in ((WRITES, True), (READS, False)):
        for match in pattern.finditer(bare):
            if is_set or not WRITES.match(bare, match.start()):
                name = re.split(r"[\s=(]", match[0].removeprefix("process.env.").strip("\"'"))[0]
                yield bare.count("\n", 0, match.start()) + 1, name, is_set


def _python(look: Look, path: str) -> Read:
    tree = look.python(path)
    names = {"os.environ": "os.environ", "os.getenv": "os.getenv"}
    nodes = list(ast.walk(tree)) if tree is not None else []
    for node in nodes:  # by whatever name it is known here
        if isinstance(node, ast.ImportFrom) and node.module in ("os", "dotenv", "environs"):
            names |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
        elif isinstance(node, ast.Import):
            names |= {
                f"{one.asname}.{of}": f"os.{of}"
                for one in node.names
                if one.name == "os" and one.asname
                for of in ("environ", "getenv", "putenv", "unsetenv")
            }
        elif isinstance(node, ast.Assign) and dotted(node.value) == "os.environ" and len(node.targets) == 1:
            names[dotted(node.targets[0])] = "os.environ"
    assigned = (node for node in nodes if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute))
    copied = {target for node in assigned for target in node.targets}  # what a setting says, handed on
    for node in nodes:
        if node in copied:
            continue
        if isinstance(node, ast.Subscript) and names.get(dotted(node.value)) == "os.environ":
            yield from _named(node.lineno, node.slice, is_set=not isinstance(node.ctx, ast.Load))
        elif isinstance(node, ast.AugAssign) and names.get(dotted(node.target)) == "os.environ":
            yield node.lineno, "os.environ", True
        elif isinstance(node, ast.Call):
            written = dotted(node.func)
            base, _, last = written.rpartition(".")
            whole = names.get(written) or (f"{names[base]}.{last}" if base in names else written)
            if whole.endswith(SETTERS) and whole.startswith("os."):
                yield from _named(node.lineno, node.args[0] if node.args else None, is_set=True)
            elif whole in LOADERS:
                yield node.lineno, f"what {last} reads", True
            elif whole in ("os.getenv", "os.environ.get"):
                yield from _named(node.lineno, node.args[0] if node.args else None, is_set=False)


def _named(line: int, key: ast.expr | None, *, is_set: bool) -> Read:
    name = str(key.value) if isinstance(key, ast.Constant) else "os.environ"
    if not OF_LIBRARIES.fullmatch(name) and (is_set or not name.startswith("OTEL_")):
        yield line, name, is_set
