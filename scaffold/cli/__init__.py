"""The command line: commands parse and call, `console` writes, `prompt` asks, `report` words it."""
