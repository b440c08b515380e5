"""A text in two halves, either of which alone says nothing: a one-time pad.

Between the mail and the click nobody is a subscriber yet, so the address of a
stranger must not lie in our database; nor may it stand in the link. One half is
kept here, the other travels in the link, and only the click brings them together.
"""

import secrets


def seal(text: str) -> tuple[bytes, bytes]:
    """Split ``text`` in two halves that look random; they tell its length and nothing else."""
    plain = text.encode()
    half = secrets.token_bytes(len(plain))
    return half, _joined(plain, half)


def unseal(half: bytes, other: bytes) -> str:
    """Bring two halves together. Raises ValueError when they do not belong together, as far as that can be seen."""
    return _joined(half, other).decode()


def _joined(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))
