"""Jinja in a sandbox, with the additions of Copier's template format."""
