"""Three-way merges of one file's content."""
