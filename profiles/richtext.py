"""The one place where edited HTML becomes safe."""

import nh3


def clean(html: str) -> str:
    return nh3.clean(html)


def clean_inline(html: str) -> str:
    return nh3.clean(html)


def clean_note(html: str) -> str:
    return nh3.clean(html)
