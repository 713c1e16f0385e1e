"""What a makefile that the locked one includes may do, and what it may not."""

import pytest

from tests.guard.service import stamped

TAKEN = [
    "\toverride RUN := true #\n", "define := x\noverride RUN := true #\n", "-include made.mk\nmade.mk:\n\techo 'RUN := true' > $@\n",
    "X := $(shell printf 'exit 0' > .venv/bin/pytest)\n",
    "check: ;@echo green\n", "test: ;@true\n", "test:\n\t@true\n", "test: ;\n", "lint test:: \\\n  x\n\t@true\n",
    "T := test\n$(T): ;@true\n", "RUN := true\n", "override RUN := true\n", "  RUN \\\n  = true\n", "define RUN\ntrue\nendef\n",
    "undefine UV\n", "test: RUN := true\n", "test: private override RUN = true\n", "%: RUN = true\n", "RUN != echo true\n",
    "FIX := 1\n", "FIX ?= 1\n", "SHELL := /bin/true\n", "SHELL = true\n", ".SHELLFLAGS := -n -c\n", "MAKEFLAGS += -n\n",
    "MAKEFLAGS += --ignore-errors\n", "MAKEOVERRIDES = RUN=true\n", ".IGNORE:\n", ".IGNORE: test\n", ".ONESHELL:\n",
    ".RECIPEPREFIX := >\n", "export PATH := /tmp/fake\n", "export PATH := bin:$(PATH)\n", "Makefile:\n\t@true\n", "ifdef CI\nRUN := true\nendif\n",
]  # fmt: skip
ALLOWED = [
    "bench:\n\t$(RUN) locust\n", "check: bench\nbench: ; $(RUN) locust\n", ".PHONY: bench test\n", "MINE := $(RUN) x\n",
    "# test: ;@true\n", "bench: RUN = other\n", "SHELL := /bin/bash\n.SHELLFLAGS := -eu -o pipefail -c\n",
    "MAKEFLAGS += --no-builtin-rules -j4\n", "export PATH := $(PATH):bin\n", "-include .env\n", "bench:\n\techo 'test: ;@true'\n",
]  # fmt: skip
DARK = [
    "include $(shell ls mk)\n", "$(eval RUN := true)\n", "bench:\n\t$(eval RUN := true)\n", "$(shell echo test): ;@true\n",
    "$(shell echo RUN) := true\n", "$(foreach x,test,$(x):;@true)\n",
]  # fmt: skip


@pytest.mark.parametrize("text", TAKEN)
def test_what_takes_a_gate_away(text):
    verdict = stamped().add("Makefile.local", text).verdict("CI-09")
    assert [(one.state, one.path) for one in verdict.findings] == [("fail", "Makefile.local")], verdict.findings


@pytest.mark.parametrize("text", ALLOWED)
def test_what_a_team_may_add(text):
    assert stamped().add("Makefile.local", text).verdict("CI-09").state == "pass"


@pytest.mark.parametrize("text", DARK)
def test_what_only_make_can_work_out(text):
    assert stamped().add("Makefile.local", text).verdict("CI-09").state in ("unknown", "fail")


@pytest.mark.parametrize("include", ["include mk/a.mk", "-include $(D)/a.mk\nD := mk", "include $(wildcard mk/*.mk)"])
def test_what_is_included_in_turn(include):
    service = stamped().add("Makefile.local", f"{include}\n").add("mk/a.mk", "test: ;@true\n")
    assert [one.path for one in service.verdict("CI-09").findings] == ["mk/a.mk"]


def test_a_makefile_that_make_reads_first():
    (finding,) = stamped().add("GNUmakefile", "include Makefile\ntest: ;@true\n").verdict("CI-09").findings
    assert finding.path == "GNUmakefile"
