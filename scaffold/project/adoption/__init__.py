"""What an adoption finds out: where a repository comes from, and what fits it."""
