"""What every test may ask for: a browser, a staff client, a clean cache."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, settings

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Invented input is the same everywhere, and how slow the machine is decides nothing.
settings.register_profile(
    "here", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("here")

UNITED_STATES = Path(__file__).parent / "pages" / "united-states.txt"

# A page as the world saw it is not ours to ship. Where one lies, `MONITOR_SEED=its/path make test` reads it too.
collect_ignore = [] if "MONITOR_SEED" in os.environ else ["profiles/test_importing_seed.py"]


DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "django_db_setup", "live_server"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser and what needs a database by the fixtures it asks for: nobody has to remember."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "chromium" in fixtures:
            item.add_marker("browser")
        if DATABASE_FIXTURES & fixtures or item.get_closest_marker("django_db"):
            item.add_marker("db")


@pytest.fixture(autouse=True)
def _clean_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def united_states() -> Path:
    """A text page of ordinary size: 28 notes, an "Ibid.", a quotation, a site's menu and forms around it."""
    return UNITED_STATES


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    # Playwright's sync API runs an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, live_server: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A fresh browser page on the live server that fails the test on any script error or foreign request."""
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    errors: list[str] = []

    def only_this_site(route: Any) -> None:
        if route.request.url.startswith((live_server.url, "data:", "blob:", "about:")):
            route.continue_()
        else:
            errors.append(f"foreign request to {route.request.url}")
            route.abort()

    context.route("**/*", only_this_site)
    opened = context.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors, errors


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly what was not tested, and why."""
    for report in terminalreporter.stats.get("skipped", []):
        _path, _line, reason = report.longrepr
        terminalreporter.write_line(f"!! SKIPPED {report.nodeid}: {reason.removeprefix('Skipped: ')}", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """On the integration machine nothing may be skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
