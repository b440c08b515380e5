"""The overview: one row for each topic of the theme."""

from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from profiles import limits
from profiles.models import Fact, Profile, Topic
from profiles.richtext import clean_inline

from .editor import EditorWidget, HtmlField, cleaned, is_blank
from .rows import RowForm, RowFormSet, RowInline


class FactForm(RowForm):
    remembered = ("value", "position")
    carries_markers = "value"
    identity = "topic"
    label = ""  # the topic's
    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("This row does not belong to the profile's theme.")},
    )
    value = HtmlField(
        label=_("value"),
        required=False,
        sanitise=clean_inline,
        longest=limits.FACT,
        widget=EditorWidget(inline=True),
    )

    class Meta:
        model = Fact
        fields = ["topic", "value", "position"]

    @property
    def name(self) -> str:
        return self.label

    @property
    def is_filled(self) -> bool:
        return not is_blank(cleaned(self["value"].value(), clean_inline))


class FactFormSet(RowFormSet):
    """One row for each topic of the theme, stored or not; a row left empty is a fact the profile does not state."""

    instance: Profile

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            stated = {fact.topic_id for fact in self.get_queryset()}
            missing = [topic for topic in self.topics.values() if topic.pk not in stated]
            after = max((fact.position for fact in self.get_queryset()), default=-1) + 1
            self.extra = len(missing)
            self.initial_extra = [
                {"topic": topic.pk, "position": position} for position, topic in enumerate(missing, start=after)
            ]

    @cached_property
    def topics(self) -> dict[int, Topic]:
        return {topic.pk: topic for topic in Topic.objects.filter(theme=self.instance.theme_id)}

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        own = Q(theme=self.instance.theme_id) | Q(pk=form.instance.topic_id)
        form.fields["topic"].queryset = Topic.objects.filter(own)
        form.label = self._label(form)
        form.fields["value"].widget.name_editor(form.label)

    def _label(self, form: FactForm) -> str:
        if form.instance.topic_id:
            return str(form.instance.topic.label)
        said = str(form["topic"].value())
        return next((topic.label for topic in self.topics.values() if str(topic.pk) == said), "")

    def _should_delete_form(self, form: Any) -> bool:
        return super()._should_delete_form(form) or ("value" in form.changed_data and not form.is_filled)


class FactInline(RowInline):
    model = Fact
    form = FactForm
    formset = FactFormSet
    fields = ["topic", "value", "position"]
    editing_template = "admin/profiles/profile/_facts.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("topic")
