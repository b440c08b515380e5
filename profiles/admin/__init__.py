"""Where researchers and editors work."""

from . import editions, profile, reference

__all__ = ["editions", "profile", "reference"]
