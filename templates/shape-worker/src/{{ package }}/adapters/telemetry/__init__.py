"""Tells what becomes of jobs: as traces, as metrics and as log lines."""
