"""HTTP: how the outside reaches the use cases."""
