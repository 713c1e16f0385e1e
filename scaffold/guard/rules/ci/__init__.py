"""Rules on CI: what a workflow may do, whose code it runs, and what keeps it honest."""
