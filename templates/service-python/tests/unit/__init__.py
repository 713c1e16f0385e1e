"""Tests of one unit each, without input or output."""
