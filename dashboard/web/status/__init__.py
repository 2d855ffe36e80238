"""How the parts are doing, from what was met in passing: asking costs requests of the hour."""
