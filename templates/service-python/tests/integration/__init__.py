"""Tests of the service from outside."""
