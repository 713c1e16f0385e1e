"""Forges: where repositories are kept, and pull requests are opened."""
