"""Logging in to the admin: guessing is slow, and locks nobody else out."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def password(settings):
    settings.THROTTLES = {"admin:login": 5}
    User.objects.create_superuser("ana", password="a long enough secret")
    return "a long enough secret"


def log_in(client, password, address="192.0.2.1"):
    data = {"username": "ana", "password": password}
    return client.post(reverse("admin:login"), data, REMOTE_ADDR=address)


def test_the_right_password_opens_the_admin(client, password):
    assert log_in(client, password).status_code == 302


def test_after_too_many_guesses_even_the_right_password_waits(client, password):
    for guess in range(5):
        assert "correct username and password" in log_in(client, f"guess {guess}").content.decode()
    refused = log_in(client, password)
    assert refused.status_code == 200
    assert "Too many attempts to log in came from your network." in refused.content.decode()


def test_somebody_elses_guesses_do_not_lock_the_owner_out(client, password):
    for guess in range(7):
        log_in(client, f"guess {guess}", address="198.51.100.7")
    assert log_in(client, password).status_code == 302
