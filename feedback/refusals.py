"""Why a file is not taken, said to the person who sent it."""


class Refused(Exception):
    """A file that is not taken. Its text is one sentence with the remedy, holding ``%(name)s`` for the file's name."""

    def about(self, name: str) -> str:
        return str(self) % {"name": name}
