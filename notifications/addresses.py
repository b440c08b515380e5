"""The one door for mail addresses: whatever passes here names exactly one mailbox, and cannot write a header.

Stricter than RFC 5321 on purpose. Quoted local parts, comments, display names
and address literals are legal mail and useless to readers; each has let
strangers into other people's headers. Domains are stored as DNS knows them
(A-labels, RFC 5891), so that what is stored is what is sent to; the encoding
rule is IDNA 2008's, because the older one of the standard library turns
"straße" into "strasse", which is somebody else's domain.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_LENGTH = 254  # RFC 5321 §4.5.3.1.3, without the angle brackets
MAX_LOCAL_LENGTH = 64
MAX_LABEL_LENGTH = 63

ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LOCAL = re.compile(rf"{ATOM}(?:\.{ATOM})*")
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
LETTERS_MARKS_DIGITS = {"Ll", "Lo", "Lm", "Mn", "Mc", "Nd"}

DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}  # one provider under two names

EXAMPLE = _("Write one whole address, such as name@example.org.")
TOO_LONG = _("An address has at most 254 characters; use a shorter one.")
NOT_VISIBLE = _("The address holds a character that cannot be seen. Type it anew instead of pasting it.")
BAD_LOCAL = _("The part before the @ may hold letters, digits and signs such as . _ + -, with single dots inside it.")
FOREIGN_LOCAL = _("The part before the @ holds a letter that many mail servers refuse. Use an address without it.")
BAD_DOMAIN = _("The part after the @ is not the name of a mail domain, such as example.org.")


def clean_address(text: str) -> str:
    """The address in ``text`` as it is stored and written to; cleaning it again changes nothing.

    Surrounding blanks go, the domain becomes lower-case ASCII, the part before
    the @ stays as typed. Raises ValidationError, with a sentence for the person
    who typed it, for anything but one ordinary address.
    """
    address = text.strip(" \t\u00a0\u3000")
    if len(address) > 2 * MAX_LENGTH:  # before any work: a stranger may send megabytes
        raise ValidationError(TOO_LONG, code="too_long")
    if any(unicodedata.category(letter).startswith(("C", "Z")) and letter != " " for letter in address):
        raise ValidationError(NOT_VISIBLE, code="not_visible")
    local, at, domain = unicodedata.normalize("NFC", address).rpartition("@")
    if not (local and at and domain):
        raise ValidationError(EXAMPLE, code="incomplete")
    cleaned = f"{_clean_local(local)}@{_clean_domain(domain)}"
    if len(cleaned) > MAX_LENGTH:
        raise ValidationError(TOO_LONG, code="too_long")
    return cleaned


def address_key(address: str) -> str:
    """What tells one cleaned address from another: capitals do not, since no one hands out mailboxes by capitals."""
    return address.lower()


def mailbox_of(address: str) -> str:
    """The mailbox a cleaned address leads to, for counting alone; it is never written to.

    What follows a plus is a tag of the owner's own. Dots are left out only where
    the provider is known to do so; elsewhere two spellings may be two people.
    """
    local, _at, domain = address_key(address).rpartition("@")
    name = local.partition("+")[0] or local
    return f"{name.replace('.', '')}@{DOTLESS[domain]}" if domain in DOTLESS else f"{name}@{domain}"


def _clean_local(local: str) -> str:
    if not local.isascii() and LOCAL.fullmatch("".join(letter for letter in local if letter.isascii()) or "a"):
        raise ValidationError(FOREIGN_LOCAL, code="foreign_local")
    if len(local) > MAX_LOCAL_LENGTH or not LOCAL.fullmatch(local):
        raise ValidationError(BAD_LOCAL, code="bad_local")
    return local


def _clean_domain(domain: str) -> str:
    labels = [_clean_label(label) for label in domain.split(".")]
    top = labels[-1]
    if len(labels) < 2 or len(top) < 2 or not (top.isalpha() or top.startswith("xn--")):
        raise ValidationError(BAD_DOMAIN, code="bad_domain")
    return ".".join(labels)


def _clean_label(label: str) -> str:
    """One part of a domain in lower-case ASCII; a part in another script by its A-label."""
    label = unicodedata.normalize("NFC", label.lower())
    if label.startswith("xn--"):
        label = _shown(label)
    ascii_label = label if label.isascii() else f"xn--{label.encode('punycode').decode()}"
    if not (LABEL.fullmatch(ascii_label) and len(ascii_label) <= MAX_LABEL_LENGTH and _is_plain(label)):
        raise ValidationError(BAD_DOMAIN, code="bad_domain")
    return ascii_label


def _shown(a_label: str) -> str:
    """What an A-label shows; one that shows plain ASCII, nothing or something irregular is a forgery."""
    try:
        shown = a_label.removeprefix("xn--").encode().decode("punycode")
    except (UnicodeError, OverflowError) as error:
        raise ValidationError(BAD_DOMAIN, code="bad_domain") from error
    if shown.isascii() or f"xn--{shown.encode('punycode').decode()}" != a_label:
        raise ValidationError(BAD_DOMAIN, code="bad_domain")
    return shown


def _is_plain(label: str) -> bool:
    """Whether a label holds letters, marks and digits only, each in its one ordinary form (RFC 5892, in short)."""
    return label.isascii() or (
        unicodedata.normalize("NFKC", label) == label == unicodedata.normalize("NFC", label.lower())
        and not unicodedata.category(label[0]).startswith("M")
        and all(letter == "-" or unicodedata.category(letter) in LETTERS_MARKS_DIGITS for letter in label)
        and not label.startswith("-")
        and not label.endswith("-")
    )
