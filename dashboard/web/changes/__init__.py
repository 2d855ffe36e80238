"""What every change has in common: whose it is, how its form is shown and sent, and what became of it."""
