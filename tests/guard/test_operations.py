"""Rules on operations beside the stamped service: other languages, near-misses, and evasions."""

import pytest

from tests.guard.alone import found, state
from tests.guard.cases_operations import GOOD_SLO

APP = {"src/app.py": "app = FastAPI()\n"}
TS = {"src/app.ts": "const app = fastify({ logger: false });\n"}
GO = {"main.go": "package main\nvar s = &http.Server{}\n"}
JAVA = {"src/main/java/A.java": "class A { void main() { SpringApplication.run(A.class); } }\n"}
RUNBOOK = "# Runbook\n\n## Is it well?\n\nAsk it.\n\n## When it is not\n\nRestart it.\n"


@pytest.mark.parametrize("rule", ["OP-04", "OP-05", "OP-06"])
@pytest.mark.parametrize(
    "files",
    [{}, {"lib.py": "# FastAPI()\nx = 1\n"}, {"a.go": "package a // http.Server\n"}, {"tests/a.py": "FastAPI()\n"}],
    ids=["nothing", "library", "mentioned", "tests"],
)
def test_without_a_service_they_are_about_nothing(rule, files):
    assert state(rule, files, **({"required": False} if rule == "OP-06" else {})) == "not_applicable"


@pytest.mark.parametrize(
    ("files", "number"),
    [
        (APP, 2),
        (APP | {"src/h.py": '# "/health/live" "/ready"\n'}, 2),
        (APP | {"src/h.py": 'router.get("/health/live")\n'}, 1),
        (APP | {"src/h.py": 'router.get("/healthz")\nrouter.get("/readyz")\n'}, 0),
        (TS | {"src/h.ts": "// '/ready'\napp.get('/health/live', ok);\n"}, 1),
        (
            GO | {"h.go": 'package main\nfunc f() { m.HandleFunc("GET /livez", a); m.HandleFunc("GET /readyz", b) }\n'},
            0,
        ),
        (JAVA | {"pom.xml": "<artifactId>spring-boot-starter-actuator</artifactId>\n"}, 0),
        (JAVA, 2),
    ],
    ids=range(8),
)
def test_two_health_routes_are_looked_for(files, number):
    assert len(found("OP-04", files)) == number


@pytest.mark.parametrize(
    ("files", "came_out"),
    [
        (APP, "fail"),
        (APP | {"src/l.py": "import structlog\np = [structlog.processors.JSONRenderer()]\n"}, "pass"),
        (APP | {"src/l.py": "# structlog.processors.JSONRenderer()\n"}, "fail"),
        (APP | {"logging.yaml": "formatters: {json: {class: pythonjsonlogger.json.JsonFormatter}}\n"}, "pass"),
        (TS, "fail"),
        ({"src/app.ts": "const app = fastify({ logger: true });\n"}, "pass"),
        (GO, "fail"),
        (GO | {"l.go": "package main\nvar l = slog.New(slog.NewJSONHandler(os.Stdout, nil))\n"}, "pass"),
        (GO | {"l.go": "package main\n// slog.NewJSONHandler(\nvar l = slog.NewTextHandler(os.Stdout, nil)\n"}, "fail"),
        (JAVA, "fail"),
        (JAVA | {"src/main/resources/application.properties": "logging.structured.format.console=ecs\n"}, "pass"),
        (JAVA | {"application.yaml": "logging:\n  structured:\n    format:\n      console: ecs\n"}, "pass"),
    ],
    ids=range(12),
)
def test_json_logs_are_looked_for(files, came_out):
    assert state("OP-05", files) == came_out


@pytest.mark.parametrize(
    ("files", "required", "came_out"),
    [
        (APP, False, "not_applicable"),
        (APP, True, "fail"),
        (APP | {"pyproject.toml": 'dependencies = ["opentelemetry-sdk"]\n'}, True, "pass"),
        (APP | {"src/t.py": "import opentelemetry\nOTLPSpanExporter(endpoint=settings.collector)\n"}, False, "pass"),
        (APP | {"src/t.py": "import opentelemetry\nOTLPSpanExporter(endpoint='http://otel:4318')\n"}, False, "fail"),
        (GO | {"t.go": 'package m // go.opentelemetry.io\nvar e = otlptracehttp.New(c, otlptracehttp.WithEndpoint("a:1"))\n'}, True, "fail"),
        (GO | {"t.go": "package m // go.opentelemetry.io\nvar e = otlptracehttp.New(c)\n"}, True, "pass"),
    ],
    ids=range(7),
)  # fmt: skip
def test_telemetry_is_set_by_the_environment(files, required, came_out):
    assert state("OP-06", files, required=required) == came_out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (RUNBOOK, []),
        (RUNBOOK.replace("Ask it.\n\n", ""), ["Is it well?"]),
        (RUNBOOK.replace("Restart it.\n", ""), ["When it is not"]),
        (RUNBOOK.replace("Restart it.", "TBD"), ["not filled in"]),
        (RUNBOOK.replace("Restart it.", "### It is slow\n\nWait.\n\n```sh\n# TODO is a word\n```"), []),
        ("# Runbook\n", ["no sections"]),
    ],
)
def test_a_runbook_is_filled_in(text, says):
    said = found("OP-07", {"docs/operations/runbook.md": text})
    assert len(said) == len(says)
    assert all(word in line for word, line in zip(says, said, strict=True))


@pytest.mark.parametrize("path", ["RUNBOOK.md", "docs/runbook.md", "docs/runbooks/orders.md"])
def test_a_runbook_may_stand_in_several_places(path):
    assert found("OP-07", {path: RUNBOOK}) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD_SLO, None),
        (GOOD_SLO.replace("target: 0.999", "targetPercent: 99.9"), None),
        (GOOD_SLO.replace("      target: 0.999\n", ""), "above 0 and below 1"),
        (GOOD_SLO.replace("0.999", "1"), "above 0 and below 1"),
        (GOOD_SLO.replace("  indicatorRef: orders-good-answers\n", ""), "no indicator"),
        (GOOD_SLO[: GOOD_SLO.index("  objectives")], "no target"),
        ("apiVersion: openslo/v1\nkind: SLO\n", "no spec"),
        ("apiVersion: openslo/v1\nkind: Service\n", "no objective"),
        ("version: prometheus/v1\nslos: [{name: a, objective: 99.9}]\n", None),
        ("kind: [\n", "unknown"),
    ],
    ids=range(10),
)
def test_an_objective_has_a_target(text, says):
    said = found("OP-08", {"docs/slo.yaml": text})
    assert said == [] if says is None else [says in line for line in said] == [True]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/otel.py", "from opentelemetry import x\nx.OTLPSpanExporter(endpoint='https://orders:hunter2@otel.acme.io')\n"),
        ("otel.go", 'import "go.opentelemetry.io/otel"\no := otlp.WithEndpointURL("https://orders:hunter2@otel.acme.io")\n'),
    ],
)  # fmt: skip
def test_the_password_of_a_collector_is_not_repeated(path, text):
    assert [line.rpartition(": ")[2] for line in found("OP-06", {path: text})] == ["https://otel.acme.io"]


JSON = {"src/l.py": "p = [structlog.processors.JSONRenderer()]\n"}


@pytest.mark.parametrize(
    ("path", "text", "number"),
    [
        ("src/a.ts", "console.log('x');\n", 1),
        ("src/components/a.tsx", "console.log('x');\n", 0),
        ("src/main.ts", "import { Component } from '@angular/core';\nconsole.error('x');\n", 0),
        ("healthcheck.js", "console.log('x');\n", 0),
        ("a.go", "package a\nvar l = slog.New(slog.NewTextHandler(io.Discard, nil))\n", 0),
        ("a.go", "package a\nvar l = slog.New(slog.NewTextHandler(os.Stdout, nil))\n", 1),
        ("a.go", "package a\nfunc f() { fmt.Println(1) }\n", 1),
        ("cmd/a.go", "package a\nfunc f() { fmt.Println(1) }\n", 0),
        ("A.java", "class A { void a() { System.out.println(1); } }\n", 1),
        ("A.java", "class A { void a() {\n x.printStackTrace(); } }\n", 1),
        ("A.java", "class A {\n public void printStackTrace(PrintStream s) {\n super.printStackTrace(s); } }\n", 0),
        (".husky/a.js", "console.log('x');\n", 0),
        ("logging.ini", "[formatter_a]\nformat = %(asctime)s %(message)s\n", 1),
        ("logging.ini", "[formatter_a]\nclass = pythonjsonlogger.json.JsonFormatter\nformat = %(asctime)s %(message)s\n", 0),
        ("src/main/resources/logback.xml", "<encoder><pattern>%d %msg%n</pattern></encoder>\n", 1),
    ],
    ids=range(15),
)  # fmt: skip
def test_nothing_writes_lines_of_text_beside_the_logs(path, text, number):
    assert len(found("OP-05", {**APP, **JSON, path: text})) == number


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("src/a.py", "import os\nos.environ['OTEL_SERVICE_NAME'] = 'b'\n", "OTEL_SERVICE_NAME"),
        ("src/a.py", "from os import environ as e, putenv\nputenv('OTEL_TRACES_SAMPLER', 'd')\n", "OTEL_TRACES_SAMPLER"),
        ("src/a.py", "import os\nos.environ.update({'OTEL_SDK_DISABLED': name()})\n", "OTEL_SDK_DISABLED"),
        ("src/a.py", "from os import environ as e\ne['OTEL_SERVICE_NAME'] = 'b'\n", "OTEL_SERVICE_NAME"),
        ("src/a.py", "import os\nenv = dict(os.environ)\nenv['OTEL_SERVICE_NAME'] = 'b'\n", ""),
        ("src/a.py", "import os\nos.environ.setdefault('OTEL_SERVICE_NAME', 'b')\n", ""),
        ("src/a.py", "import os\nA = os.environ['OTEL_SERVICE_NAME']\nos.environ['A'] = 'b'\n", ""),
        ("tests/a.py", "import os\nos.environ['OTEL_SERVICE_NAME'] = 'b'\n", ""),
        ("src/a.ts", "process.env.OTEL_SERVICE_NAME = 'b';\n", "OTEL_SERVICE_NAME"),
        ("src/a.ts", "process.env['OTEL_SERVICE_NAME'] = b;\n", "OTEL_SERVICE_NAME"),
        ("src/a.ts", "process.env.OTEL_SERVICE_NAME ??= 'b';\nif (process.env.OTEL_SDK_DISABLED === 'b') {}\n", ""),
        ("a.go", 'package a\nfunc f() { os.Setenv("OTEL_SERVICE_NAME", "b") }\n', "OTEL_SERVICE_NAME"),
        ("A.java", 'class A { void a() { System.setProperty("otel.service.name", "b"); } }\n', "otel.service.name"),
        ("src/a.py", "from ddtrace import tracer\n", "ddtrace"),
        ("src/a.py", "import ddtraced\n", ""),
        ("src/a.ts", "import tracer from 'dd-trace';\n", "dd-trace"),
        ("A.java", "import co.elastic.apm.api.ElasticApm;\nclass A {}\n", "co.elastic.apm"),
        ("a.go", 'package a\nimport (\n\tx "go.opencensus.io/trace"\n)\n', "go.opencensus.io"),
        ("a.go", 'package a\nfunc f() { ignore("go.opencensus.io/stats") }\n', ""),
    ],
    ids=range(19),
)  # fmt: skip
def test_the_environment_alone_tells_telemetry_what_to_do(path, text, name):
    said = found("OP-06", {**APP, path: text}, required=False)
    assert [name in line for line in said] == [True] * bool(name), said
