"""Every test of the sandbox has one of its own."""

from tests.support.sandbox import sandbox

__all__ = ["sandbox"]
