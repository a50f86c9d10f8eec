"""`make run`: finds or installs what hitl needs, starts its processes, keeps them running, ends them all."""
