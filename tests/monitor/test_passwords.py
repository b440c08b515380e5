"""Passwords: what is long enough and yet soon guessed is refused, in words."""

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

ANA = User(username="ana.silva", first_name="Ana", last_name="Silva", email="asilva@demining.example")


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa",
        "ababababababab",
        "namename-namename",
        "herons herons herons",
        "abcdefghijklmnop",
        "zyxwvutsrqponm",
        "treatymonitor",
        "Treaty-Monitor-2026!",
        "landmine2026",
        "Landmines_2026",
        "l4ndm1n32026",
        "landmine12345678",
        "cluster.munition.policy",
        "ana_silva_ana",
        "silva@demining",
        "AnaSilva2026!!",
        "Welcome-password-1",
        "testserver-localhost",
    ],
)
def test_a_password_soon_guessed_is_refused(password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, ANA)
    assert all(sentence.endswith(".") for sentence in refused.value.messages)


@pytest.mark.parametrize(
    "password",
    [
        "Nine tall herons stood",
        "correct horse battery staple",
        "x9$Kq27!vB3#tR",
        "landmines under nine tall herons",
        "Übergroße Schildkröte",
        "мины и журавли",
        "地雷禁止条約署名国一覧表",
        "3f9a1c77e0b24d58",
    ],
)
def test_a_good_password_is_taken(password):
    validate_password(password, ANA)


def test_without_a_user_the_sites_words_are_refused_still():
    with pytest.raises(ValidationError, match="belong to this site"):
        validate_password("treatymonitor", None)
