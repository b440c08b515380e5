"""The admin's door: its name, and how passwords are asked for at it."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from monitor import guessing


class LoginForm(AdminAuthenticationForm):
    """Django's own, which looks at a password only if there were not too many wrong ones."""

    def clean(self) -> dict[str, Any]:
        account = self.cleaned_data.get("username")
        if not account or self.request is None:
            return super().clean()
        with guessing.counted(guessing.logging_in(self.request, account)):
            return super().clean()


class PasswordForm(AdminPasswordChangeForm):
    def clean_old_password(self) -> str:
        with guessing.counted(guessing.changing(self.user.get_username())):
            return super().clean_old_password()


class StaffSite(AdminSite):
    site_header = _("Treaty Monitor")
    site_title = _("Treaty Monitor")
    index_title = _("Editing and publishing")
    login_form = LoginForm
    enable_nav_sidebar = False  # the index says the same, and texts and lists need the width

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        response = super().login(request, extra_context)
        if request.method == "POST" and response.status_code == 302:
            guessing.remember(response, request.user.get_username())
        return response

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """As Django's, which names its form in the middle of it."""
        request.current_app = self.name
        view = PasswordChangeView.as_view(
            form_class=PasswordForm,
            success_url=reverse("admin:password_change_done", current_app=self.name),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return view(request)
