"""The public pages: find, ask, answer. Each is wrapped by `caching.public`."""
