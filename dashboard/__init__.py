"""Loyalty Desk: where support staff serve the members of a Brevo loyalty programme."""
