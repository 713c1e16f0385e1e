"""Git: `objects` reads and writes its database and index in-process, `porcelain` runs the user's own git."""
