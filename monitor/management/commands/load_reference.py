from typing import Any

from django.core.management.base import BaseCommand

from monitor.reference.loading import load


class Command(BaseCommand):
    help = (
        "Makes the regions, countries, themes, topics, site pages and groups of staff that are missing. "
        "Leaves what is there as it is, so it may be run at any time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        made = [f"{kind} {count}" for kind, count in load().items() if count]
        if options["verbosity"]:
            told = f"Made: {', '.join(made)}." if made else "All reference rows are there; nothing was written."
            self.stdout.write(told)
