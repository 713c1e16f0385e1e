"""What stands in source code, as facts that tables of patterns are held against."""
