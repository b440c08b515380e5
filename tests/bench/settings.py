"""Settings of the benchmark's server: the product's own, and one constant view to compare with."""

from monitor.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
