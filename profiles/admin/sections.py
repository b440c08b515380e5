"""The text under its headings."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from profiles import limits
from profiles.models import Section
from profiles.richtext import clean

from .editor import EditorWidget, HtmlField, cleaned, is_blank
from .rows import RowForm, RowFormSet, RowInline


class SectionForm(RowForm):
    remembered = ("heading", "body", "position")
    carries_markers = "body"
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    heading = forms.CharField(
        label=_("heading"),
        required=False,
        max_length=limits.HEADING,
        widget=forms.TextInput(attrs={"class": "vTextField", "placeholder": _("No heading: the lead")}),
    )
    body = HtmlField(label=_("text"), required=False, sanitise=clean, longest=limits.BODY, widget=EditorWidget())

    class Meta:
        model = Section
        fields = ["heading", "body", "position"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields["key"].initial = self.instance.key

    def clean_key(self) -> UUID:
        """The browser names a new section, so that sending it twice makes one; without a script we do."""
        key: UUID = self.instance.key
        if self.instance._state.adding:
            self.instance.key = key = self.cleaned_data["key"] or key
        return key

    @property
    def is_filled(self) -> bool:
        return bool(self["heading"].value()) or not is_blank(cleaned(self["body"].value(), clean))


class SectionInline(RowInline):
    model = Section
    form = SectionForm
    formset = RowFormSet
    fields = ["heading", "body", "position"]
    editing_template = "admin/profiles/profile/_sections.html"
