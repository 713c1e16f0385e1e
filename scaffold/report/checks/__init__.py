"""The reports of a check, one module a format. Each is made from the same findings, waived ones among them."""
