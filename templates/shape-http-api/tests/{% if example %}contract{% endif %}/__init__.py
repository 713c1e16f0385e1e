"""Proof that the service does what its description says."""
