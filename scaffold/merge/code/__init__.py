"""Merging code: definitions, statements and what stands in brackets as entries, proven on the parsed file."""
