"""Parsers that take a document apart into entries of verbatim text, one module a format."""
