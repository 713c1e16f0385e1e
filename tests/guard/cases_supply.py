"""What breaks the rules on the supply chain: a dependency added in haste, a release made in haste."""

from tests.guard.cases_workflows import GOOD, PATH, RELEASE, RELEASED, bad, badly_released, released, where
from tests.guard.service import Case, Service

DEPENDABOT = ".github/dependabot.yml"
SECURITY = ".github/workflows/security.yml"
LOCKED = {
    "fastapi": "0.165.2", "pydantic": "2.14.1", "starlette": "1.10.0", "uvicorn": "0.53.0", "httpx2": "2.16.0",
    "pytest": "9.2.1", "pytest-cov": "7.1.0", "import-linter": "2.16.0", "mypy": "2.4.0", "pre-commit": "4.7.1",
    "ruff": "0.17.3",
}  # fmt: skip
NPM = '{\n  "name": "orders-web",\n  "private": true,\n  "dependencies": {\n    "fastify": "^5.12.8"\n  }\n}\n'
NPM_LOCK = (
    '{\n  "name": "orders-web",\n  "lockfileVersion": 3,\n  "packages": {\n'
    '    "": {"name": "orders-web", "dependencies": {"fastify": "^5.12.8"}},\n'
    '    "node_modules/fastify": {"version": "5.12.8"}\n  }\n}\n'
)
NPMRC = "ignore-scripts=true\nengine-strict=true\nmin-release-age=7\n"
NPM_UPDATES = """\
  - package-ecosystem: npm
    directory: /web
    schedule:
      interval: weekly
    cooldown:
      default-days: 7
"""
ELF = b"\x7fELF\x02\x01\x01\0" + bytes(56)


def uv_lock(**versions: str) -> str:
    """A lock as uv writes it."""
    packages = {**LOCKED, **versions}
    tables = [f'[[package]]\nname = "{name}"\nversion = "{packages[name]}"\n' for name in sorted(packages)]
    return "version = 1\nrevision = 3\n\n" + "\n".join(tables)


def locked(service: Service) -> Service:
    """The service once `make setup` has run."""
    return service.add("uv.lock", uv_lock())


def with_npm(service: Service) -> Service:
    """The service with a part that is built with npm, in order."""
    files = {"web/package.json": NPM, "web/package-lock.json": NPM_LOCK, "web/.npmrc": NPMRC}
    for path, text in files.items():
        service = service.add(path, text)
    return service.append(DEPENDABOT, NPM_UPDATES)


CASES = [
    Case(
        "SC-01",
        "a dependency is added and the lock is not made anew",
        good=locked,
        bad=lambda s: locked(s).edit("pyproject.toml", '  "fastapi>', '  "cachetools>=6,<7",\n  "fastapi>'),
        fixed=lambda s: s.edit("pyproject.toml", '  "fastapi>', '  "cachetools>=6,<7",\n  "fastapi>').add(
            "uv.lock", uv_lock(cachetools="6.2.0")
        ),
        at="pyproject.toml:13",
        says="cachetools",
    ),
    Case(
        "SC-01",
        "a version is raised and the lock is not made anew",
        good=locked,
        bad=lambda s: locked(s).edit("pyproject.toml", "uvicorn>=0.53,<0.55", "uvicorn>=0.54,<0.55"),
        fixed=lambda s: s.edit("pyproject.toml", "uvicorn>=0.53,<0.55", "uvicorn>=0.54,<0.55").add(
            "uv.lock", uv_lock(uvicorn="0.54.1")
        ),
        at="pyproject.toml:13",
        says="uvicorn 0.53.0",
    ),
    Case(
        "SC-01",
        "the lock is not committed",
        good=locked,
        bad=lambda s: s.edit("pyproject.toml", '  "fastapi>', '  "cachetools>=6,<7",\n  "fastapi>'),
        fixed=lambda s: s.edit("pyproject.toml", '  "fastapi>', '  "cachetools>=6,<7",\n  "fastapi>').add(
            "uv.lock", uv_lock(cachetools="6.2.0")
        ),
        at="pyproject.toml",
        says="no lock",
    ),
    Case(
        "SC-02",
        "a part in npm is added, and nothing updates it",
        good=with_npm,
        bad=lambda s: with_npm(s).add(DEPENDABOT, s.files[DEPENDABOT]),
        fixed=with_npm,
        at=f"{DEPENDABOT}:1",
        says="npm",
    ),
    Case(
        "SC-02",
        "an update is taken on its first day",
        bad=lambda s: s.add(DEPENDABOT, s.files[DEPENDABOT].decode().replace("default-days: 7", "default-days: 1", 1)),
        fixed=lambda s: s,
        at=f"{DEPENDABOT}:8",
    ),
    Case(
        "SC-03",
        "the review of dependencies only warns",
        bad=lambda s: s.edit(SECURITY, "fail-on-severity: high", "warn-only: true"),
        fixed=lambda s: s,
        at=f"{SECURITY}:31",
        says="only warns",
    ),
    Case(
        "SC-03",
        "the audit is green where it cannot audit",
        bad=lambda s: s.edit("Makefile", "--strict --disable-pip", "--disable-pip"),
        fixed=lambda s: s,
        at="Makefile:45",
    ),
    Case(
        "SC-04",
        "npm runs install scripts",
        good=with_npm,
        bad=lambda s: with_npm(s).add("web/.npmrc", NPMRC.replace("ignore-scripts=true\n", "")),
        fixed=with_npm,
        at="web/.npmrc",
    ),
    Case(
        "SC-05",
        "a tool is fetched without a version",
        good=lambda s: s.add(PATH, GOOD),
        bad=bad("run: make bench", "run: pipx run locust --headless"),
        fixed=bad("run: make bench", "run: pipx run locust==2.44.0 --headless"),
        at=f"{PATH}:26",
        says="locust",
    ),
    Case(
        "SC-05",
        "a script from the network is piped into a shell",
        bad=lambda s: s.add("Makefile.local", "bench:\n\tcurl -sSfL https://get.k6.test/install.sh | sh\n"),
        fixed=lambda s: s.add("Makefile.local", "bench:\n\tk6 run bench.js\n"),
        at="Makefile.local:2",
        says="unseen",
    ),
    Case(
        "SC-06",
        "a release is pushed and not attested",
        good=released,
        bad=lambda s: s.add(
            RELEASE,
            RELEASED.replace(
                RELEASED[RELEASED.index("      - name: Attest where") : RELEASED.index("      - name: Attest what")], ""
            ),
        ),
        fixed=released,
        at=f"{RELEASE}:{where(RELEASED, '  image:')}",
    ),
    Case(
        "SC-07",
        "a release has an SBOM that nothing attests",
        good=released,
        bad=badly_released(RELEASED[RELEASED.index("      - name: Attest what") :], ""),
        fixed=released,
        at=f"{RELEASE}:{where(RELEASED, '  image:')}",
        says="nothing attests",
    ),
    Case(
        "SC-09",
        "a program is committed",
        bad=lambda s: s.add("tools/migrate", ELF, "100755"),
        fixed=lambda s: s,
        at="tools/migrate",
    ),
    Case(
        "SC-10",
        "the changelog is deleted",
        bad=lambda s: s.drop("CHANGELOG.md"),
        fixed=lambda s: s,
        at="CHANGELOG.md",
    ),
]
