"""A campaign: one plan carried out over a fleet, wave by wave."""
