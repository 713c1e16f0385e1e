"""Renderers: answers and a release in, a tree out."""
