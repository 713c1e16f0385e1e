"""What every service shares: settings, logs, health, start and stop."""
