"""Rules on security protocols: transport, identity, secrets, cryptography, and what a service lets in."""
