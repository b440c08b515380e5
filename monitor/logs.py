"""No log and no error report holds a link that acts in somebody's name.

Django writes the path of whatever it refuses, gunicorn's access log every path;
the links in our mails are paths. So each record is cut when it is made, and
whichever handler gets it, of ours, of Django or of gunicorn, gets no more.
"""

import logging
import logging.config
import re
from contextlib import suppress
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.views.debug import ExceptionReporter

CUT = "[cut]"
SLASH = r"(?:/|%2F)"
LINKS = [
    # the rest of a path that a mail or a thanks page leads to, also of one that lost a part on its way
    re.compile(rf"({SLASH}(?:subscribe{SLASH}[\w-]+|feedback{SLASH}thanks){SLASH})[^\s/?#&\"'<>]+", re.I),
    # whatever Django signed, wherever it stands: value, time and the 43 characters of a signature; or these alone
    re.compile(r"()[\w%-]+(?:[.:]\w{4,12})?(?:[.:]|%3A)[\w-]{43}(?![\w-])"),
    re.compile(r"()(?<![\w-])[\w-]{43}(?![\w-])"),
]


def cut(text: str) -> str:
    """``text`` without what a link or a signed value carries."""
    for link in LINKS:
        text = link.sub(rf"\1{CUT}", text)
    return text


class Record(logging.LogRecord):
    """A log record that never held a link: neither in its message and arguments nor in its traceback."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with suppress(Exception):  # a message that does not fit its arguments is told by the handler, as ever
            message = self.getMessage()
            if message != cut(message):
                self.msg, self.args = cut(message), ()

    @property
    def exc_text(self) -> str | None:
        return self._exc_text

    @exc_text.setter
    def exc_text(self, text: str | None) -> None:
        self._exc_text = text and cut(text)


class Reporter(ExceptionReporter):
    """Django's error report, which quotes the request and the variables of each function, without links."""

    def get_traceback_text(self) -> SafeString:
        return mark_safe(cut(super().get_traceback_text()))  # noqa: S308  # the template escaped it

    def get_traceback_html(self) -> SafeString:
        return mark_safe(cut(super().get_traceback_html()))  # noqa: S308


def configure(config: dict[str, Any]) -> None:
    """``settings.LOGGING_CONFIG``: as Django's, and every record of the process is cut from now on."""
    logging.config.dictConfig(config)
    logging.setLogRecordFactory(Record)
