"""What an editor is told about a text, and what may go out.

`checks` reads a content as `reading` shows it and names problems; `comparing` says
what changed since the last edition; `publishing` holds the rules by which an edition
is made or refused. Pure: it knows contents, not rows.
"""
