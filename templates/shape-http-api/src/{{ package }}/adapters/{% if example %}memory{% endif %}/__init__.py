"""Memory: keeps things for as long as the process lives."""
