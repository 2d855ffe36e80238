"""What the console could not settle by itself, and a person's decision about it."""
