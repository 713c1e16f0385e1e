"""Processes, and bounds on our own: whatever a template starts is also ended."""
