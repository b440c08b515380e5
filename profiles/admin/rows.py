"""Rows of a working copy within the profile's one form: what facts, sections and footnotes have in common."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import HttpRequest

from .remembering import RememberingForm

LAST = 32_767  # a row that does not know its place comes last


class RowForm(RememberingForm):
    """A row of the working copy: what is filled in is stored, and it may be taken out again."""

    carries_markers = ""  # the name of the field that does
    position = forms.IntegerField(required=False, min_value=0, max_value=LAST, widget=forms.HiddenInput)

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
        value = str(self["position"].value() if "position" in self.fields else "")
        return int(value) if value.isdecimal() else LAST

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

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        # Django's own field asks the database once per row, and refuses rows that someone deleted meanwhile.
        form.fields["id"] = forms.IntegerField(
            required=False, initial=form.instance.pk, widget=forms.HiddenInput, max_value=2**63 - 1
        )
        form.empty_permitted = True  # rows that did not change need no validation either

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.fields["id"].required = False
        return form

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
        return form.has_new_text if form.is_gone else bool(form.was_read or form.is_filled)

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
        """Rows of one's own, and those that someone else deleted while they were being edited here."""
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
