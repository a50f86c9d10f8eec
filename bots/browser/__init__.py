"""The browser server: one small process per session, with its Chromium. No Django in here."""
