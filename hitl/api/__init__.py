"""What every call of the API has in common: keys, errors, paging, limits, answers that are kept. It knows no bots.

The calls stand beside what they are about (`bots/api/`, `alerts/api*.py`); `urls.py` puts them together.
"""
