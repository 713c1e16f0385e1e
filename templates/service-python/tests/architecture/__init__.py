"""Proof that the layers hold."""
