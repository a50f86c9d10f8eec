"""Why a line is closed: the close codes of browser servers and of the web process. words.js says them to people."""

DETACHED = 1000  # as the other side wished; the browser stays
MALFORMED = 4400  # it sent what is no message of ours
SIGNED_OUT = 4401  # nobody known stands behind it, or no longer
FORBIDDEN = 4403  # whoever stands behind it may not be here, or no longer
BEHIND = 4408  # it does not read, or does not draw or answer
REPLACED = 4409  # a newer one has taken its place
OVER = 4410  # the session has ended, or this person's part in it
FULL = 4423  # there are as many viewers as there may be
FLOODED = 4429  # more came on it than a person can do
AWAY = 4503  # the database, or whatever else is needed: whoever hears this comes back by itself

# What a browser server says of a viewer's line that is final: the web process says the same to the viewer. After any
# other code it looks whether there still is a browser to join.
FINAL = frozenset({MALFORMED, BEHIND, REPLACED, FULL})
