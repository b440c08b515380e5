import os
from argparse import ArgumentParser
from socket import socket
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from monitor.demo import serving, staff


class Command(BaseCommand):
    help = "Prepares the demonstration (database, reference rows, demo profiles, sample accounts), then serves site and worker on this machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port",
            type=int,
            default=os.environ.get("MONITOR_PORT", "8000"),
            help="where to serve; 0 for any free port (environment: MONITOR_PORT; default: 8000)",
        )
        parser.add_argument("--no-serve", action="store_true", help="prepare everything, serve nothing")

    def handle(self, *args: Any, port: int, no_serve: bool, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("The demonstration serves this machine alone: unset MONITOR_HOSTS.")
        if no_serve:
            self.prepare()
            return
        with self.hold(port) as held:
            self.prepare()
            self.serve(held)

    def hold(self, port: int) -> socket:
        try:
            return serving.hold(port)
        except (OSError, OverflowError) as refusal:
            raise CommandError(
                f"Port {port} cannot be used ({refusal}). Choose another one: MONITOR_PORT=8001 make demo"
            ) from refusal

    def prepare(self) -> None:
        """Everything but serving; quick when it was done before."""
        self.stdout.write("Preparing the database …")
        call_command("migrate", verbosity=0)
        call_command("load_reference", stdout=self.stdout)
        call_command("load_demo", stdout=self.stdout)
        passwords = staff.make_missing()
        for name, password in passwords.items():
            self.stdout.write(f"  account {name:<12} password {password}")
        told = "These passwords are shown this once." if passwords else "The sample accounts are there."
        self.stdout.write(f"{told} To set a new password: .venv/bin/python manage.py changepassword NAME")

    def serve(self, held: socket) -> None:
        site = f"http://{serving.HOST}:{held.getsockname()[1]}"
        environment = {
            "DJANGO_SETTINGS_MODULE": "monitor.demo.settings",
            "MONITOR_SITE_URL": os.environ.get("MONITOR_SITE_URL", site),
        }
        try:
            with serving.running(held, environment) as processes:
                serving.wait_until_it_answers(f"{site}/", processes)
                self.tell(site)
                serving.watch(processes)
        except serving.EndedByItself as ended:
            raise CommandError(str(ended)) from ended
        except KeyboardInterrupt:
            self.stdout.write("Site and worker have ended.")

    def tell(self, site: str) -> None:
        kept = settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")
        mails = f"{site}/demo/mails/" if kept else "are sent, since EMAIL_URL is set"
        self.stdout.write(f"\n  Site   {site}/\n  Admin  {site}/admin/\n  Mails  {mails}\n\nCtrl-C ends it.")
        self.stdout.flush()
