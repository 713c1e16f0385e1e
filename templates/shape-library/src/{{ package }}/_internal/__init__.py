"""How it works: may change with every release."""
