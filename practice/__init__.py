"""A bank and shop to practise with: what bots meet in the wild, nothing behind it. Only with HITL_PRACTICE=1."""
