"""What platform engineers do to libraries."""
