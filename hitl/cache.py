"""The cache holds hints alone, so its being away is no error: nothing is found, and everybody is let through."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as Away
from redis.exceptions import TimeoutError as Silent

log = logging.getLogger(__name__)
SAID_AGAIN = 10  # seconds: each request asks several times, and one line says it of all
REST = 5  # seconds after it was silent, in which it counts as away: one request waits for it, and not all
_quiet_until = _rests_until = 0.0


class HintCache(RedisCache):
    """Redis where it is there. Where it is not, `add` says yes: no lock and no limit stops anybody."""

    def add(self, key: Any, value: Any, *args: Any, **options: Any) -> bool:
        return bool(self._ask(super().add, True, key, value, *args, **options))

    def get(self, key: Any, default: Any = None, *args: Any, **options: Any) -> Any:
        return self._ask(super().get, default, key, default, *args, **options)

    def set(self, key: Any, value: Any, *args: Any, **options: Any) -> None:
        self._ask(super().set, None, key, value, *args, **options)

    def delete(self, key: Any, *args: Any, **options: Any) -> bool:
        return bool(self._ask(super().delete, False, key, *args, **options))

    def incr(self, key: Any, *args: Any, **options: Any) -> int:
        return int(self._ask(super().incr, 1, key, *args, **options))

    def _ask(self, question: Any, otherwise: Any, *args: Any, **options: Any) -> Any:
        global _rests_until
        if time.monotonic() < _rests_until:
            return otherwise
        try:
            return question(*args, **options)
        except (Away, Silent) as error:
            if isinstance(error, Silent):
                _rests_until = time.monotonic() + REST
            _say(error)
            return otherwise


def _say(error: Exception) -> None:
    global _quiet_until
    if time.monotonic() >= _quiet_until:
        _quiet_until = time.monotonic() + SAID_AGAIN
        log.warning("the cache is away: %s", error)
