from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.utils.translation import gettext_lazy as _


class MonitorConfig(AppConfig):
    name = "monitor"
    verbose_name = _("Site")

    def ready(self) -> None:
        from monitor import private

        private.keep_private()


class StaffAdminConfig(admin.AdminConfig):
    """Django's admin with our own door."""

    default = False
    default_site = "monitor.staff.StaffSite"
