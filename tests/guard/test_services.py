"""How a service answers for its health, what it logs, and what it sets of telemetry, each as teams really write it."""

import pytest

from tests.guard.alone import found, state
from tests.guard.service import stamped

APP = "src/orders/adapters/http/app.py"
HEALTH = "src/orders/platform/health.py"
LOGS = "src/orders/platform/logs.py"
SERVER = "src/orders/platform/server.py"
GREETER = "src/orders/application/greeter.py"
ROUTER = """\
from fastapi import APIRouter, Response
router = APIRouter(prefix="/health")
@router.get("/live")
def live(): return {"status": "ok"}
@router.get("/ready")
def ready(response: Response):
    if not checks.all_well():
        response.status_code = 503
    return {}
"""
REGISTER = """\
def add_health(app):
    @app.get("/health/live")
    def live(): return "ok"
    @app.get("/health/ready")
    def ready(): return checks.answer()
"""
CREATED = "from fastapi import FastAPI\napp = FastAPI()\n"
INCLUDES = "app.include_router(health_routes(health))"
ASKS = """\
        if health.draining:
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
            return {"status": "draining"}
"""
JSON_LOGS = "import structlog\np = [structlog.processors.JSONRenderer()]\n"


def said(service, rule):
    return [(one.path, one.message) for one in service.verdict(rule).findings]


def test_the_stamped_service_is_well():
    assert not [one for rule in ("OP-04", "OP-05", "OP-06") for one in said(stamped(), rule)]


@pytest.mark.parametrize("imports", ["Health, health_routes", "Health"])
def test_a_health_route_that_nothing_includes_is_none(imports):
    service = (
        stamped().edit(APP, f"    {INCLUDES}\n", "").edit(APP, "import Health, health_routes", f"import {imports}")
    )
    assert [(path, "nothing includes health_routes" in text) for path, text in said(service, "OP-04")] == [
        (HEALTH, True)
    ]


@pytest.mark.parametrize(
    ("files", "number"),
    [
        ({"src/health.py": ROUTER, "src/app.py": CREATED}, 1),
        ({"src/health.py": ROUTER, "src/app.py": CREATED + "from health import router\n"}, 1),
        ({"src/health.py": ROUTER, "src/app.py": CREATED + "from users import router\napp.include_router(router)\n"}, 1),
        ({"src/health.py": ROUTER, "tests/test_a.py": "from health import router\nx(router)\n", "src/app.py": CREATED}, 1),
        ({"src/health.py": ROUTER, "src/app.py": CREATED + "from health import router as h\napp.include_router(h)\n"}, 0),
        ({"src/health.py": ROUTER, "src/app.py": CREATED + "import health\napp.include_router(health.router)\n"}, 0),
        ({"src/health.py": ROUTER, "src/app.py": CREATED + "from . import health, b\nfor m in [health, b]: x(m.router)\n"}, 0),
        ({"src/api/health.py": ROUTER, "src/api/__init__.py": "from .health import router\n", "src/app.py": CREATED}, 0),
        ({"src/health.py": ROUTER, "src/app.py": CREATED + "import importlib\nadd(importlib.import_module(name))\n"}, 0),
        ({"src/health.py": ROUTER, "src/app.py": CREATED + "add('src.health:router')\n"}, 0),
        ({"src/health.py": "@plugin\n" + REGISTER, "src/app.py": CREATED}, 0),
        ({"src/app.py": CREATED + ROUTER}, 1),
        ({"src/app.py": CREATED + ROUTER + "app.include_router(router)\n"}, 0),
        ({"src/health.py": REGISTER, "src/app.py": CREATED + "from health import add_health\n"}, 1),
        ({"src/health.py": REGISTER, "src/app.py": CREATED + "from health import add_health\nadd_health(app)\n"}, 0),
        ({"src/app.py": CREATED + REGISTER.replace("def add_health(app)", "def create_app()")}, 0),
    ],
    ids=range(16),
)  # fmt: skip
def test_a_router_counts_where_it_is_included(files, number):
    assert len(found("OP-04", files)) == number


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE\n", ""),
        ("HTTPStatus.SERVICE_UNAVAILABLE", "HTTPStatus.OK"),
        (ASKS, ""),
    ],
    ids=["no status", "another status", "no question"],
)  # fmt: skip
def test_readiness_that_cannot_say_no_is_none(old, new):
    assert ["ready whatever happens" in text for _, text in said(stamped().edit(HEALTH, old, new), "OP-04")] == [True]


@pytest.mark.parametrize(
    ("ready", "is_well"),
    [
        ("def ready(): return {'ready': state.ready}", False),
        ("def ready(): return JSONResponse({}, status_code=200)", False),
        ("def ready():\n    logger.debug('asked')\n    return Status(status='ok')", False),
        ("def ready():\n    if not state.ready: raise HTTPException(503)\n    return 'ok'", True),
        ("def ready(): return JSONResponse({}, 200 if state.ready else 503)", True),
        ("def ready(): return JSONResponse({}, status_code=code)", True),
        ("def ready(): return ('ok', 200) if state.ready else ('no', 503)", True),
        ("async def ready():\n    await db.ping()\n    return {}", True),
        ("def ready(db=Depends(get_db)): return {}", True),
        ("def ready(): return answer", True),
    ],
    ids=range(10),
)
def test_readiness_has_to_be_able_to_say_no(ready, is_well):
    app = f"{CREATED}@app.get('/live')\ndef live(): return 'ok'\n@app.get('/ready')\n{ready}\n"
    assert (found("OP-04", {"src/app.py": app}) == []) is is_well


@pytest.mark.parametrize(
    ("live", "is_well"),
    [
        ("@app.get('/health/live')\nasync def live():\n    await db.execute('select 1')\n    return {}", False),
        ("@app.get('/livez')\ndef live(db: Session = Depends(get_session)): return {}", False),
        ("def live(): return urllib.request.urlopen(other).status\napp.add_api_route('/health/live', live)", False),
        ("@app.get('/matches/live')\ndef live(): return db.execute('select 1')\n@app.get('/health/live')\ndef h(): return {}", True),
        ("@app.get('/livez')\ndef live(): return {'uptime': time.time() - started}", True),
        ("@app.get('/health')\nasync def all():\n    await db.execute('select 1')\n    return {}", True),
    ],
    ids=range(6),
)  # fmt: skip
def test_liveness_asks_the_process_alone(live, is_well):
    app = f"{CREATED}{live}\n@app.get('/ready')\ndef ready(): return checks.answer()\n"
    assert (found("OP-04", {"src/app.py": app}) == []) is is_well


@pytest.mark.parametrize(
    ("path", "old", "new", "says"),
    [
        (LOGS, '{"()": JsonFormatter}', '{"format": "%(asctime)s %(message)s"}', "formatter json"),
        (LOGS, '{"()": JsonFormatter}', '{"()": "uvicorn.logging.DefaultFormatter"}', "formatter json"),
        (LOGS, '{"()": JsonFormatter}', '{"format": "{levelname} {message}", "style": "{"}', "formatter json"),
        (SERVER, "        log_config=configuration(),\n", "", "no log_config"),
        (SERVER, "log_config=configuration()", "log_config=uvicorn.config.LOGGING_CONFIG", "no log_config"),
        (GREETER, "        return greeting\n", "        print(greeting)  # noqa: T201\n        return greeting\n", "print()"),
        (GREETER, "        return greeting\n", "        sys.stdout.write(name)\n        return greeting\n", "write()"),
        (GREETER, "        return greeting\n", "        print(name, file=sys.stderr)\n        return greeting\n", "print()"),
    ],
    ids=range(8),
)  # fmt: skip
def test_lines_of_text_are_no_log(path, old, new, says):
    assert [says in text for _, text in said(stamped().edit(path, old, new), "OP-05")] == [True]


@pytest.mark.parametrize(
    "files",
    [
        {"src/f.py": "import logging\nf = logging.Formatter('{asctime} {message}', style='{')\n"},
        {"src/f.py": "import logging\nf = logging.Formatter('$asctime $message', style='$')\n"},
        {"src/serve.py": "from uvicorn import run\nrun(app, port=1)\n"},
        {"src/store/a.py": "def keep(x):\n    print('kept', x)\n"},
        {"src/store/client.py": "def keep(x):\n    print('kept', x)\n"},
    ],
    ids=range(5),
)
def test_lines_of_text_are_found_however_they_are_written(files):
    assert len(found("OP-05", {"src/app.py": CREATED + JSON_LOGS, **files})) == 1


@pytest.mark.parametrize(
    "files",
    [
        {"src/cli.py": "print(1)\n"},
        {"src/load.py": "import argparse\ndef main():\n    print(1)\n"},
        {"src/run.py": "import click\n@click.command()\ndef main(): work()\n", "src/work.py": "def work(): print(1)\n"},
        {"src/show.py": "from rich import print\nprint(1)\n"},
        {"src/seed.py": "def main():\n    print(1)\nif __name__ == '__main__':\n    main()\n"},
        {"src/app/__main__.py": "print(1)\n"},
        {"scripts/seed.py": "print(1)\n"},
        {"train/model.py": "print(1)\n"},
        {"src/a.py": "import json, sys\ndef log(x): print(json.dumps(x), file=sys.stderr)\n"},
        {"src/a.py": "import sys\ndef f():\n    print('PORT is wrong', file=sys.stderr)\n    sys.exit(2)\n"},
        {"src/a.py": "import json, sys\ndef log(x):\n    line = json.dumps(x)\n    sys.stdout.write(line)\n"},
        {"src/a.py": "import uvicorn\nuvicorn.run(app)\n", "Dockerfile": "CMD uvicorn app:app --log-config l.json\n"},
        {"src/a.py": "def f(file): print('x', file=file)\n"},
        {"src/a.py": "import uvicorn\nuvicorn.run(app, log_config=None)\n"},
        {"src/a.py": "import uvicorn\nuvicorn.run(app, **options)\n"},
        {"src/a.py": "import uvicorn\nif __name__ == '__main__':\n    uvicorn.run('app:app', reload=True)\n"},
        {"src/a.py": "import uvicorn\nuvicorn.run(app)\n", "src/l.py": "getLogger('uvicorn').handlers = []\n"},
        {"src/l.py": "C = {'formatters': {'json': {'()': 'pythonjsonlogger.json.JsonFormatter', 'format': '%(message)s'}}}\n"},
        {"src/l.py": "C = {'formatters': {'json': {'()': J}, 'text': {'format': '%(message)s'}},\n"
         "     'handlers': {'out': {'formatter': 'json' if production else 'text'}}}\n"},
        {"src/l.py": "C = {'formatters': {'date': {'format': '%Y-%m-%d'}}}\n"},
    ],
    ids=range(20),
)  # fmt: skip
def test_what_is_no_log_or_is_one_of_json_raises_no_alarm(files):
    assert found("OP-05", {"src/app.py": CREATED + JSON_LOGS, **files}) == []


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ('os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://otel:4318"', 1),
        ('os.environ.setdefault("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://otel:4318")', 1),
        ('os.putenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel:4318")', 1),
        ('os.environ.update({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel:4318"})', 1),
        ('os.environ.update(OTEL_EXPORTER_OTLP_ENDPOINT="http://otel:4318")', 1),
        ('os.environ |= {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel:4318"}', 1),
        ('ENDPOINT = "http://otel:4318"\nos.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = ENDPOINT', 1),
        ('os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = settings.collector', 0),
        ('os.environ["TZ"] = "UTC"', 0),
        ('class Settings(BaseSettings):\n    OTEL_EXPORTER_OTLP_ENDPOINT: str = "http://localhost:4318"', 0),
        ('NAMES = {"OTEL_EXPORTER_OTLP_ENDPOINT": "where traces go"}', 0),
    ],
    ids=range(11),
)
def test_code_sets_no_address_in_the_environment(line, number):
    files = {"src/app.py": f"import os\nimport opentelemetry\n{CREATED}{line}\n"}
    assert len(found("OP-06", files)) == number


@pytest.mark.parametrize("rule", ["OP-04", "OP-05", "OP-06"])
@pytest.mark.parametrize(
    "text",
    ["import typer\napp = typer.Typer()\nprint(1)\n", "def work(queue):\n    print(queue.get())\n"],
    ids=["command line", "worker"],
)
def test_what_answers_no_http_raises_no_alarm(rule, text):
    assert found(rule, {"src/a.py": text}, **({"required": False} if rule == "OP-06" else {})) == []


DOCKERFILE = 'FROM python:3.11-slim\nUSER 10001\nENTRYPOINT ["python", "-m", "mailer"]\n'
WORKERS = {
    "src/mailer/main.py": "import signal\nsignal.signal(signal.SIGTERM, stop)\n",
    "src/mailer/loop.py": "from signal import SIGTERM\nloop.add_signal_handler(SIGTERM, stop)\n",
    "src/main.ts": "process.on('SIGTERM', () => stop())\n",
    "main.go": 'package main\nimport ("os/signal"; "syscall")\nfunc main() { signal.Notify(c, syscall.SIGTERM) }\n',
}


@pytest.mark.parametrize("path", WORKERS)
@pytest.mark.parametrize(("rule", "asked"), [("OP-05", {}), ("OP-06", {"required": True})])
def test_who_works_unasked_in_a_container_logs_and_reports_like_a_service(path, rule, asked):
    assert len(found(rule, {path: WORKERS[path], "Dockerfile": DOCKERFILE}, **asked)) == 1
    assert state(rule, {path: WORKERS[path]}, **asked) == "not_applicable", "a program for people is told to stop too"
    tool = {"cli.py": "import argparse\n" + WORKERS["src/mailer/main.py"], "Dockerfile": DOCKERFILE}
    assert state(rule, tool, **asked) == "not_applicable"
    assert state(rule, {"src/mailer/main.py": "run()\n", "Dockerfile": DOCKERFILE}, **asked) == "not_applicable"


CHECKED = 'HEALTHCHECK --interval=30s CMD ["python", "-m", "mailer.health"]\n'
POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: mailer}
spec:
  template:
    spec:
      containers:
        - name: mailer
          image: mailer:1
          livenessProbe: {exec: {command: [python, -m, mailer.health]}}
"""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, ["no HEALTHCHECK"]),
        ({"Dockerfile": DOCKERFILE + CHECKED}, []),
        (
            {"Dockerfile": DOCKERFILE + CHECKED.replace('"python", "-m", "mailer.health"', '"true"')},
            ["without being asked"],
        ),
        ({"Dockerfile": DOCKERFILE + "HEALTHCHECK CMD echo ok\n"}, ["without being asked"]),
        ({"Dockerfile": DOCKERFILE + "HEALTHCHECK NONE\n"}, ["no HEALTHCHECK"]),
        ({"Dockerfile": f"FROM python:3.11-slim AS build\n{CHECKED}{DOCKERFILE}"}, ["no HEALTHCHECK"]),
        ({"Dockerfile": f"FROM python:3.11-slim AS base\n{CHECKED}FROM base\n"}, []),
        ({"deploy/mailer.yaml": POD}, []),
        ({"deploy/mailer.yaml": POD.replace("liveness", "startup")}, ["no HEALTHCHECK"]),
    ],
    ids=range(9),
)
@pytest.mark.parametrize("path", WORKERS)
def test_who_works_unasked_is_asked_how_it_is_by_a_command(path, more, said):
    told = found("OP-04", {path: WORKERS[path], "Dockerfile": DOCKERFILE} | more)
    assert [any(word in str(one) for one in told) for word in said] == [True] * len(told)


def test_who_is_no_worker_is_not_asked():
    worker = WORKERS["src/mailer/main.py"]
    assert state("OP-04", {"src/mailer/main.py": worker}) == "not_applicable"
    assert state("OP-04", {"cli.py": f"import argparse\n{worker}", "Dockerfile": DOCKERFILE}) == "not_applicable"
