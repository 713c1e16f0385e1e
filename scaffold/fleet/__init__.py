"""Many projects at once: which there are, and where their repositories are to be had."""
