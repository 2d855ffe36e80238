"""Reports from the console's own record."""
