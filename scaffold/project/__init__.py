"""What is done to one project: new, status, diff, update, undo, explain."""
