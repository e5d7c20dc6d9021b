"""What the receivers do with a good webhook: each event once, and after the answer."""

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

    What is waiting is lost when the process is killed: a queue on disk (Celery, RQ) is not.
    """

    def __init__(self, process: Callable[[Delivery], None]) -> None:
        self.process = process
        self._worker = ThreadPoolExecutor(max_workers=1)
        self._lock = threading.Lock()
        # Several processes must share it: Redis (SET key 1 NX EX 86400), or a unique column.
        self._seen: dict[str, float] = {}

    def accept(self, delivery: Delivery) -> None:
        """Takes the delivery, unless it is a duplicate, and returns at once."""
        if self._is_new(delivery.dedup_key):
            self._worker.submit(self._run, delivery)

    def _is_new(self, key: str) -> bool:
        now = time.monotonic()
        with self._lock:
            self._seen = {old: at for old, at in self._seen.items() if now - at <= KEEP}
            if key in self._seen:
                return False
            self._seen[key] = now
            return True

    def _run(self, delivery: Delivery) -> None:
        try:
            self.process(delivery)
        except Exception:
            # Visiono was told that it came, and doesn't send it again.
            log.exception("event %s failed", delivery.dedup_key)
