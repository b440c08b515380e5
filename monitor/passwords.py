"""Passwords that are long enough and yet soon guessed: the site's own words, one's own name, and the same thing again."""

import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

DISTINCT = 6
WORDS = """
treaty treaties monitor landmine mine munition cluster convention policy country profile edition
editor researcher admin user staff password passwort welcome secret
"""
LOOKALIKES = str.maketrans("01345789@$!|", "oieastbgasil")


class RepetitionValidator:
    """Refuses few different characters (``aaaaaaaaaaaa``), the same again (``namename``) and the alphabet (``abcdefghijkl``)."""

    def validate(self, password: str, user: Any = None) -> None:
        text = _plain(password)
        steps = {ord(after) - ord(before) for before, after in zip(text, text[1:], strict=False)}
        if len(set(text)) < DISTINCT or len(steps) == 1 or text in (text + text)[1:-1]:
            raise ValidationError(_("This password repeats itself. Choose one of several words."), code="repetition")

    def get_help_text(self) -> str:
        return _("Your password can’t be the same few characters again and again.")


class OwnWordsValidator:
    """Words that a stranger would try first count for nothing: WORDS, the site's name and hosts, the user's names."""

    def validate(self, password: str, user: Any = None) -> None:
        known = _parts([WORDS, str(settings.SITE_NAME), *settings.ALLOWED_HOSTS, *_names(user)])
        spelt = password.casefold()
        for text in (spelt, spelt.translate(LOOKALIKES)):
            rest, found = re.subn("|".join(known), "", text)
            if found and len(set(filter(str.isalpha, rest))) < DISTINCT:
                raise ValidationError(
                    _("This password is made of words that belong to this site or to you. Add others to them."),
                    code="own-words",
                )

    def get_help_text(self) -> str:
        return _("Your password can’t be made of words of this site or of your own name.")


def _plain(password: str) -> str:
    return re.sub(r"[\W_]", "", password.casefold()) or password


def _names(user: Any) -> list[str]:
    return [str(getattr(user, field, "") or "") for field in ("username", "first_name", "last_name", "email")]


def _parts(texts: Iterable[str]) -> list[str]:
    """Their words of three letters and more, the longest first, ready to be looked for."""
    parts = {part for text in texts for part in re.split(r"[\W\d_]+", text.casefold()) if len(part) > 2}
    return sorted(map(re.escape, parts), key=len, reverse=True)
