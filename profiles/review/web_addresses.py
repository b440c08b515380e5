"""Web addresses as people misspell them in notes: "ww.hrw.org", "http//www.icbl.org".

Only what cannot be meant is found. Nothing is looked up, and an unknown domain is no mistake.
"""

import re

MISSPELT = re.compile(
    r"""(?<![\w@.-])(?:
        ww\.(?=[\w-]+\.\w\w)                                # ww.hrw.org
      | w{4,}\.                                             # wwww.hrw.org
      | www[a-z-]{3,}\.[a-z]{2,}\b                          # wwwhrw.org; but www2.ohchr.org, wwwn.cdc.gov
      | www\.[\w-]++(?!\.\w)                                # www.hrworg, www.hrw,org, www.hrw org, www.hrw..org
      | www\.(?![\w-])\s?                                   # www. hrw.org, www..hrw.org
      | www(?:[,;:]\s?|\s)(?=[\w-]+\.\w\w)                  # www,hrw.org, www hrw.org
      | https?(?!://[^\s/\\])\s?(?:[:;]|[.,]?\s?[/\\])      # http//, http:/, http;//, http:\\, http:///, http:// www
      | https?:/+\s?(?=https?:|h?t?tps?:?/)                 # http://http://
      | (?!https?\b)[ht][htps]{1,6}[:;.,]?[/\\]{2}          # htp://, ttp://, hhtp://, htttps//
    )""",
    re.IGNORECASE | re.VERBOSE,
)
REST = re.compile(r"\S*")


def malformed(text: str) -> list[str]:
    """The misspelt addresses in a plain text, each as far as it can be told from the words after it."""
    return [f"{found[0]}{REST.match(text, found.end())[0]}".rstrip(".,;:)”’ ") for found in MISSPELT.finditer(text)]  # type: ignore[index]
