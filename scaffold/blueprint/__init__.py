"""Blueprints: what a library prescribes for one kind of service."""
