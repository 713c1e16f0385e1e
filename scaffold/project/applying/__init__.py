"""From a plan to the project: files, git's index and the commit."""
