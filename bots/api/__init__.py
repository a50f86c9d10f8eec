"""The API's calls about bots and executions, and the one that completes an alert."""

from bots.api import bots, completing, executions, files

routers = [bots.router, executions.router, files.router]
completing_router = completing.router  # stands after the other calls about alerts

__all__ = ["completing_router", "routers"]
