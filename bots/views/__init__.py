"""Pages of bots, executions and the live browser."""
