"""What breaks the rules on operations."""

from tests.guard.service import Case

APP = "src/orders/adapters/http/app.py"
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
