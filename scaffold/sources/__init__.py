"""Where libraries come from: built in, a folder, or a git repository by path or URL."""
