"""How long a text may be, in characters: far more than anybody writes, and less than a page, a mail or a parser suffers from."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

HEADING = 200
OVERVIEW_HEADING = 120
BODY = 300_000  # of a section or a site page, mark-up included; the longest real one had 60,000
FACT = NOTE = 20_000
CHANGE_NOTE = REASON = 2_000

READ = 2 * BODY  # beyond this, what a form brings is not even cleaned


def at_most(limit: int) -> MaxLengthValidator:
    """Refuses what is longer. For a form's field without ``maxlength``, by which browsers cut what is pasted."""
    return MaxLengthValidator(
        limit, _("This has %(show_value)d characters, and %(limit_value)d are the most: shorten or divide it.")
    )


def refusal(text: str, limit: int) -> str:
    """The sentence that refuses a text which is longer; empty for one that is not."""
    try:
        at_most(limit)(text)
    except ValidationError as error:
        return str(error.messages[0])
    return ""
