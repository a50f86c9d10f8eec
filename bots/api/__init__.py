"""The API's calls about bots and executions, and the one that completes an alert."""

from bots.api import bots, completing, executions

routers = [bots.router, executions.router, completing.router]

__all__ = ["routers"]
