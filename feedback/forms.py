"""What a reader may send, and what an editor may do about it."""

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.budget import Budget
from feedback.file_names import plain_name, visible
from feedback.models import FeedbackMessage, Share
from feedback.receiving import Received
from feedback.refusals import Refused
from feedback.uploads import KINDS, Accepted, judge
from profiles.models import Profile

ACCEPT = ",".join(f".{suffix}" for kind in KINDS.values() for suffix in kind.suffixes)
MAX_NUMBER = 2**31 - 1


class AttachmentField(forms.FileField):
    """One file, judged by what it is within the budget of its post; its value is an Accepted, or None."""

    widget = forms.FileInput

    def __init__(self, *args: Any, budget: Budget, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.budget = budget

    def clean(self, data: UploadedFile | None, initial: Any = None) -> Accepted | None:
        if not data:
            return None
        try:
            return judge(data.name or "", data.content_type or "", data.read(), self.budget)
        except Refused as refused:
            raise ValidationError(str(refused), code="refused") from refused


class FeedbackForm(forms.Form):
    """A message to the editors with up to five files; `as_typed` shows one again without judging it."""

    message = forms.CharField(
        label=gettext_lazy("Your message"),
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": gettext_lazy("Write your message: this field is empty.")},
    )
    name = forms.CharField(
        label=gettext_lazy("Your name (optional)"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "max_length": gettext_lazy("Shorten the name to %(limit_value)d characters; it has %(show_value)d.")
        },
    )
    address = forms.EmailField(
        label=gettext_lazy("Your e-mail address (optional)"),
        help_text=gettext_lazy("Only if you want an answer."),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "invalid": gettext_lazy("Write the whole address, such as name@example.org, or leave it empty."),
            "max_length": gettext_lazy("Write an address of up to %(limit_value)d characters, or leave it empty."),
        },
    )
    website = forms.CharField(
        label=gettext_lazy("Leave this field empty"),
        required=False,
        max_length=2_000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    edition = forms.IntegerField(required=False, min_value=1, max_value=MAX_NUMBER, widget=forms.HiddenInput)
    ticket = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, received: Received | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.received = received or Received()
        budget = Budget()
        for number, name in enumerate(_attachment_names(), 1):
            self.fields[name] = _attachment_field(number, budget)

    @classmethod
    def fresh(cls, profile: Profile) -> "FeedbackForm":
        """An empty form that knows which edition is being read, and tells a double click from a second message."""
        edition = profile.live_edition
        return cls(initial={"edition": edition and edition.number, "ticket": new_ticket()})

    @classmethod
    def as_typed(cls, data: QueryDict) -> "FeedbackForm":
        return cls(initial=data.dict())

    @property
    def attachments(self) -> list[forms.BoundField]:
        return [self[name] for name in _attachment_names()]

    @property
    def has_attachment_errors(self) -> bool:
        return any(field.errors for field in self.attachments)

    def clean_message(self) -> str:
        text: str = self.cleaned_data["message"].replace("\r\n", "\n")
        if len(text) > settings.FEEDBACK_MAX_CHARACTERS:
            raise ValidationError(
                _("Shorten your message to %(most)d characters (it has %(length)d), or attach it as a file.")
                % {"most": settings.FEEDBACK_MAX_CHARACTERS, "length": len(text)}
            )
        return text

    def clean_name(self) -> str:
        return visible(self.cleaned_data["name"])

    def clean_address(self) -> str:
        """Django takes quoted local parts, and control characters inside the quotes; no mailbox of ours needs them."""
        address: str = self.cleaned_data["address"]
        if '"' in address or not address.isprintable():
            raise ValidationError(self.fields["address"].error_messages["invalid"])
        return address

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for field, name in self.received.too_large.items():
            self.add_error(field if field in self.fields else None, _too_large(plain_name(name)))
        understood = sum(1 for name in _attachment_names() if name in self.files or name in self.received.too_large)
        if self.received.file_count > understood:
            self.add_error(
                _attachment_names()[0],
                _("Choose at most %d files, each in a field of its own.") % settings.FEEDBACK_MAX_FILES,
            )
        self._mend_hidden()
        return cleaned

    def _mend_hidden(self) -> None:
        """Nobody can mend what nobody sees: the form comes back with what it should have carried."""
        broken = [name for name in ("edition", "ticket") if self.errors.pop(name, None)]
        if broken:
            self.data = {**self.data.dict(), **dict.fromkeys(broken, ""), "ticket": new_ticket()}  # type: ignore[attr-defined]
            self.add_error(None, _("Nothing was sent: a part of this page came back changed. Send it once more."))

    def save_for(self, profile: Profile, share: Share) -> FeedbackMessage:
        """Store what was sent, bound to the edition that was read; raises as `FeedbackMessage.objects.receive` does."""
        sent = self.cleaned_data
        return FeedbackMessage.objects.receive(
            edition=profile.editions.filter(number=sent["edition"]).first() or profile.live_edition,  # type: ignore[arg-type]
            text=sent["message"],
            name=sent["name"],
            address=sent["address"],
            files=[sent[name] for name in _attachment_names() if sent[name]],
            ticket=sent["ticket"],
            is_spam=bool(sent["website"]),
            share=share,
        )


class HandlingForm(forms.ModelForm):
    """What an editor decides about a message: its state, and who deals with it."""

    class Meta:
        model = FeedbackMessage
        fields = ["state", "assignee"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if assignee := self.fields.get("assignee"):
            editors = get_user_model().objects.with_perm("feedback.change_feedbackmessage")
            former = get_user_model().objects.filter(pk=self.instance.assignee_id)
            assignee.queryset = (editors | former).order_by("username")  # type: ignore[attr-defined]
            for link in ("add", "change", "delete", "view"):  # accounts are not made or changed from here
                setattr(assignee.widget, f"can_{link}_related", False)


def new_ticket() -> str:
    return secrets.token_urlsafe(16)


def _attachment_names() -> list[str]:
    return [f"attachment_{number}" for number in range(1, settings.FEEDBACK_MAX_FILES + 1)]


def _attachment_field(number: int, budget: Budget) -> AttachmentField:
    return AttachmentField(
        label=_("File %d") % number, required=False, widget=forms.FileInput(attrs={"accept": ACCEPT}), budget=budget
    )


def _too_large(name: str) -> str:
    return _(
        "“%(name)s” is too large: a file may have %(file)d MB, all together %(post)d MB. Choose a smaller one."
    ) % {
        "name": name,
        "file": megabytes(settings.FEEDBACK_MAX_FILE_BYTES),
        "post": megabytes(settings.FEEDBACK_MAX_POST_BYTES),
    }


def megabytes(size: int) -> int:
    """Whole ones of 1024² bytes, as limits are given in."""
    return size // 1024**2
