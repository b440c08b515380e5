"""The text under its headings."""

from django import forms
from django.utils.translation import gettext_lazy as _

from profiles.models import Section
from profiles.richtext import clean

from .editor import EditorWidget, HtmlField, is_blank
from .rows import RowForm, RowFormSet, RowInline


class SectionForm(RowForm):
    remembered = ("heading", "body", "position")
    carries_markers = "body"
    heading = forms.CharField(
        label=_("heading"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "vTextField", "placeholder": _("No heading: the lead")}),
    )
    body = HtmlField(label=_("text"), required=False, sanitise=clean, widget=EditorWidget())

    class Meta:
        model = Section
        fields = ["heading", "body", "position"]

    @property
    def is_filled(self) -> bool:
        return bool(self["heading"].value()) or not is_blank(clean(str(self["body"].value() or "")))


class SectionInline(RowInline):
    model = Section
    form = SectionForm
    formset = RowFormSet
    fields = ["heading", "body", "position"]
    editing_template = "admin/profiles/profile/_sections.html"
