"""Shared by the receivers: accepts each event once, and processes it after the answer."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Callable

from visiono_workflow import Delivery

log = logging.getLogger(__name__)

KEEP = 24 * 60 * 60


class Inbox:
    """Hands each event to a thread, in the order in which they came.

    Events that are waiting are lost when the process is killed; a queue on disk (Celery, RQ)
    keeps them.
    """

    def __init__(self, process: Callable[[Delivery], None]) -> None:
        self.process = process
        self._worker = ThreadPoolExecutor(max_workers=1)
        self._lock = threading.Lock()
        # Several processes must share both: Redis (SET key 1 NX EX 86400), or a unique column.
        self._seen: dict[str, float] = {}
        # An event without a time can be sent again at any later time, so its key is kept as long
        # as the secret is in use: a column without expiry.
        self._seen_undated: set[str] = set()

    def accept(self, delivery: Delivery) -> None:
        """Takes the delivery, unless it is a duplicate, and returns at once."""
        if self._is_new(delivery):
            self._worker.submit(self._run, delivery)

    def _is_new(self, delivery: Delivery) -> bool:
        key, now = delivery.dedup_key, time.monotonic()
        with self._lock:
            self._seen = {old: at for old, at in self._seen.items() if now - at <= KEEP}
            if key in self._seen or key in self._seen_undated:
                return False
            if delivery.event_time is None:
                self._seen_undated.add(key)
            else:
                self._seen[key] = now
            return True

    def _run(self, delivery: Delivery) -> None:
        try:
            self.process(delivery)
        except Exception:
            # Visiono got a 2xx, and doesn't send it again.
            log.exception("event %s failed", delivery.dedup_key)
