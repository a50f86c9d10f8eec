"""A bank and shop to practise with: what bots meet in the wild. Only with HITL_PRACTICE=1."""
