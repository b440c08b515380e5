"""What a stranger may send to follow something."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from notifications import addresses
from notifications.scope import Scope
from profiles.models import Country, Theme


class SubscribeForm(forms.Form):
    """An address, and what to follow: a country or all, under a theme or all."""

    address = forms.CharField(
        label=_("Your e-mail address"),
        strip=False,  # clean_address decides what may surround an address
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": addresses.EXAMPLE},
    )
    country = forms.ModelChoiceField(
        Country.objects.all(),
        label=_("Country"),
        to_field_name="slug",
        required=False,
        empty_label=_("All countries"),
        error_messages={"invalid_choice": _("This country is not in the list any more. Choose another one.")},
    )
    theme = forms.ModelChoiceField(
        Theme.objects.all(),
        label=_("Theme"),
        to_field_name="slug",
        required=False,
        empty_label=_("All themes"),
        error_messages={"invalid_choice": _("This theme is not in the list any more. Choose another one.")},
    )
    website = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def clean_address(self) -> str:
        return addresses.clean_address(self.cleaned_data["address"])

    @property
    def is_by_robot(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.cleaned_data["website"])

    @property
    def scope(self) -> Scope:
        chosen: dict[str, Any] = self.cleaned_data
        return Scope(chosen["country"], chosen["theme"], get_language() or "en")
