"""Names are compared as a reader would: accents, apostrophes, case and inversion tell nothing apart."""

import re
import unicodedata

# What pages call, or called, a country whose name here is another: by ISO code.
OTHER_NAMES = {
    "BRN": ["Brunei"],
    "CIV": ["Ivory Coast"],
    "COD": ["DR Congo", "DRC", "Democratic Republic of Congo", "Congo (Kinshasa)", "Zaire"],
    "COG": ["Congo", "Republic of Congo", "Congo (Brazzaville)"],
    "CPV": ["Cape Verde"],
    "CZE": ["Czech Republic"],
    "FSM": ["Micronesia"],
    "GBR": ["UK", "Great Britain"],
    "IRN": ["Islamic Republic of Iran"],
    "KOR": ["South Korea"],
    "LAO": ["Laos", "Lao People's Democratic Republic"],
    "MDA": ["Republic of Moldova"],
    "MKD": ["Macedonia", "Macedonia FYR", "FYR Macedonia", "Former Yugoslav Republic of Macedonia"],
    "MMR": ["Burma", "Myanmar/Burma", "Burma/Myanmar", "Myanmar (Burma)"],
    "PRK": ["North Korea", "DPRK"],
    "PSE": ["Palestine"],
    "RUS": ["Russia"],
    "STP": ["São Tomé e Príncipe"],
    "SWZ": ["Swaziland"],
    "SYR": ["Syrian Arab Republic"],
    "TLS": ["East Timor"],
    "TUR": ["Turkey"],
    "TZA": ["United Republic of Tanzania"],
    "USA": ["United States of America", "USA", "US"],
    "VAT": ["Vatican", "Vatican City"],
    "VEN": ["Bolivarian Republic of Venezuela"],
    "VNM": ["Vietnam"],
}


def folded(name: str) -> str:
    """The letters and digits of ``name`` alone, in words: equal for what a reader takes for the same name."""
    letters = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    without_apostrophes = re.sub("['\u2018\u2019\u02bc`\u00b4\u2032]", "", letters.casefold().replace("&", " and "))
    words = re.sub(r"[\W_]+", " ", without_apostrophes).split()
    return " ".join(["saint" if word == "st" else word for word in words]).removeprefix("the ")


def spellings(name: str) -> list[str]:
    """``name`` folded, and turned round where it is inverted: "Congo, Republic of the"."""
    first, _comma, rest = name.partition(", ")
    return [folded(name), *([folded(f"{rest} {first}")] if rest else [])]
