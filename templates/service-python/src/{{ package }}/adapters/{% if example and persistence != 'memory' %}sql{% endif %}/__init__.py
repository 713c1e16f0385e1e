"""SQL: keeps things in a database, and brings its tables along."""
