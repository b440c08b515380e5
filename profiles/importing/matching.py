"""Which text of a new version is which of the old one, so that keys survive an import."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher, get_close_matches

LIKE = 0.6  # get_close_matches' own measure
MOST_COMPARED = 100  # pairs: comparing letter by letter is slow


def matched(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Places in ``new`` mapped to the places in ``old`` that they continue; what is new has none.

    Equal texts first, in order and then wherever they went, so that one that
    was put between the others takes nobody's place. Then, among what stands
    between the same neighbours, the text that is most alike. Then the same place.
    """
    pairs: dict[int, int] = {}
    for rule in (_equal_in_order, _equal_anywhere, _alike, _same_place):
        taken = set(pairs.values())
        for here, there in rule(old, new):
            if here not in pairs and there not in taken:
                pairs[here] = there
                taken.add(there)
    return pairs


def _equal_in_order(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        yield from zip(range(block.b, block.b + block.size), range(block.a, block.a + block.size), strict=True)


def _equal_anywhere(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    places: dict[str, list[int]] = {}
    for there, text in enumerate(old):
        places.setdefault(text, []).append(there)
    for here, text in enumerate(new):
        yield from ((here, there) for there in places.get(text, ()))


def _alike(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    for tag, a, a_end, b, b_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "replace" and (a_end - a) * (b_end - b) <= MOST_COMPARED:
            texts = {new[here]: here for here in range(b, b_end)}
            for there in range(a, a_end):
                for text in get_close_matches(old[there], texts, n=1, cutoff=LIKE):
                    yield texts[text], there


def _same_place(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    yield from ((place, place) for place in range(min(len(old), len(new))))
