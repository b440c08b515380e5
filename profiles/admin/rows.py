"""Rows of a working copy within the profile's one form: what facts, sections and footnotes have in common.

A row is what it says it is: the fact of a topic, the note or section with a key.
So one that somebody else took out and wrote anew is found again (the natural
key), though its id is another, and the two texts meet as those of any two savers.
"""

from contextlib import suppress
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .merging import MergingForm

LAST = 32_767  # a row that does not know its place comes last
NO_PLACE = _("This row does not know its place: move it up or down, and save again.")


class RowForm(MergingForm):
    """A row of the working copy: what is filled in is stored, and it may be taken out again."""

    carries_markers = ""  # the name of the field that does
    identity = "key"  # the name of the field that tells this row from all others of the profile
    position = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LAST,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), NO_PLACE),
    )

    @property
    def is_filled(self) -> bool:
        raise NotImplementedError

    @property
    def name(self) -> str:
        """What a researcher calls this row."""
        return str(self.instance)

    @cached_property
    def changed_data(self) -> list[str]:
        removed = [DELETION_FIELD_NAME] if self.is_removed else []
        if self.was_read:
            return self.typed + removed
        return [*self._kept, *removed] if self.is_filled else []

    @cached_property
    def is_removed(self) -> bool:
        return DELETION_FIELD_NAME in self.fields and bool(self[DELETION_FIELD_NAME].value())

    @cached_property
    def is_gone(self) -> bool:
        """Someone else took this row out while it was being edited here."""
        return bool(self.is_bound and self.was_read and self.instance._state.adding)

    @cached_property
    def has_new_text(self) -> bool:
        return any(name != "position" for name in self.typed)

    @property
    def place(self) -> int:
        position = None
        if "position" in self.fields:
            with suppress(ValidationError):
                position = self.fields["position"].clean(self["position"].value())
        return LAST if position is None else position

    def clean(self) -> dict[str, Any] | None:
        """A stored row stays the one it is: markers know a note by its key and by nothing else."""
        cleaned = super().clean() or self.cleaned_data
        if not self.instance._state.adding:
            cleaned[self.identity] = getattr(self.instance, self.identity)
        return cleaned

    def clean_position(self) -> int:
        position = self.cleaned_data.get("position")
        return LAST if position is None else position

    @property
    def next_text(self) -> str:
        """The text with markers as it will be stored."""
        return str(self.cleaned_data.get(self.carries_markers, self.stored_text))

    @property
    def stored_text(self) -> str:
        return str(self.initial.get(self.carries_markers) or "")


class RowFormSet(forms.BaseInlineFormSet):
    """Rows that are read in one query and written only where they changed.

    Its forms are RowForms; `Any` stands where django-stubs knows less than that.
    """

    form: type[Any]
    model: Any

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        # Django's own field asks the database once per row, and refuses rows that someone deleted meanwhile.
        form.fields["id"] = forms.CharField(required=False, initial=form.instance.pk, widget=forms.HiddenInput)
        form.empty_permitted = True  # rows that did not change need no validation either

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        if not self.is_bound:
            return super()._construct_form(i, **kwargs)  # type: ignore[misc]
        # Django's own would look by id alone, and only for rows that were stored when the page was read.
        form = forms.BaseFormSet._construct_form(self, i, instance=self._stored_row(i), **kwargs)  # type: ignore[attr-defined]
        setattr(form.instance, self.fk.attname, self.instance.pk)
        return form

    def _stored_row(self, i: int) -> Any:
        """The row that form number ``i`` speaks of as it is stored now, whoever stored it; None when it is not."""
        return self._rows[self.form.identity].get(self._posted(i, self.form.identity)) or self._rows["id"].get(
            self._posted(i, "id")
        )

    @cached_property
    def _rows(self) -> dict[str, dict[Any, Any]]:
        """The stored rows by what they are, and by id: a browser may send the second alone."""
        rows = self.get_queryset()
        return {
            name: {getattr(row, self._column(name).attname): row for row in rows} for name in (self.form.identity, "id")
        }

    def _posted(self, i: int, name: str) -> Any:
        """What form number ``i`` says in a field, as the database writes it; None for what it cannot be."""
        with suppress(ValidationError):
            return self._column(name).to_python(self.data.get(f"{self.add_prefix(i)}-{name}") or None)

    def _column(self, name: str) -> Any:
        return self.model._meta.get_field(name)

    def in_order(self) -> list[Any]:
        """The forms as they stand on the page, also when it is shown again with rows that were moved."""
        return sorted(self.forms, key=lambda form: form.place)

    def kept_forms(self) -> list[Any]:
        """The forms whose rows will be there after this save, in order."""
        return [form for form in self.in_order() if self._is_kept(form)]

    def _should_delete_form(self, form: Any) -> bool:
        return bool(super()._should_delete_form(form))  # type: ignore[misc]

    def _is_kept(self, form: Any) -> bool:
        if not form.is_valid() or self._should_delete_form(form):
            return not form.is_valid()
        return form.has_new_text if form.is_gone else bool(form.instance.pk or form.is_filled)

    def added_meanwhile(self) -> list[Any]:
        """Rows that someone else stored since this page was read."""
        if not self.is_bound:
            return []
        shown = {form.instance.pk for form in self.forms}
        return [row for row in self.get_queryset() if row.pk not in shown]

    def stored_texts(self) -> list[str]:
        """What is stored now, in reading order; the rows themselves may hold what was typed."""
        forms: list[Any] = list(self.forms)
        shown = {form.instance.pk: form.stored_text for form in forms}
        field = self.form.carries_markers
        return [shown.get(row.pk, getattr(row, field)) for row in self.get_queryset()]

    def next_texts(self) -> list[str]:
        """What will be stored after this save, in reading order."""
        field = self.form.carries_markers
        return [form.next_text for form in self.kept_forms()] + [getattr(row, field) for row in self.added_meanwhile()]

    def save_new_objects(self, commit: bool = True) -> list[Any]:
        """Rows of one's own, and those that someone else took out while they were being edited here."""
        saved = super().save_new_objects(commit)
        forms: list[Any] = list(self.initial_forms)
        for form in forms:
            if form.is_gone and form.has_new_text and not self._should_delete_form(form):
                self.new_objects.append(self.save_new(form, commit=commit))
                saved.append(self.new_objects[-1])
        return saved


class RowInline(admin.StackedInline):
    """Rows as plain inlines; whoever may only look gets Django's own read-only ones."""

    extra = 0
    editing_template = ""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        if self.has_change_permission(request, obj):
            self.template = self.editing_template
        return super().get_formset(request, obj, **kwargs)
