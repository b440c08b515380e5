"""Markers and numbers: who gets which, and what is printed for one without a note."""

from uuid import uuid4

from profiles.footnotes import UNKNOWN, keys_in, marker, number_references, renumber


def keys(number: int) -> list[str]:
    return [str(uuid4()) for _ in range(number)]


def test_notes_are_numbered_by_first_mention_over_all_texts():
    a, b, c = keys(3)
    bodies = [f"Not a party{marker(b)}", f"<p>Voted{marker(a)}{marker(b)}</p>", f"<p>Exports{marker(c)}</p>"]
    assert number_references(bodies) == {b: 1, a: 2, c: 3}


def test_a_marker_without_a_note_takes_no_number():
    a, gone, b = keys(3)
    body = marker(a) + marker(gone) + marker(b)
    assert number_references([body], known=(key for key in (b, a))) == {a: 1, b: 2}


def test_renumbering_rewrites_every_marker_and_nothing_else():
    a, gone = keys(2)
    body = f"<p>Twelve{marker(a, 9)} states [9]{marker(gone, 3)} km<sup>2</sup>{marker(a)}</p>"
    assert (
        renumber(body, {a: 1}) == f"<p>Twelve{marker(a, 1)} states [9]{marker(gone)} km<sup>2</sup>{marker(a, 1)}</p>"
    )
    assert UNKNOWN in marker(gone)


def test_keys_are_read_in_order_with_repeats():
    a, b = keys(2)
    assert keys_in(marker(b, 1) + "text" + marker(a, 2) + marker(b, 1)) == [b, a, b]
