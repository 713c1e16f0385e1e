"""Tests of what platform engineers do to libraries."""
