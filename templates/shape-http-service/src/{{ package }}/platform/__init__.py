"""What every service shares: settings, health, start and stop."""
