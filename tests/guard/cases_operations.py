"""What breaks the rules on operations."""

from tests.guard.service import Case

APP = "src/orders/adapters/http/app.py"
GREETER = "src/orders/application/greeter.py"
HEALTH = "src/orders/platform/health.py"
LOGS = "src/orders/platform/logs.py"
SERVER = "src/orders/platform/server.py"
TRACES = "src/orders/platform/traces.py"
GOOD_TRACES = '''\
"""Traces, sent where the environment says."""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def start() -> None:
    """Send traces from now on."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
'''
SLO = "docs/slo.yaml"
GOOD_SLO = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: orders-availability
spec:
  service: orders
  indicatorRef: orders-good-answers
  timeWindow:
    - duration: 28d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - displayName: Nearly always
      target: 0.999
"""


def traced(service):
    """The service with traces."""
    return service.add(TRACES, GOOD_TRACES)


def agreed(service):
    """The service with an objective."""
    return service.add(SLO, GOOD_SLO)


CASES = [
    Case(
        "OP-04",
        "nobody can ask any more whether it is ready",
        bad=lambda s: s.edit(HEALTH, '"/ready"', '"/v2/state"'),
        at=f"{APP}:22",
        says="ready",
        fixed=lambda s: s,
    ),
    Case(
        "OP-04",
        "the health routes are no longer included",
        bad=lambda s: s.edit(APP, "    app.include_router(health_routes(health))\n", ""),
        at=f"{HEALTH}:20",
        says="nothing includes health_routes",
        fixed=lambda s: s,
    ),
    Case(
        "OP-04",
        "readiness can only say yes",
        bad=lambda s: s.edit(HEALTH, "            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE\n", ""),
        at=f"{HEALTH}:30",
        says="whatever happens",
        fixed=lambda s: s,
    ),
    Case(
        "OP-04",
        "liveness asks the database",
        bad=lambda s: s.edit(HEALTH, 'return {"status": "ok"}\n\n    @', "return await db.fetch_status()\n\n    @"),
        at=f"{HEALTH}:27",
        says="more than the process",
        fixed=lambda s: s,
    ),
    Case(
        "OP-05",
        "the server is given no log",
        bad=lambda s: s.edit(SERVER, "        log_config=configuration(),\n", ""),
        at=f"{SERVER}:34",
        says="log_config",
        fixed=lambda s: s,
    ),
    Case(
        "OP-05",
        "the formatter of the configuration writes text",
        bad=lambda s: s.edit(LOGS, '{"()": JsonFormatter}', '{"format": "%(levelname)s %(message)s"}'),
        at=f"{LOGS}:38",
        says="formatter json",
        fixed=lambda s: s,
    ),
    Case(
        "OP-05",
        "a use case prints",
        bad=lambda s: s.edit(
            GREETER, "        return greeting\n", "        print(greeting)  # noqa: T201\n        return greeting\n"
        ),
        at=f"{GREETER}:26",
        says="print()",
        fixed=lambda s: s,
    ),
    Case(
        "OP-05",
        "the server writes its own logs again",
        bad=lambda s: s.edit(SERVER, "from orders.platform.logs import configuration\n", "").edit(
            SERVER, "        log_config=configuration(),\n", ""
        ),
        at=f"{LOGS}:12",
        says="nothing uses it",
        fixed=lambda s: s,
    ),
    Case(
        "OP-05",
        "logs are text again",
        bad=lambda s: (
            s.edit(SERVER, "from orders.platform.logs import configuration\n", "")
            .edit(SERVER, "        log_config=configuration(),\n", "")
            .drop(LOGS)
        ),
        at=f"{APP}:22",
        says="no JSON",
        fixed=lambda s: s,
    ),
    Case(
        "OP-06",
        "the collector's address is built in",
        good=traced,
        bad=lambda s: traced(s).edit(
            TRACES, "OTLPSpanExporter()", 'OTLPSpanExporter(endpoint="https://otel.acme.io/v1/traces")'
        ),
        at=f"{TRACES}:11",
        says="otel.acme.io",
        fixed=traced,
    ),
    Case(
        "OP-06",
        "code puts the collector's address into the environment",
        good=traced,
        bad=lambda s: traced(s).edit(
            TRACES,
            "    provider = ",
            '    os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://otel:4318"\n    provider = ',
        ),
        at=f"{TRACES}:10",
        says="otel:4318",
        fixed=traced,
    ),
    Case(
        "OP-06",
        "code sets the environment",
        good=traced,
        bad=lambda s: (
            traced(s)
            .edit(TRACES, "    provider = T", '    os.environ["OTEL_SERVICE_NAME"] = "orders"\n    provider = T')
            .edit(TRACES, "\nfrom opentelemetry.exporter", "\nimport os\n\nfrom opentelemetry.exporter")
        ),
        at=f"{TRACES}:12",
        says="OTEL_SERVICE_NAME is set by code",
        fixed=traced,
    ),
    Case("OP-07", "the runbook goes", bad=lambda s: s.drop("docs/runbook.md"), at="docs/runbook.md", fixed=lambda s: s),
    Case(
        "OP-07",
        "an alert has no answer yet",
        bad=lambda s: s.append("docs/runbook.md", "\n## When the queue is full\n\nTODO\n"),
        at="docs/runbook.md:54",
        says="not filled in",
        fixed=lambda s: s.append("docs/runbook.md", "\n## When the queue is full\n\nAdd a worker.\n"),
    ),
    Case(
        "OP-08",
        "the target is a percentage",
        good=agreed,
        bad=lambda s: agreed(s).edit(SLO, "target: 0.999", "target: 99.9"),
        at=f"{SLO}:14",
        says="below 1",
        fixed=agreed,
    ),
]
