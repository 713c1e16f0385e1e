"""Rules on operations: what containers may do, and that a service says how it is and what it does."""
