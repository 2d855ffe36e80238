"""The long run of the proof: ``python -m tests.soak``."""
