"""The inbox, and its worker."""

from __future__ import annotations

import logging
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

from .._results import Delivery
from ._calls import Call, Calls
from ._item import InboxError, Item
from ._stores import Store

__all__ = ["Inbox"]

Result = TypeVar("Result")
Outcome = Literal["done", "failed", "lost"]

log = logging.getLogger("visiono_workflow.inbox")


class Inbox:
    """Keeps the events of webhooks in a database until they are processed.

    No event is lost, each is accepted once and processed at least once. Any number of threads may
    use one. Durations and times are in seconds.

    :param store: a :class:`SQLiteStore`, :class:`PostgresStore` or :class:`RedisStore`.
    :param max_attempts: an item that failed so often is dead: kept, but no longer claimed.
    :param shortest_delay: the delay after the first failed attempt, of which half to all is waited,
        at random. It doubles with each attempt.
    :param longest_delay: the longest delay.
    :param clock: returns the time in Unix seconds, for tests. By default it is the database's.
    :raises InboxError: of any operation: ``unavailable`` if the database didn't do it,
        ``outdated_schema`` if :meth:`migrate` must be called, and ``invalid_argument``.
    """

    def __init__(
        self,
        store: Store,
        *,
        max_attempts: int = 12,
        shortest_delay: float = 10,
        longest_delay: float = 3600,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._store = store
        self._calls = Calls(max_attempts, shortest_delay, longest_delay, clock)

    def _do(self, call: Call[Result]) -> Result:
        parameters = {"now": self._calls.now(), **call.parameters}
        return call.read(self._store._run(call.operation, parameters))

    def migrate(self) -> None:
        """Makes or updates the tables. Any number of processes may call it, at any time."""
        self._store._migrate(self._calls.now())

    def accept(self, delivery: Delivery) -> Literal["new", "duplicate"]:
        """Stores a delivery, unless an event with its ``dedup_key`` was accepted before. The event
        is durable when this returns.

        :param delivery: what :meth:`Webhook.receive` returned.
        """
        return "new" if self._do(self._calls.accept(delivery)) else "duplicate"

    def claim(self, limit: int = 1, lease: float = 60) -> list[Item]:
        """Takes items that are due, the oldest first, counts an attempt for each, and hides them
        from other workers until the lease ends."""
        return self._do(self._calls.claim(limit, lease))

    def commit(self, item: Item) -> None:
        """Completes a claimed item.

        :raises InboxError: ``lease_lost`` if another worker took it, or it is no longer claimed.
        """
        self._do(self._calls.commit(item))

    def release(self, item: Item, delay: float = 0) -> None:
        """Gives a claimed item back, to be claimed after the delay. The attempt isn't counted.

        :raises InboxError: ``lease_lost``, as for :meth:`commit`.
        """
        self._do(self._calls.release(item, delay))

    def fail(self, item: Item, reason: str) -> None:
        """Ends an attempt that failed. The item waits longer each time, or is dead after the last.

        :param reason: for people. 255 characters of it are kept.
        :raises InboxError: ``lease_lost``, as for :meth:`commit`.
        """
        self._do(self._calls.fail(item, reason))

    def extend(self, item: Item, lease: float = 60) -> None:
        """Starts a new lease of a claimed item, from now on.

        :raises InboxError: ``lease_lost``, as for :meth:`commit`.
        """
        self._do(self._calls.extend(item, lease))

    def events(self, request_id: str, after: float = 0, limit: int = 100) -> list[Item]:
        """Returns the events of a request ID that were received at or after a time, the oldest
        first, in any state."""
        return self._do(self._calls.events(request_id, after, limit))

    def dead(self, limit: int = 100) -> list[Item]:
        """Returns items that failed for the last time, the oldest first."""
        return self._do(self._calls.dead(limit))

    def retry(self, dedup_key: str) -> None:
        """Processes a dead item again.

        :raises InboxError: ``unknown_item`` if no item with this key is dead.
        """
        self._do(self._calls.again(dedup_key, "dead"))

    def replay(self, dedup_key: str) -> None:
        """Processes again what is done.

        :raises InboxError: ``unknown_item`` if no item with this key is done, or it was purged.
        """
        self._do(self._calls.again(dedup_key, "done"))

    def counts(self) -> dict[str, int]:
        """Returns the number of items that are ``waiting``, ``claimed``, ``done`` and ``dead``."""
        return self._do(self._calls.counts())

    def purge(
        self,
        older_than: float = 24 * 3600,
        newest: int = 100,
        max_age: float = 3 * 3600,
        undated: float | None = None,
    ) -> int:
        """Removes the content of events that are done, and returns their number. Call it hourly.

        The key of an event stays as long as a delivery of it could be accepted.

        :param older_than: the age of what is removed.
        :param newest: of each request ID, all but so many are removed even when they are younger.
        :param max_age: the ``max_age`` of your :class:`Webhook`.
        :param undated: the age at which the key of an event without a time is dropped. Whoever has
            such a delivery can send it again from then on, and it is processed again. By default
            the keys stay for good.
        """
        removed = 0
        while True:
            forgotten, dropped = self._do(self._calls.purge(older_than, newest, max_age, undated))
            removed += forgotten
            if forgotten == dropped == 0:
                return removed

    def once(self, name: str, ttl: float) -> bool:
        """Returns true for the first caller with this name, and false until the time is over.

        :param name: such as the ``submission_id`` of a return, of 1 to 255 bytes.
        :param ttl: at least as long as the name can come again: the ``max_age`` of a return.
        """
        return self._do(self._calls.once(name, ttl))

    def process(
        self, connection: Any, handler: Callable[[Item, Any], object], lease: float = 60
    ) -> bool:
        """Claims an item, runs the handler and completes the item, in one transaction of the
        connection. Returns false if no item is due.

        What the handler writes through the connection and the completion are committed together, or
        not at all. Whatever else it does, such as sending mail, happens at least once. The attempt
        is counted before the transaction begins. While the handler runs, nobody else takes the
        item, even when the lease ends. On SQLite nobody else writes to the file at all: be quick.

        If the handler raises, what it wrote is rolled back, the failure is recorded and logged, and
        this returns true.

        :param connection: a ``sqlite3.Connection`` or ``psycopg.Connection`` to the database of the
            inbox, which is not in a transaction. The handler must neither commit nor roll back.
        :param handler: called with the item and the connection.
        :raises InboxError: ``lease_lost`` if another worker took the item before the handler began.
        """
        session = self._store._session(connection)

        def do(call: Call[Result]) -> Result:
            parameters = {"now": self._calls.now(), **call.parameters}
            return call.read(session.run(call.operation, parameters))

        with self._store._translated():
            items = do(self._calls.claim(1, lease))
            if not items:
                return False
            [item] = items
            try:
                with session.transaction():
                    do(self._calls.hold(item))
                    try:
                        with session.transaction():
                            handler(item, connection)
                    except Exception as error:
                        do(failure(self._calls, item, error))
                    else:
                        do(self._calls.commit(item))
            except self._store._errors as error:
                # The commit failed, as with a deferred constraint. This fails too if the connection
                # is lost. If the handler ended the transaction, its failure is recorded already.
                with suppress_lost():
                    do(failure(self._calls, item, error))
            return True

    def run(
        self,
        handler: Callable[[Item], object],
        *,
        concurrency: int = 1,
        lease: float = 60,
        poll: float = 5,
        stop: threading.Event | None = None,
        progress: Callable[[Item, Outcome], object] | None = None,
    ) -> None:
        """Processes items until it is stopped, in threads: claims an item, calls the handler, and
        commits the item, or fails it if the handler raises.

        On SIGTERM and SIGINT, if it is called in the main thread, and when ``stop`` is set, it ends
        after what it has. A second SIGINT raises KeyboardInterrupt.

        :param handler: called with the item. It may run twice for one: if its process stops, or if
            the lease ends because the database can't be reached.
        :param concurrency: the number of threads.
        :param lease: the lease of each item. It is extended as long as the handler runs.
        :param poll: the longest time until it looks for new items.
        :param progress: called after each item, in the thread that processed it, with the item and
            ``done``, ``failed`` or ``lost``: the lease was lost, and another worker has the item.
        """
        worker = _Worker(self, handler, lease, poll, stop or threading.Event(), progress)
        # Validates before the first thread starts.
        self._calls.claim(concurrency, lease)
        threads = ThreadPoolExecutor(concurrency, thread_name_prefix="visiono-inbox")
        with _stopping(worker.stop.set), threads:
            running = {threads.submit(worker.work) for _ in range(concurrency)}
            while running:
                done, running = wait(running, lease / 3, FIRST_COMPLETED)
                worker.extend()
                for thread in done:
                    # An error that isn't the handler's, such as one of `progress`, ends all.
                    worker.stop.set()
                    thread.result()

    def close(self) -> None:
        """Closes the connections that the store made."""
        self._store.close()


class _Worker:
    """The state that the threads of a worker share."""

    def __init__(
        self,
        inbox: Inbox,
        handler: Callable[[Item], object],
        lease: float,
        poll: float,
        stop: threading.Event,
        progress: Callable[[Item, Outcome], object] | None,
    ) -> None:
        self.inbox, self.handler, self.lease, self.poll = inbox, handler, lease, poll
        self.stop, self.progress = stop, progress
        self.held: dict[str, Item] = {}

    def work(self) -> None:
        while not self.stop.is_set():
            try:
                items = self.inbox.claim(1, self.lease)
                if not items:
                    seconds = self.inbox._do(self.inbox._calls.next())
                    self.stop.wait(idle(seconds, self.poll))
            except InboxError as error:
                log.error("inbox: no claim: %s", error)
                self.stop.wait(self.poll)
                continue
            for item in items:
                outcome = self.process(item)
                if self.progress:
                    self.progress(item, outcome)

    def process(self, item: Item) -> Outcome:
        self.held[item.dedup_key] = item
        started = time.monotonic()
        end, outcome = self.inbox._calls.commit(item), "done"
        try:
            self.handler(item)
        except Exception as error:
            end, outcome = failure(self.inbox._calls, item, error), "failed"
        finally:
            del self.held[item.dedup_key]
        try:
            self.inbox._do(end)
        except InboxError as error:
            log.error("inbox: event %s was not completed: %s", item.dedup_key, error)
            return "lost"
        log.info("inbox: event %s %s, %.3f s", item.dedup_key, outcome, time.monotonic() - started)
        return "done" if outcome == "done" else "failed"

    def extend(self) -> None:
        for item in list(self.held.values()):
            try:
                self.inbox.extend(item, self.lease)
            except InboxError as error:
                if item.dedup_key in self.held:
                    log.warning("inbox: lease of %s not extended: %s", item.dedup_key, error)


def failure(calls: Calls, item: Item, error: BaseException) -> Call[None]:
    """Logs why a handler failed, and returns the call that records it."""
    log.error("inbox: event %s failed", item.dedup_key, exc_info=error)
    lines = traceback.format_exception_only(type(error), error)
    return calls.fail(item, "".join(lines).strip())


@contextmanager
def suppress_lost() -> Iterator[None]:
    try:
        yield
    except InboxError as error:
        if error.code != "lease_lost":
            raise


def idle(seconds: float | None, poll: float) -> float:
    """Returns how long a worker sleeps: until the next item is due, if that is before the poll."""
    return poll if seconds is None else min(max(seconds, 0.1), poll)


@contextmanager
def _stopping(stop: Callable[[], object]) -> Iterator[None]:
    """Calls the function on the first SIGTERM or SIGINT; a second one does what it did before."""
    before: dict[signal.Signals, Any] = {}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)
        before.clear()

    def received(number: int, frame: object) -> None:
        restore()
        stop()

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            before[number] = signal.getsignal(number)
            signal.signal(number, received)
    try:
        yield
    finally:
        restore()
