"""The admin's door: its name, and who may try to open it how often."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class LoginForm(AdminAuthenticationForm):
    """Django's own, which refuses even the right password while the throttle says to wait.

    The wait belongs to a network, never to an account: a stranger who guesses locks nobody else out.
    """

    def clean(self) -> dict[str, Any]:
        wait = getattr(self.request, "retry_after", None)
        if wait is None:
            return super().clean()
        minutes = -(-wait // 60)
        raise ValidationError(
            ngettext(
                "Too many attempts to log in came from your network. Try again in %(minutes)d minute.",
                "Too many attempts to log in came from your network. Try again in %(minutes)d minutes.",
                minutes,
            )
            % {"minutes": minutes}
        )


class StaffSite(AdminSite):
    site_header = _("Treaty Monitor")
    site_title = _("Treaty Monitor")
    index_title = _("Editing and publishing")
    login_form = LoginForm
