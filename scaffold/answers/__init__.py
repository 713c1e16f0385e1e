"""Questions, and how they become answers."""
