"""What everybody may read: pages, feeds and the site map, and the ground they stand on.

That ground (`resolving`: what stands at an address; `caching`: how an answer may be
kept; `errors`) is also what the pages of other apps are built on.
"""
