"""The rules on the supply chain: near-misses that are none, and evasions that are."""

import json

import pytest

from tests.guard.cases_supply import DEPENDABOT, ELF, NPM, NPM_LOCK, NPMRC, SECURITY, locked, uv_lock, with_npm
from tests.guard.cases_workflows import CI, GOOD, PATH, RELEASE, RELEASED, released
from tests.guard.service import stamped

SHA = "3d3c42e5aac5ba805825da76410c181273ba90b1"


def messages(service, rule):
    verdict = service.verdict(rule)
    assert verdict.state in ("pass", "fail", "unknown"), verdict
    return [finding.message for finding in verdict.findings if finding.state == "fail"]


BRANCHES = [
    ("libs/b/pyproject.toml", '[project]\ndependencies = ["x @ git+https://git.test/x@main"]\n'),
    ("libs/b/pyproject.toml", '[project]\ndependencies = ["x @ git+https://git.test/x"]\n'),
    ("libs/b/pyproject.toml", '[tool.uv.sources]\nx = { git = "https://git.test/x", branch = "fix" }\n'),
    ("libs/b/pyproject.toml", '[tool.poetry.dependencies]\nx = { git = "https://git.test/x" }\n'),
    ("web/package.json", '{"dependencies": {"x": "github:acme/x#main"}}'),
    ("web/package.json", '{"dependencies": {"x": "acme/x"}}'),
    ("rs/Cargo.toml", '[dependencies]\nx = { git = "https://git.test/x", branch = "main" }\n'),
]
COMMITS = [
    ("libs/b/pyproject.toml", '[project]\ndependencies = ["x @ git+https://git.test/x@0123456789abcdef"]\n'),
    ("libs/b/pyproject.toml", '[project]\ndependencies = ["x @ git+https://git.test/x@v1.2.0", "y @ https://a.test/y.whl"]\n'),
    ("libs/b/pyproject.toml", '[tool.uv.sources]\nx = { git = "https://git.test/x", rev = "abc" }\ny = { path = "../y" }\n'),
    ("web/package.json", '{"dependencies": {"x": "acme/x#0123456789abcdef", "y": "^1.2.0", "z": "npm:other@1", "w": "file:../w"}}'),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text"), BRANCHES)
def test_what_comes_from_a_branch(path, text):
    assert [one for one in messages(stamped().add(path, text), "SC-01") if "comes from a branch" in one] != []


@pytest.mark.parametrize(("path", "text"), COMMITS)
def test_what_comes_from_a_commit_or_a_release(path, text):
    assert [one for one in messages(stamped().add(path, text), "SC-01") if "comes from a branch" in one] == []


def scripted(script: str) -> str:
    body = "\n".join(f"          {line}" for line in script.splitlines())
    return GOOD.replace("run: make bench", f"run: |\n{body}")


def running(script: str):
    return stamped().add(PATH, scripted(script))


# SC-01: indexes.

U = "https://packages.example.com/simple"
INDEXES = [
    ("pyproject.toml", f'[[tool.uv.index]]\nurl = "{U}"\n', "also"),
    ("uv.toml", f'[[index]]\nurl = "{U}"\n', "also"),
    ("pyproject.toml", f'[[tool.uv.index]]\nurl = "{U}"\ndefault = true\n', "packages come"),
    ("pyproject.toml", f'[[tool.uv.index]]\nname = "x"\nurl = "{U}"\nexplicit = true\n', "some"),
    ("pyproject.toml", f'[tool.uv]\nindex-url = "{U}"\n', "packages come"),
    ("pyproject.toml", f'[tool.uv.pip]\nextra-index-url = ["{U}"]\n', "also"),
    ("pyproject.toml", f'[[tool.poetry.source]]\nname = "a"\nurl = "{U}"\n', "packages come"),
    ("pyproject.toml", f'[[tool.poetry.source]]\nname = "a"\nurl = "{U}"\npriority = "supplemental"\n', "also"),
    (
        "pyproject.toml",
        f'[[tool.poetry.source]]\nname = "a"\nurl = "{U}"\n[[tool.poetry.source]]\nname = "b"\n',
        "also",
    ),
    ("pyproject.toml", f'[[tool.poetry.source]]\nname = "a"\nurl = "{U}"\npriority = "explicit"\n', "some"),
    ("requirements.txt", f"--extra-index-url {U}\nx==1\n", "also"),
    ("requirements.txt", f"-i {U}\nx==1\n", "packages come"),
    ("requirements.txt", f"--index-url={U}\nx==1\n", "packages come"),
    ("requirements.txt", f"# pip-compile --index-url={U}\nx==1\n", ""),
    ("requirements.txt", "--extra-index-url ./wheels\nx==1\n", ""),
    ("pip.conf", f"[global]\nextra-index-url =\n    {U}\n", "also"),
    (".npmrc", f"registry={U}\n", "packages come"),
    (".npmrc", f"@acme:registry={U}\n", "some"),
    (".yarnrc.yml", f'npmRegistryServer: "{U}"\n', "packages come"),
    ("pom.xml", f"<project><repositories><repository><url>{U}</url></repository></repositories></project>", "also"),
    ("pom.xml", f"<project><scm><url>{U}</url></scm></project>", ""),
    ("Dockerfile", f"FROM x\nENV PIP_EXTRA_INDEX_URL={U}\n", "also"),
    (
        "Dockerfile",
        "FROM x\nRUN pip install --extra-index-url https://me:$TOKEN@packages.example.com/simple x==1\n",
        "also",
    ),
    ("scripts/a.sh", f"uv pip install --index {U} x==1\n", "also"),
    ("scripts/a.sh", f"npm publish --registry {U}\n", ""),
    ("scripts/a.sh", f"curl -i {U}\nregistry={U}\n", ""),
    ("scripts/a.py.lock", f'source = {{ registry = "{U}" }}\n', ""),
    ("tests/requirements.txt", f"--extra-index-url {U}\n", ""),
]


@pytest.mark.parametrize(("path", "text", "how"), INDEXES, ids=range(len(INDEXES)))
def test_indexes_of_packages_that_nobody_allows(path, text, how):
    service = stamped().add(path, text)

    def severities(*allowed):
        found = service.verdict("SC-01", indexes=list(allowed)).findings
        return [one.severity for one in found if how in one.message and "packages.example.com" in one.message]

    assert severities() == ({"also": ["medium"], "packages come": ["low"]}.get(how, []))
    assert severities("*.acme.io") == ["medium"] * bool(how)
    assert severities("*.acme.io", "packages.example.com") == []


# SC-01: locks.


def test_a_service_that_was_just_stamped_has_no_lock_yet():
    (finding,) = stamped().verdict("SC-01").findings
    assert finding.state == "unknown"
    assert "make setup" in finding.message


FITTING = {
    "names in another spelling": lambda s: locked(s).edit("pyproject.toml", '"uvicorn>', '"Uvicorn>'),
    "a dependency of one platform": lambda s: locked(s).edit(
        "pyproject.toml", '  "fastapi>', "  \"pywin32>=300; sys_platform == 'win32'\",\n  \"fastapi>"
    ),
    "the project's own extra": lambda s: locked(s).edit("pyproject.toml", 'test = ["httpx2', 'test = ["orders[x]", "httpx2'),
    "a Poetry lock": lambda s: s.add("poetry.lock", uv_lock()),
    "requirements with digests": lambda s: s.add("requirements.txt", f"fastapi==0.165.2 --hash=sha256:{'0' * 64}\n"),
    "a part that shares the lock above it": lambda s: (
        locked(s)
        .append("uv.lock", '\n[[package]]\nname = "a"\nsource = { editable = "libs/a" }\n')
        .add("libs/a/pyproject.toml", '[project]\nname = "a"\ndependencies = ["fastapi"]\n')
    ),
    "a part without dependencies": lambda s: locked(s).add("libs/a/pyproject.toml", '[project]\nname = "a"\n'),
    "a manifest that a test reads": lambda s: locked(s).add("tests/fixtures/package.json", NPM),
    "a part in npm": lambda s: with_npm(locked(s)),
    "a part in Go": lambda s: locked(s)
    .add("go.mod", "module a.test/x\n\nrequire (\n\ta.test/b v1.2.0\n\ta.test/c v1.0.0 // indirect\n)\n")
    .add("go.sum", "a.test/b v1.2.0/go.mod h1:x=\n"),
    "a part in Rust": lambda s: locked(s)
    .add("Cargo.toml", '[package]\nname = "x"\n[dependencies]\nserde = "1"\njson = {package = "serde_json", version = "1"}\n')
    .add("Cargo.lock", '[[package]]\nname = "serde"\nversion = "1.0.1"\n\n[[package]]\nname = "serde_json"\nversion = "1.0.2"\n'),
    "an installation that is held to": lambda s: locked(s).add(PATH, scripted("uv sync --locked\nnpm ci\nnpm install -g npm@11.5.2")),
}  # fmt: skip


@pytest.mark.parametrize("edit", FITTING.values(), ids=FITTING)
def test_locks_that_fit(edit):
    assert messages(edit(stamped()), "SC-01") == []


UNFIT = {
    "npm: not made anew": (
        lambda s: with_npm(locked(s)).add("web/package.json", NPM.replace("^5.12.8", "^6.0.0")),
        "was made for fastify ^5.12.8, not ^6.0.0",
    ),
    "npm: a dependency too many": (
        lambda s: with_npm(locked(s)).add("web/package.json", NPM.replace('"fastify"', '"left-pad": "1.0.0", "fastify"')),
        "does not hold left-pad",
    ),
    "npm: of another folder": (
        lambda s: locked(s).add("a/package.json", NPM).add("package-lock.json", NPM_LOCK),
        "a/package.json has dependencies, and no lock",
    ),
    "npm: of another manifest": (
        lambda s: locked(s).add("package.json", NPM).add("package-lock.json", '{"packages": {"b": {}}}'),
        "does not know package.json",
    ),
    "npm: none": (lambda s: locked(s).add("web/package.json", NPM), "no lock"),
    "Yarn: a dependency too many": (
        lambda s: locked(s).add("package.json", NPM).add("yarn.lock", '# yarn lockfile v1\n\n"fast@^1":\n  version "1.0.0"\n'),
        "does not hold fastify",
    ),
    "pnpm: a dependency too many": (
        lambda s: locked(s).add("package.json", NPM).add("pnpm-lock.yaml", "\nimporters:\n\n  .:\n    dependencies:\n      fast:\n        version: 1\n"),
        "does not hold fastify",
    ),
    "Go: another version": (
        lambda s: locked(s).add("go.mod", "module x\n\nrequire a.test/b v1.3.0\n").add("go.sum", "a.test/b v1.2.0/go.mod h1:x=\n"),
        "does not hold a.test/b v1.3.0",
    ),
    "Rust: a dependency too many": (
        lambda s: locked(s).add("Cargo.toml", '[dependencies]\nrand = "1"\n').add("Cargo.lock", '[[package]]\nname = "serde"\nversion = "1.0.1"\n'),
        "does not hold rand",
    ),
    "a group of dependencies": (
        lambda s: locked(s).edit("pyproject.toml", 'test = ["httpx2', 'test = ["hypothesis>=6", "httpx2'),
        "does not hold hypothesis",
    ),
    "an installation in an image": (
        lambda s: locked(s).add("Dockerfile", "FROM x\nCOPY . .\nRUN --mount=type=cache,target=/c \\\n    # all of it\n    uv sync --no-dev\n"),
        "`uv sync` does not hold",
    ),
    "an installation in a workflow": (lambda s: with_npm(locked(s)).add(PATH, GOOD.replace("make bench", "cd web && npm i")), "`npm install` does not hold"),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "says"), UNFIT.values(), ids=UNFIT)
def test_locks_that_do_not(edit, says):
    (message,) = messages(edit(stamped()), "SC-01")
    assert says in message


@pytest.mark.parametrize("text", ["{", "[]", '{"packages": 3}', '{"packages": {"": {"dependencies": 3}}}', "\0"])
def test_a_lock_that_is_broken_ends_nothing(text):
    verdict = with_npm(locked(stamped())).add("web/package-lock.json", text).verdict("SC-01")
    assert not [finding for finding in verdict.findings if "the rule itself" in finding.message]


def test_a_large_lock_is_read():
    long = uv_lock() + "\n".join(f'[[package]]\nname = "filler{n}"\nversion = "1"\n' for n in range(30_000))
    assert len(long) > 1_000_000
    assert messages(locked(stamped()).add("uv.lock", long), "SC-01") == []


# SC-02: the updater.

RENOVATE = '{"extends": ["config:recommended"], "minimumReleaseAge": "7 days"}'


def without_dependabot(s, name: str, text: str):
    return s.drop(DEPENDABOT).add(name, text)


UPDATED = {
    "Renovate": lambda s: without_dependabot(s, "renovate.json", RENOVATE),
    "Renovate with comments": lambda s: without_dependabot(s, "renovate.json5", "{\n  // why\n  minimumReleaseAge: '2 weeks',\n}"),
    "folders by pattern": lambda s: with_npm(s).edit(DEPENDABOT, "directory: /web", 'directories: ["/", "/*"]'),
    "the root of a workspace": lambda s: with_npm(s).add("package.json", '{"workspaces": ["web"]}').edit(
        DEPENDABOT, "directory: /web", "directory: /"
    ),
    "pip for uv": lambda s: s.edit(DEPENDABOT, "package-ecosystem: uv", "package-ecosystem: pip"),
}  # fmt: skip


@pytest.mark.parametrize("edit", UPDATED.values(), ids=UPDATED)
def test_everything_is_kept_current(edit):
    assert messages(edit(stamped()), "SC-02") == []


STALE = {
    "no updater": (lambda s: s.drop(DEPENDABOT), "nothing updates github-actions, python"),
    "an image": (lambda s: s.add("Dockerfile", "FROM x\n"), "nothing updates docker"),
    "providers": (lambda s: s.add("infra/versions.tf", "terraform {}\n"), "nothing updates terraform"),
    "an image in a folder that is not looked into": (
        lambda s: s.add("ops/Dockerfile", "FROM x\n").append(
            DEPENDABOT, "  - package-ecosystem: docker\n    directory: /\n    cooldown: {default-days: 7}\n"
        ),
        "nothing updates docker in /ops/",
    ),
    "another folder": (lambda s: with_npm(s).edit(DEPENDABOT, "directory: /web", "directory: /app"), "npm in /web/"),
    "no cooldown": (
        lambda s: s.add(DEPENDABOT, s.files[DEPENDABOT].decode().replace("    cooldown:\n      default-days: 7\n", "", 1)),
        "wait for nothing",
    ),
    "switched off": (
        lambda s: s.edit(DEPENDABOT, "package-ecosystem: uv\n", "package-ecosystem: uv\n    open-pull-requests-limit: 0\n"),
        "switched off",
    ),
    "Renovate at once": (lambda s: without_dependabot(s, "renovate.json", '{"minimumReleaseAge": "1 day"}'), "less than 7 days"),
    "Renovate for some": (
        lambda s: without_dependabot(s, "renovate.json", '{"enabledManagers": ["pep621"], "minimumReleaseAge": "7 days"}'),
        "nothing updates github-actions",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "says"), STALE.values(), ids=STALE)
def test_something_is_not(edit, says):
    (message,) = messages(edit(stamped()), "SC-02")
    assert says in message


def test_settings_of_another_repository_cannot_be_read():
    assert (
        without_dependabot(stamped(), "renovate.json", '{"extends": ["github>acme/renovate"]}').verdict("SC-02").state
        == "unknown"
    )


# SC-03: audits.

REVIEW = "actions/dependency-review-action@a1d282b36b6f3519aa1f3fc636f609c47dddb294 # v5.0.0\n        with:\n          fail-on-severity: high"


@pytest.mark.parametrize(
    ("step", "state"),
    [
        ("run: make audit", "pass"),
        ("run: uvx pip-audit==2.10.1 --strict", "pass"),
        ("run: go run golang.org/x/vuln/cmd/govulncheck@v1.1.4 ./...", "pass"),
        (f"uses: google/osv-scanner-action/osv-scanner-action@{SHA} # v2", "pass"),
        ("run: npm audit || true", "fail"),
        ("run: echo npm audit", "fail"),
        ("run: pip-audit", "fail"),
        ("continue-on-error: true\n        run: make audit", "fail"),
    ],
)
def test_the_audit_of_each_pull_request(step, state):
    assert stamped().edit(SECURITY, f"uses: {REVIEW}", step).verdict("SC-03").state == state


def test_an_audit_at_night_is_too_late():
    assert messages(stamped().edit(SECURITY, "  pull_request:\n", ""), "SC-03") == [
        "nothing audits the dependencies on pull requests"
    ]


# SC-04: npm.


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (lambda s: s.add("web/.npmrc", NPMRC.replace("7", "3")), 1),
        (lambda s: s.add("web/.npmrc", NPMRC.replace("ignore", "# ignore")), 1),
        (lambda s: s.drop("web/.npmrc"), 2),
        (lambda s: s.drop("web/package-lock.json").add("web/pnpm-lock.yaml", ""), 1),
        (lambda s: s.drop("web/package-lock.json").add("web/pnpm-lock.yaml", "").add("web/pnpm-workspace.yaml", "minimumReleaseAge: 10080\n"), 0),
        (lambda s: s.drop("web/package-lock.json").add("web/yarn.lock", "").add("web/.yarnrc.yml", "enableScripts: false\nnpmMinimalAgeGate: 7d\n"), 0),
        (lambda s: s.drop("web/package-lock.json").add("web/yarn.lock", "").add("web/.yarnrc.yml", "npmMinimalAgeGate: 1d\n"), 2),
        (lambda s: s.add("web/part/package.json", NPM), 0),
    ],
    ids=["three days", "a comment", "no settings", "pnpm at once", "pnpm", "Yarn", "Yarn at once", "a part of a workspace"],
)  # fmt: skip
def test_installs_run_nothing_new(edit, found):
    assert len(messages(edit(with_npm(stamped())), "SC-04")) == found


# SC-05: tools.

PINNED = [
    "npx --yes cowsay@1.6.0",
    "npx -p typescript@5.9.3 tsc",
    "npx --no-install tsc",
    "pnpm dlx cowsay@1.6.0",
    "npm ci && npm install && npm run build",
    "npm install -g npm@11.5.2",
    "uvx ruff==0.17.3 check .",
    "uvx ruff@0.17.3",
    "uvx --from 'ruff==0.17.3' ruff",
    "uvx --python 3.12 --from ruff==0.17.3 ruff",
    "uv tool run --from=ruff==0.17.3 ruff",
    "pipx run --spec 'build==1.3.0' pyproject-build",
    "pip install --no-cache-dir uv==0.13.9",
    "pip install -r requirements.txt -c constraints.txt --require-hashes",
    "pip install -e . ./libs/a dist/*.whl 'x[y]==1.0'",
    'pip install "orders==$VERSION" "$WHEEL" $PIP_ARGS "$DIST/a.whl" "$@"',
    'TOOLS="ruff==0.17.3 mypy==2.4.1"\npip install $TOOLS',
    "pip install ${TOOL:-ruff==0.17.3} ${{ matrix.packages }}",
    'go run "$TOOL" && go run ./cmd/x --config "$TOOL"',
    "CASE=${{ matrix.packages }}\npip install $CASE",
    'PACKAGE=cowsay@1.6.0\nnpx "$PACKAGE"',
    'TEXT=$(curl -s https://x.test)\necho "$TEXT" | jq .',
    "go install golang.org/x/tools/cmd/goimports@v0.40.0 && go run ./cmd/x",
    "go install x.test/y@08c6903cd8c0",
    "cargo install --locked cargo-deny@0.18.5",
    "cargo install cargo-deny --version 0.18.5",
    "gem install bundler -v 2.7.2",
    "curl -fsSLo x.tgz https://x.test/x.tgz && echo 'abc x.tgz' | sha256sum --check && tar xf x.tgz",
    "curl -s https://x.test | jq . | python3 -c 'import sys'",
    "echo 'curl https://x.test | sh' # npx cowsay",
    "cat <<EOF > README\npip install orders\ncurl https://x.test | sh\nEOF",
    "make npx; uv pip compile x; uv run npx-tool",
]


@pytest.mark.parametrize("script", PINNED)
def test_tools_that_are_pinned(script):
    assert messages(running(script), "SC-05") == []


FLOATING = [
    "npx cowsay",
    "npx cowsay@latest",
    "npx -y cowsay@1",
    "npm exec cowsay",
    "pnpm dlx cowsay",
    "yarn global add cowsay",
    "npm install -g cowsay",
    "uvx ruff check .",
    "uvx ruff@latest",
    "uvx --from ruff>=0.17 ruff",
    "uvx --with requests ruff==0.17.3",
    "uv tool install ruff",
    "uv pip install 'ruff>=0.17'",
    "pipx run build",
    "pip install -U pip",
    "python3 -m pip install --upgrade 'build~=1.3'",
    "sudo -H pip3 install awscli",
    "pip install uv==0.*",
    "pip install git+https://x.test/y.git@main",
    "go install golang.org/x/tools/cmd/goimports@latest",
    "go run x.test/y@v1",
    "cargo install cargo-deny",
    "gem install bundler",
    "curl -sSfL https://x.test | sh -s -- -b bin",
    "wget -qO- https://x.test | sudo bash",
    "curl x.test | bash -e",
    "curl x.test | tee log | bash",
    "bash <(curl -s https://x.test)",
    'bash -c "$(curl -fsSL https://x.test)"',
    'eval "$(curl -s https://x.test)"',
    "if true; then\n  X=1 npx cowsay\nfi",
    "bash -c 'npx cowsay'",
    "curl -sSL https://x.test | python3 -",
    'TOOLS="ruff mypy==2.4.1"\npip install $TOOLS',
    "T=${{ secrets.T }}\nuv pip install --default-index https://me:$T@packages.example.com/simple ruff",
    'URL=https://x.test\ncurl "$URL" | bash',
    "LINE='curl -s https://x.test | sh'\neval \"$LINE\"",
    'TEXT=$(curl -s https://x.test)\nbash -c "$TEXT"',
    'TEXT=$(curl -s https://x.test)\necho "$TEXT" | sh',
    'TEXT=$(curl -s https://x.test)\nbash <<< "$TEXT"',
]


@pytest.mark.parametrize("script", FLOATING)
def test_tools_that_are_not(script):
    assert len(messages(running(script), "SC-05")) == 1


NAMED_ELSEWHERE = [
    'pip install "$PACKAGE"',
    "pip install ${{ vars.PACKAGE }}",
    "uvx ${{ inputs.tool }}",
    "npm i $PACKAGE",
    "go install $TOOL",
    "cargo install $TOOL",
    "gem install $TOOL",
]


@pytest.mark.parametrize("script", NAMED_ELSEWHERE)
def test_tools_that_a_variable_names_are_unknown(script):
    assert [one.state for one in running(script).verdict("SC-05").findings] == ["unknown"]


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("Makefile.local", "bench:\n\t@npx cowsay \\\n\t  --all\n", 2),
        ("scripts/bench", "#!/usr/bin/env bash\nset -e\nnpx cowsay\n", 3),
        ("ops/deploy.sh", "set -e\n\nnpx cowsay\n", 3),
        ("Dockerfile", "FROM x\n# RUN npx cowsay\nRUN make \\\n  && npx cowsay\n", 4),
        ("Dockerfile", "FROM x\nRUN <<EOF\nset -e\nnpx cowsay\nEOF\n", 4),
        ("Dockerfile", 'FROM x\nRUN ["npx", "cowsay"]\n', 2),
        (
            ".github/actions/a/action.yml",
            "runs:\n  using: composite\n  steps:\n    - run: npx cowsay\n      shell: bash\n",
            4,
        ),
    ],
)
def test_tools_wherever_shell_stands(path, text, line):
    (finding,) = stamped().add(path, text).verdict("SC-05").findings
    assert (finding.path, finding.line) == (path, line)


def test_what_is_no_shell_is_not_read_as_such():
    script = GOOD.replace(
        "run: make bench", "shell: python\n        run: |\n          npx = cowsay\n          npx cowsay"
    )
    assert messages(stamped().add(PATH, script), "SC-05") == []
    assert messages(stamped().add("scripts/bench", "#!/usr/bin/env python3\nnpx cowsay\n"), "SC-05") == []
    assert messages(stamped().add("docs/tools.md", "curl https://x.test | sh\n"), "SC-05") == []


def test_npx_runs_what_the_lock_holds():
    lock = json.loads(NPM_LOCK)
    lock["packages"]["node_modules/fastify-cli"] = {"version": "7.4.0", "bin": {"fastify-start": "cli.js"}}
    service = with_npm(running("npx fastify-start\nnpx fastify")).add("web/package-lock.json", json.dumps(lock))
    assert messages(service, "SC-05") == []


# SC-06, SC-07, SC-10: releases.

ATTESTED = RELEASED[RELEASED.index("      - name: Attest where") : RELEASED.index("      - name: Attest what")]
REUSED = """\
name: Release
on:
  push:
    tags: ["v*"]
jobs:
  image:
    uses: acme/platform/.github/workflows/release.yml@3d3c42e5aac5ba805825da76410c181273ba90b1 # v2.1.0
    permissions: {id-token: write, attestations: write}
"""


@pytest.mark.parametrize(
    ("text", "states"),
    [
        (RELEASED, ("pass", "pass")),
        (REUSED, ("pass", "pass")),
        (RELEASED.replace(ATTESTED, "").replace("push: true", "push: true\n          provenance: mode=max"), ("pass", "pass")),
        (RELEASED.replace(ATTESTED, "      - run: cosign sign --yes x\n"), ("pass", "pass")),
        (RELEASED.replace("id-token: write", "id-token: none"), ("fail", "pass")),
        (RELEASED.replace("      - name: List what is in it\n        run: make sbom\n", ""), ("pass", "fail")),
        (RELEASED.replace("push: true", "push: false"), ("not_applicable", "not_applicable")),
        (RELEASED.replace('on:\n  push:\n    tags: ["v*"]', "on: pull_request"), ("not_applicable", "not_applicable")),
        (
            RELEASED[: RELEASED.index("      - name: Build and push")].replace("enable-cache: false", "enable-cache: false\n      - run: uv publish"),
            ("fail", "fail"),
        ),
    ],
    ids=["as it should be", "by the platform", "by the builder", "by cosign", "without the right", "no SBOM", "no push", "for pull requests", "nothing"],
)  # fmt: skip
def test_what_a_release_proves(text, states):
    service = stamped().add(RELEASE, text)
    assert (service.verdict("SC-06").state, service.verdict("SC-07").state) == states


def test_the_platforms_workflow_where_the_blueprint_asks_for_it():
    wanted = "acme/platform/.github/workflows/release.yml"
    assert released(stamped()).verdict("SC-06", workflow=wanted).state == "fail"
    assert stamped().add(RELEASE, REUSED).verdict("SC-06", workflow=wanted).state == "pass"


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (lambda s: s.drop("CHANGELOG.md").add("CHANGES.rst", "0.1.0\n-----\n"), 0),
        (lambda s: s.drop("CHANGELOG.md").add(".github/release.yml", "changelog: {}\n"), 0),
        (lambda s: s.add("CHANGELOG.md", "# Changelog\n\n## 0.0.9\n"), 1),
        (lambda s: released(s).drop("docs/release-verification.md"), 1),
        (lambda s: released(s).drop("docs/release-verification.md").append("README.md", "\n    cosign verify x\n"), 0),
    ],
    ids=["another name", "made at the release", "behind", "no guide", "in the readme"],
)
def test_what_is_told_of_changes(edit, found):
    assert len(messages(edit(stamped()), "SC-10")) == found


# SC-09: binaries.


@pytest.mark.parametrize(
    ("path", "content", "found"),
    [
        ("docs/logo.png", b"\x89PNG\r\n\x1a\n\0\0", 0),
        ("docs/font.woff2", b"wOF2\0\1\0\0", 0),
        ("data/rows.bin", bytes(range(256)), 0),
        ("src/orders/lib.so", b"just text\n", 0),
        ("src/orders/empty.class", b"", 0),
        ("notes/MZ", b"MZ is how a program begins\n", 0),
        ("notes/MZ.bin", b"MZ\0\0" + bytes(80), 0),
        ("tools/run", ELF, 1),
        ("tools/run.txt", ELF, 1),
        ("tools/run.png.bak", b"\0asm\1\0\0\0", 1),
        ("tools/x.dat", b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0", 1),
        ("tools/x.macho", b"\xcf\xfa\xed\xfe" + bytes(20), 1),
        (".mvn/wrapper/maven-wrapper.jar", b"PK\3\4\0\0", 1),
        ("src/orders/__pycache__/x.pyc", b"\xa7\r\r\n\0\0", 1),
        ("lib/big.jar", b"PK\3\4" + bytes(1_200_000), 1),
        ("lib/big", ELF + bytes(1_200_000), 1),
    ],
)
def test_what_nobody_can_review(path, content, found):
    assert len(messages(stamped().add(path, content), "SC-09")) == found


def test_a_wrapper_that_a_workflow_validates():
    jar = stamped().add("gradle/wrapper/gradle-wrapper.jar", b"PK\3\4\0\0")
    assert len(messages(jar, "SC-09")) == 1
    checked = jar.edit(
        CI,
        "      - name: Set up uv\n",
        f"      - uses: gradle/actions/wrapper-validation@{SHA} # v5\n      - name: Set up uv\n",
    )
    assert messages(checked, "SC-09") == []
    assert jar.verdict("SC-09", allowed=["gradle/"]).state == "pass"
