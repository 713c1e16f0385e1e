"""The rule on telemetry: it is OpenTelemetry, and the environment alone says where it goes and what it is called."""

import re
from collections.abc import Iterator

from scaffold.errors import without_credentials
from scaffold.guard.code.engine import holding, in_code, sources
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.serving import process
from scaffold.guard.rule import NotApplicable
from scaffold.guard.rules.operations.services import MANIFESTS

BROUGHT_IN = ("pyproject.toml", "requirements*.txt", "go.mod", *MANIFESTS)
BRINGS = (b"opentelemetry", b"go.opentelemetry.io")
# Libraries of one vendor, or of before OpenTelemetry, as they are imported: in Python and Java, in TypeScript, in Go.
MODULES = (
    "ddtrace", "newrelic", "elasticapm", "opencensus", "jaeger_client", "py_zipkin", "lightstep", "beeline",
    "aws_xray_sdk", "scout_apm", "appdynamics", "instana", "datadog.trace", "com.newrelic.api", "co.elastic.apm",
    "io.jaegertracing", "zipkin2", "brave",
)  # fmt: skip
PACKAGES = (
    "dd-trace", "newrelic", "elastic-apm-node", "jaeger-client", "zipkin", "appdynamics", "applicationinsights",
    "aws-xray-sdk", "@instana/collector", "@google-cloud/trace-agent",
)  # fmt: skip
PATHS = (
    "gopkg.in/DataDog/dd-trace-go", "go.elastic.co/apm", "go.opencensus.io", "github.com/DataDog/dd-trace-go",
    "github.com/newrelic/go-agent", "github.com/uber/jaeger-client-go", "github.com/openzipkin/zipkin-go",
    "github.com/aws/aws-xray-sdk-go",
)  # fmt: skip
OTHERS = re.compile(
    rf"^[ \t]*(?:from|import)[ \t]+(?:static[ \t]+)?({'|'.join(map(re.escape, MODULES))})\b"
    rf"|(?:\bfrom|\brequire\(|\bimport)[ \t(]*[\"']({'|'.join(map(re.escape, PACKAGES))})[\"'/]"
    rf"|^[ \t]*(?:import[ \t]+)?(?:[\w.]+[ \t]+)?\"({'|'.join(map(re.escape, PATHS))})[\w./-]*\"",
    re.MULTILINE,
)
NAMED = tuple(name.encode() for name in (*MODULES, *PACKAGES, *PATHS))


def telemetry(look: Look) -> Iterator[Found]:
    """Look for OpenTelemetry, for what code tells it, and for other libraries in its place."""
    for found in in_code(look, "collector"):
        said = f"the address of the collector stands in code: {without_credentials(found.message)}"
        yield found._replace(message=said)
    yield from in_code(look, "telemetry")
    place = process(look)
    for path in holding(look, sources(look), *NAMED):
        text = look.text(path) or ""
        for match in OTHERS.finditer(text):
            message = f"{match[match.lastindex or 0]} sends telemetry in a way of its own"
            yield Found(message, path, text.count("\n", 0, match.start()) + 1)
    if not any(holding(look, (*look.paths(*BROUGHT_IN), *sources(look)), *BRINGS)):
        if not look.parameters["required"]:
            raise NotApplicable("nothing here brings OpenTelemetry, and the blueprint does not ask for it")
        yield Found("nothing here brings OpenTelemetry", *place)
