"""Taking back what was done, as a page and in the drawer."""
