"""The address without a path: on to the programme to work in."""
