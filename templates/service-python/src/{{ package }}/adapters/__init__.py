"""What speaks to the outside, one package each."""
