"""How the tables came to be: one file for each step, never changed once it has run anywhere."""
