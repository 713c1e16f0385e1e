"""Lint: what is wrong with a blueprint before anybody stamps it, each rule one function over a draft."""
