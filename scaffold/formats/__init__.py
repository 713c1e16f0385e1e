"""The data formats that libraries and projects are written in."""
