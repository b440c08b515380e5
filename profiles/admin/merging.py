"""A form that knows what its user read, and so what they typed.

Optimistic locking with a three-way merge by field: what was read, what is stored
now, what was typed.

Each field's value travels through the browser as a digest, beside the field. So
a form can tell what was typed here from what someone else stored meanwhile, and
a save writes only the former: of two who edit one profile, nobody undoes what
the other did elsewhere in it.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from .editor import HtmlField, as_read


@dataclass(frozen=True)
class Theirs:
    """What someone else stored in a field while it was being edited here."""

    field: str
    label: str
    html: SafeString
    text: str
    typed_too: bool


class MergingForm(forms.ModelForm):
    """A form that saves what was typed, and nothing else.

    A field is changed when it differs from what was read (``seen``), whatever
    is stored by now; the others keep what is stored.
    """

    remembered: tuple[str, ...] = ()
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            digests = [f"{name}:{self._digest(name, self.initial.get(name))}" for name in self._kept]
            self.fields["seen"].initial = " ".join(digests)
            for name in self._kept:  # not shown when the page was read, as a theme while there are facts: it stays
                self.fields[name].disabled = self.is_bound and self.add_prefix(name) not in self.data

    @property
    def _kept(self) -> list[str]:
        return [name for name in self.remembered if name in self.fields]

    def _digest(self, name: str, value: Any) -> str:
        with suppress(ValidationError):  # what is invalid is told elsewhere; here it only has to differ
            value = self.fields[name].to_python(value)
        text = as_read(value) if isinstance(value, str) else str(getattr(value, "pk", value))
        return sha256(text.encode()).hexdigest()[:12]

    @cached_property
    def was_read(self) -> dict[str, str]:
        """Digests of what the researcher read, by field; empty for a row that is new."""
        pairs = [pair.split(":", 1) for pair in str(self["seen"].value() or "").split() if ":" in pair]
        return dict(pairs)

    @cached_property
    def typed(self) -> list[str]:
        """The fields that were changed here; one that the browser did not send was not."""
        return [name for name in self._kept if self.add_prefix(name) in self.data and self._was_typed(name)]

    def _was_typed(self, name: str) -> bool:
        was = self.was_read.get(name) or self._digest(name, "")
        return self._digest(name, self[name].value()) != was

    @cached_property
    def changed_data(self) -> list[str]:
        return self.typed if self.was_read else super().changed_data

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if not self.instance._state.adding and self.was_read:
            for name in set(self._kept) - set(self.typed):
                cleaned[name] = getattr(self.instance, name)
        return cleaned

    @cached_property
    def theirs(self) -> list[Theirs]:
        """What is stored now and was not read here, field by field; not what was typed here too, word for word."""
        if not self.is_bound or self.instance._state.adding:
            return []
        return [
            self._theirs(name)
            for name in self._kept
            if name != "position"
            and self._digest(name, self.initial[name])
            not in (self.was_read.get(name), self._digest(name, self[name].value()))
        ]

    def _theirs(self, name: str) -> Theirs:
        field, stored = self.fields[name], self.initial[name]
        if isinstance(field, HtmlField):
            html = mark_safe(field.sanitise(stored))  # noqa: S308
            text = field.widget.format_value(stored)
        else:
            text = str(field.to_python(stored) or "")
            html = format_html("{}", text or "–")
        return Theirs(name, str(field.label or name), html, text, name in self.typed)
