"""A library and a project for each test."""

import pytest

from tests.scenarios import world


@pytest.fixture
def library(tmp_path):
    return world.make_library(tmp_path / "library")


@pytest.fixture
def project(library, tmp_path):
    return world.stamp(library, tmp_path / "project")
