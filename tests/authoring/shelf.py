"""A small library that lint finds nothing in, to be spoiled by one change at a time."""

from collections.abc import Mapping
from pathlib import Path

from tests.kit import Content, write

MANIFEST = """\
name: tool
version: 1.0.0
title: A tool
owners: ["@acme/platform"]
layers: [base, app]
ownership:
  "*": managed
  /src/**: seeded
  /.editorconfig: locked
  /settings.toml:
    file: managed
    keys:
      build.strict: locked
compose:
  .gitignore: union
guardrails:
  use: ["CI-*"]
  rules:
    OP-08: {when: "{{ size == 'large' }}"}
    ACME-01:
      title: Settings say how they are built
      severity: medium
      value: {files: /settings.toml, key: build.strict, equals: true}
"""
QUIET = MANIFEST.replace('  use: ["CI-*"]\n', "").replace("    OP-08: {when: \"{{ size == 'large' }}\"}\n", "")
BASE = """\
name:
  type: str
  help: Name of the tool
  default: demo
  validator: "{% if '/' in name or '.' in name %}must be a plain name{% endif %}"
size:
  type: str
  help: How large it is
  default: small
  choices: [small, large]
"""
APP = """\
package:
  type: str
  help: The package
  default: "{{ name | replace('-', '_') }}"
  validator: "{% if '/' in package or '.' in package %}must be a plain name{% endif %}"
"""
CI = """\
on: [push]
permissions: {}
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
"""
FILES: Mapping[str, Content] = {
    "blueprints/tool/blueprint.yml": MANIFEST,
    "blueprints/tool/CHANGELOG.md": "# Changelog\n\n## 1.0.0 - 2026-11-01\n\n- feat: the first one\n",
    "blueprints/tool/cases/small.yml": "{}\n",
    "blueprints/tool/cases/large.yml": "name: big-tool\nsize: large\n",
    "templates/base/copier.yml": BASE,
    "templates/base/.editorconfig": "root = true\n",
    "templates/base/.gitignore": "*.log\n",
    "templates/base/README.md.jinja": "# {{ name }}\n\nSee [settings](settings.toml).\n{% if size == 'large' %}Large.\n{% endif %}",
    "templates/app/copier.yml": APP,
    "templates/app/.gitignore": "build/\n",
    "templates/app/settings.toml": "[build]\nstrict = true\n",
    "templates/app/.github/workflows/ci.yml": CI,
    "templates/app/src/{{ package }}/main.py.jinja": "print('{{ name }}')\n",
}


def shelf(root: Path, changes: Mapping[str, Content | tuple[str, str] | None] = {}) -> Path:
    """Write the library with some files other: a new text, a part of the text to replace, or None to leave one out."""
    files = dict(FILES)
    for path, change in changes.items():
        if change is None:
            files.pop(path)
        elif isinstance(change, tuple):
            before = files.get(path, "")
            assert isinstance(before, str) and change[0] in before, f"{path} does not hold {change[0]!r}"
            files[path] = before.replace(*change)
        else:
            files[path] = change
    return write(root, files)
