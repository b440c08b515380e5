"""What a browser would send: the fields of a form as a page shows them."""

from html.parser import HTMLParser
from typing import Any


class _Fields(HTMLParser):
    def __init__(self, form_id: str | None) -> None:
        super().__init__()
        self.wanted, self.inside = form_id, form_id is None
        self.data: dict[str, Any] = {}
        self.templates = 0
        self.area = self.select = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form" and self.wanted:
            self.inside = given.get("id") == self.wanted
        self.templates += tag == "template"
        if not self.inside or self.templates or "disabled" in given:
            return
        name = given.get("name", "")
        if tag == "input" and name and given.get("type") not in {"submit", "button"}:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self.data[name] = given.get("value", "on" if given.get("type") == "checkbox" else "")
        elif tag == "textarea" and name:
            self.area, self.data[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in given or self.select not in self.data):
            self.data[self.select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self.templates -= tag == "template"
        if tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""
        elif tag == "form" and self.wanted:
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.area:
            self.data[self.area] += data


def fields_of(response: Any, form_id: str | None = None) -> dict[str, Any]:
    """The form's fields and values, as sent without anything typed; a first line end in a text area is the mark-up's."""
    parser = _Fields(form_id)
    parser.feed(response.content.decode())
    return {name: value.removeprefix("\r\n").removeprefix("\n") for name, value in parser.data.items()}
