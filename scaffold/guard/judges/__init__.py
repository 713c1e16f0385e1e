"""Outside judges: other tools' findings, read from what they print and never from how they exit."""
