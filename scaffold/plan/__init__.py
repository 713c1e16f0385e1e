"""Plans: what an update does to each path and why, decided in memory."""
