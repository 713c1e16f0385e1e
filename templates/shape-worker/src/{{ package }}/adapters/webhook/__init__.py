"""Sends things to an address of the web."""
