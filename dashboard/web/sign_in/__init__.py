"""Signing in and out, and the one-time link that sets a password."""
