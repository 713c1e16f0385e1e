"""The reports about fleets: their values, and one module for each way to show them."""
