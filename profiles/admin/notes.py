"""Footnotes as rows of plain text, and the watch over their markers."""

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from itertools import chain
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from profiles import limits
from profiles.canonical import REL
from profiles.footnotes import keys_in, number_references
from profiles.models import Footnote
from profiles.richtext import clean_note

from .editor import HtmlField, cleaned, is_blank
from .rows import LAST, RowForm, RowFormSet, RowInline


class NoteArea(forms.Textarea):
    """A plain text area; what reaches it has been cleaned, and is without what cleaning adds to every link."""

    def format_value(self, value: Any) -> str:
        return cleaned(value, clean_note).replace(f' rel="{REL}"', "")


class FootnoteForm(RowForm):
    """A note in a plain text area: an editor for each of 300 notes would take a browser minutes and gigabytes."""

    remembered = ("text",)
    number: int | None = None
    position = None  # type: ignore[assignment]  # notes stand in the order in which they are cited
    key = forms.UUIDField(widget=forms.HiddenInput)
    text = HtmlField(
        label=_("text"),
        required=False,
        sanitise=clean_note,
        longest=limits.NOTE,
        widget=NoteArea(attrs={"rows": 2, "cols": 60}),
    )

    class Meta:
        model = Footnote
        fields = ["key", "text"]

    @property
    def is_filled(self) -> bool:
        return not is_blank(cleaned(self["text"].value(), clean_note))


class FootnoteFormSet(RowFormSet):
    """The notes in the order in which they are cited, those that nothing cites last.

    They also watch over their markers: a save that would lose some asks first,
    for an editor that failed to load its plugin loses all of them at once.
    """

    texts: Sequence[RowFormSet] = ()  # facts and sections, given by ProfileAdmin

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Numbers as stored, by key."""
        return number_references(chain.from_iterable(formset.stored_texts() for formset in self.texts))

    def get_queryset(self) -> Any:
        notes = super().get_queryset()
        if self.is_bound:
            return notes
        if not hasattr(self, "_sorted"):
            self._sorted = sorted(notes, key=lambda note: self.numbers.get(str(note.key), LAST))
        return self._sorted

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.number = self.numbers.get(str(form["key"].value()))

    def in_order(self) -> list[Any]:
        return list(self.forms)

    @cached_property
    def losing(self) -> list[Any]:
        """The forms of notes that are cited now, are kept, and would be cited nowhere after this save."""
        kept = set(chain.from_iterable(map(keys_in, chain.from_iterable(f.next_texts() for f in self.texts))))
        return [
            form
            for form in self.kept_forms()
            if (key := str(form.instance.key)) in self.numbers and key not in kept and not form.is_gone
        ]

    @property
    def losing_id(self) -> str:
        """What the tick agrees to: these markers and no others."""
        return sha256(" ".join(str(form.instance.key) for form in self.losing).encode()).hexdigest()[:12]

    def clean(self) -> None:
        super().clean()
        if self.losing and self.data.get("lose_markers") != self.losing_id:
            raise ValidationError(
                ngettext(
                    "This would take the last mark of %(count)d footnote out of the text (of %(all)d). "
                    "If you mean it, say so below; nothing has been saved yet.",
                    "This would take the last marks of %(count)d footnotes out of the text (of %(all)d). "
                    "If you mean it, say so below; nothing has been saved yet.",
                    len(self.losing),
                ),
                code="losing-markers",
                params={"count": len(self.losing), "all": len(self.numbers)},
            )


class FootnoteInline(RowInline):
    model = Footnote
    form = FootnoteForm
    formset = FootnoteFormSet
    fields = ["key", "text"]
    editing_template = "admin/profiles/profile/_footnotes.html"
