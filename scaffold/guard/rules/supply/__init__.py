"""Rules on the supply chain: what is depended on, how it is kept current and audited, and what may not be in git."""
