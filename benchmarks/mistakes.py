"""Mistakes of authors, one at a time in the same small template, and which tool says so: docs/reference/mistakes.md.

    python -m benchmarks.mistakes

`copier` comes with scaffold. `ctt` (copier-template-tester) and `helm` are asked where they are on the PATH; for Helm
the same mistake is made in a chart, where there is such a one. A mistake counts as found where the command does not
exit 0; of ours where the rule that is meant finds it.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.kit import repo, write

HERE = Path(sys.executable).parent
Change = tuple[str, str, str] | None  # a file, and what in it becomes what; of a new file all of it


class Mistake(NamedTuple):
    """A mistake in the template, the rule of ours that is meant to find it, and the mistake in the chart, if any."""

    template: Change
    rule: str
    chart: Change = None


COPIER = {
    "copier.yml": "_subdirectory: template\nname:\n  type: str\n  help: Name\n  default: demo\n"
    "size:\n  type: str\n  help: Size\n  default: small\n  choices: [small, large]\n",
    "template/README.md.jinja": "# {{ name }} {{ size }}\n",
    "template/ci.yml.jinja": "name: {{ name }}\nversion: '1.0'\n",
    "ctt.toml": '[defaults]\n\n[output.".ctt/small"]\nsize = "small"\n\n[output.".ctt/large"]\nsize = "large"\n',
}
LIBRARY = {
    "blueprints/demo/blueprint.yml": "name: demo\nversion: 1.0.0\ntitle: Demo\nowners: ['@acme']\nlayers: [demo]\n",
    "blueprints/demo/cases/small.yml": "{}\n",
    "blueprints/demo/cases/large.yml": "size: large\nname: other\n",
    "blueprints/demo/CHANGELOG.md": "# Changelog\n",
}
CHART = {
    "Chart.yaml": "apiVersion: v2\nname: demo\nversion: 1.0.0\ndescription: A demo\nicon: https://localhost/x.png\n",
    "values.yaml": "name: demo\nsize: small\nextra: false\n",
    "values.schema.json": json.dumps({"properties": {"size": {"enum": ["small", "large"]}}}),
    "templates/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.name }}\n"
    "data:\n  size: {{ .Values.size }}\n",
}
README, CI, ASKED, MAP = "template/README.md.jinja", "template/ci.yml.jinja", "copier.yml", "templates/map.yaml"
HIDDEN = "template/{% if size == 'none' %}x.md{% endif %}.jinja"
WORKFLOW = "on: [push]\npermissions: {}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v7\n"
MISTAKES: Mapping[str, Mistake] = {
    "none": Mistake((README, "#", "#"), "", (MAP, "v1", "v1")),
    "a template that cannot be parsed": Mistake(
        (README, "{{ size }}", "{{ size"), "BP-21", (MAP, "{{ .Values.size }}", "{{ .Values.size")
    ),
    "the same, where no answers render it": Mistake(
        (HIDDEN, "", "{{ size"), "BP-21", ("templates/x.yaml", "", "{{ if .Values.extra }}{{ .Values.size {{ end }}")
    ),
    "a variable that nobody defines": Mistake(
        (README, "{{ size }}", "{{ sise }}"), "BP-20", (MAP, ".Values.size", ".Values.sise")
    ),
    "a setting with a typo": Mistake(
        (ASKED, "template\n", "template\n_exclud: ['*.x']\n"), "BP-02", ("Chart.yaml", "description:", "descripton:")
    ),
    "a default that is no choice": Mistake(
        (ASKED, "default: small", "default: smal"), "BP-12", ("values.yaml", "size: small", "size: smal")
    ),
    "a default that reads a later question": Mistake((ASKED, "default: demo", 'default: "{{ size }}-demo"'), "BP-11"),
    "a question, or a value, that nothing reads": Mistake(
        (ASKED, "size:\n", "spare: {type: str, help: x, default: a}\nsize:\n"),
        "BP-10",
        ("values.yaml", "name:", "spare: 1\nname:"),
    ),
    "a template without its suffix": Mistake(("template/plain.md", "", "# {{ name }}\n"), "BP-23"),
    "YAML that cannot be read once rendered": Mistake(
        (CI, "name: {{ name }}", "name: @{{ name }}"), "BP-40", (MAP, "{{ .Values.name }}", "@{{ .Values.name }}")
    ),
    "YAML that means something else": Mistake(
        (CI, "version: '1.0'", "version: 1.10"), "BP-41", (MAP, "{{ .Values.size }}", "1.10")
    ),
    "an action that is not pinned": Mistake(("template/.github/workflows/x.yml", "", WORKFLOW), "BP-42"),
}


def changed(files: Mapping[str, str], change: Change) -> dict[str, str]:
    """Return files with the mistake in them."""
    path, old, new = change or ("", "", "")
    if path and old and old not in files[path]:
        raise SystemExit(f"{path} does not hold {old!r}")
    return {**files, path: files[path].replace(old, new) if old else new} if path else dict(files)


def ours(root: Path, mistake: Mistake) -> bool:
    """Lint a library whose layer is the template; whether the rule that is meant finds it."""
    layer = {f"templates/demo/{path}": text for path, text in changed(COPIER, mistake.template).items()}
    done = run(HERE / "scaffold", "blueprint", "lint", "--format", "json", write(root, {**LIBRARY, **layer}))
    found = {one["rule"] for one in json.loads(done.stdout)["findings"]}
    return mistake.rule in found if mistake.rule else bool(found - {"BP-14"})


def run(*words: str | Path, where: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a tool."""
    return subprocess.run([*map(str, words)], cwd=where, capture_output=True, text=True, check=False)


def copier(root: Path, mistake: Mistake) -> bool:
    """Let Copier copy the template with its defaults."""
    template = repo(root / "template", changed(COPIER, mistake.template))
    return (
        run(HERE / "copier", "copy", "--defaults", "--quiet", "--vcs-ref=HEAD", template, root / "out").returncode != 0
    )


def ctt(root: Path, mistake: Mistake) -> bool:
    """Let copier-template-tester make both of its outputs."""
    template = repo(root / "template", changed(COPIER, mistake.template))
    return run("ctt", "-b", template, where=template).returncode != 0


def helm(*words: str) -> Callable[[Path, Mistake], bool | None]:
    """Let Helm look at the chart."""

    def look(root: Path, mistake: Mistake) -> bool | None:
        if mistake.chart is None:
            return None
        return run("helm", *words, write(root / "chart", changed(CHART, mistake.chart))).returncode != 0

    return look


TOOLS: Mapping[str, Callable[[Path, Mistake], bool | None]] = {
    "scaffold blueprint lint": ours,
    "copier copy": copier,
    "ctt": ctt,
    "helm lint --strict": helm("lint", "--strict"),
    "helm template": helm("template", "demo"),
}


def main() -> None:
    """Print the table in Markdown, with the median time of each tool."""
    tools = {
        name: tool
        for name, tool in TOOLS.items()
        if name.split()[0] in ("scaffold", "copier") or shutil.which(name.split()[0])
    }
    times: dict[str, list[float]] = {name: [] for name in tools}
    print("| mistake |", " | ".join(f"`{name}`" for name in tools), "|")
    for said, mistake in MISTAKES.items():
        row = []
        for name, tool in tools.items():
            with TemporaryDirectory() as place:
                begun = time.perf_counter()
                found = tool(Path(place), mistake)
                times[name].append(time.perf_counter() - begun)
            row.append("does not apply" if found is None else "found" if found else "-")
        print(f"| {said} |", " | ".join(row), "|")
    print("| seconds, median |", " | ".join(f"{sorted(each)[len(each) // 2]:.2f}" for each in times.values()), "|")


if __name__ == "__main__":
    main()
