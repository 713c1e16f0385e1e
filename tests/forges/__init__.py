"""Servers of the tests that behave as forges do, over real bare repositories."""
