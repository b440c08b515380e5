from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from monitor.demo import loading


class Command(BaseCommand):
    help = "Imports and publishes the demo profiles that are missing. Profiles that are there are left as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        missing = loading.missing()
        if not missing:
            self.stdout.write("All demo profiles are there; nothing was written.")
            return
        for pages in tqdm(missing, desc="Demo profiles", unit="profile", disable=None):  # None: quiet off a terminal
            loading.load(pages)
        self.stdout.write(f"Published {len(missing)} demo profiles.")
