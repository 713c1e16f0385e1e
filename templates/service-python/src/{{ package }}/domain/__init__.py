"""The rules of the business: standard library only."""
