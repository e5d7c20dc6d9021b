"""The inbox of asyncio, and its worker."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Literal, TypeVar

from .._results import Delivery
from ._async_stores import AsyncStore
from ._calls import Call, Calls
from ._inbox import Outcome, failure, idle, log, suppress_lost
from ._item import InboxError, Item

__all__ = ["AsyncInbox"]

Result = TypeVar("Result")


class AsyncInbox:
    """Does with asyncio what :class:`Inbox` does, by the same methods and on the same tables.

    :param store: an :class:`AsyncPostgresStore` or :class:`AsyncRedisStore`.
    :param max_attempts: as for :class:`Inbox`.
    :param shortest_delay: as for :class:`Inbox`.
    :param longest_delay: as for :class:`Inbox`.
    :param clock: as for :class:`Inbox`.
    """

    def __init__(
        self,
        store: AsyncStore,
        *,
        max_attempts: int = 12,
        shortest_delay: float = 10,
        longest_delay: float = 3600,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._store = store
        self._calls = Calls(max_attempts, shortest_delay, longest_delay, clock)

    async def _do(self, call: Call[Result]) -> Result:
        parameters = {"now": self._calls.now(), **call.parameters}
        return call.read(await self._store._run(call.operation, parameters))

    async def migrate(self) -> None:
        """See :meth:`Inbox.migrate`."""
        await self._store._migrate(self._calls.now())

    async def accept(self, delivery: Delivery) -> Literal["new", "duplicate"]:
        """See :meth:`Inbox.accept`."""
        return "new" if await self._do(self._calls.accept(delivery)) else "duplicate"

    async def claim(self, limit: int = 1, lease: float = 60) -> list[Item]:
        """See :meth:`Inbox.claim`."""
        return await self._do(self._calls.claim(limit, lease))

    async def commit(self, item: Item) -> None:
        """See :meth:`Inbox.commit`."""
        await self._do(self._calls.commit(item))

    async def release(self, item: Item, delay: float = 0) -> None:
        """See :meth:`Inbox.release`."""
        await self._do(self._calls.release(item, delay))

    async def fail(self, item: Item, reason: str) -> None:
        """See :meth:`Inbox.fail`."""
        await self._do(self._calls.fail(item, reason))

    async def extend(self, item: Item, lease: float = 60) -> None:
        """See :meth:`Inbox.extend`."""
        await self._do(self._calls.extend(item, lease))

    async def events(self, request_id: str, after: float = 0, limit: int = 100) -> list[Item]:
        """See :meth:`Inbox.events`."""
        return await self._do(self._calls.events(request_id, after, limit))

    async def dead(self, limit: int = 100) -> list[Item]:
        """See :meth:`Inbox.dead`."""
        return await self._do(self._calls.dead(limit))

    async def retry(self, dedup_key: str) -> None:
        """See :meth:`Inbox.retry`."""
        await self._do(self._calls.again(dedup_key, "dead"))

    async def replay(self, dedup_key: str) -> None:
        """See :meth:`Inbox.replay`."""
        await self._do(self._calls.again(dedup_key, "done"))

    async def counts(self) -> dict[str, int]:
        """See :meth:`Inbox.counts`."""
        return await self._do(self._calls.counts())

    async def purge(
        self,
        older_than: float = 24 * 3600,
        newest: int = 100,
        max_age: float = 3 * 3600,
        undated: float | None = None,
    ) -> int:
        """See :meth:`Inbox.purge`."""
        removed = 0
        while True:
            call = self._calls.purge(older_than, newest, max_age, undated)
            forgotten, dropped = await self._do(call)
            removed += forgotten
            if forgotten == dropped == 0:
                return removed

    async def once(self, name: str, ttl: float) -> bool:
        """See :meth:`Inbox.once`."""
        return await self._do(self._calls.once(name, ttl))

    async def process(
        self,
        connection: Any,
        handler: Callable[[Item, Any], Awaitable[object]],
        lease: float = 60,
    ) -> bool:
        """See :meth:`Inbox.process`.

        :param connection: a ``psycopg.AsyncConnection``, which is not in a transaction.
        :param handler: an async function, called with the item and the connection.
        """
        session = self._store._session(connection)

        async def do(call: Call[Result]) -> Result:
            parameters = {"now": self._calls.now(), **call.parameters}
            return call.read(await session.run(call.operation, parameters))

        with self._store._translated():
            items = await do(self._calls.claim(1, lease))
            if not items:
                return False
            [item] = items
            try:
                async with session.transaction():
                    await do(self._calls.hold(item))
                    try:
                        async with session.transaction():
                            await handler(item, connection)
                    except Exception as error:
                        await do(failure(self._calls, item, error))
                    else:
                        await do(self._calls.commit(item))
            except self._store._errors as error:
                # The commit failed, as with a deferred constraint. This fails too if the connection
                # is lost. If the handler ended the transaction, its failure is recorded already.
                with suppress_lost():
                    await do(failure(self._calls, item, error))
            return True

    async def run(
        self,
        handler: Callable[[Item], Awaitable[object]],
        *,
        concurrency: int = 1,
        lease: float = 60,
        poll: float = 5,
        stop: asyncio.Event | None = None,
        progress: Callable[[Item, Outcome], object] | None = None,
    ) -> None:
        """Processes items in tasks, as :meth:`Inbox.run` does in threads.

        :param handler: an async function, called with the item.
        :param concurrency: the number of tasks.
        :param stop: an event that ends it; so do SIGTERM and SIGINT.
        """
        # Validates before the first task starts.
        self._calls.claim(concurrency, lease)
        worker = _Worker(self, handler, lease, poll, stop or asyncio.Event(), progress)
        loop = asyncio.get_running_loop()
        signals: list[signal.Signals] = []

        def received() -> None:
            # A second one does what it did before.
            while signals:
                loop.remove_signal_handler(signals.pop())
            worker.stop.set()

        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                try:
                    loop.add_signal_handler(number, received)
                except NotImplementedError:
                    # Windows has no SIGTERM, and Ctrl-C cancels the task.
                    break
                signals.append(number)
        running = {asyncio.ensure_future(worker.work()) for _ in range(concurrency)}
        try:
            while running:
                done, running = await asyncio.wait(
                    running, timeout=lease / 3, return_when=asyncio.FIRST_COMPLETED
                )
                await worker.extend()
                for task in done:
                    # An error that isn't the handler's, such as one of `progress`, ends all.
                    worker.stop.set()
                    task.result()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            while signals:
                loop.remove_signal_handler(signals.pop())

    async def close(self) -> None:
        """Closes the connections that the store made."""
        await self._store.close()


class _Worker:
    """The state that the tasks of a worker share."""

    def __init__(
        self,
        inbox: AsyncInbox,
        handler: Callable[[Item], Awaitable[object]],
        lease: float,
        poll: float,
        stop: asyncio.Event,
        progress: Callable[[Item, Outcome], object] | None,
    ) -> None:
        self.inbox, self.handler, self.lease, self.poll = inbox, handler, lease, poll
        self.stop, self.progress = stop, progress
        self.held: dict[str, Item] = {}

    async def work(self) -> None:
        while not self.stop.is_set():
            try:
                items = await self.inbox.claim(1, self.lease)
                if not items:
                    seconds = await self.inbox._do(self.inbox._calls.next())
                    await self.sleep(idle(seconds, self.poll))
            except InboxError as error:
                log.error("inbox: no claim: %s", error)
                await self.sleep(self.poll)
                continue
            for item in items:
                outcome = await self.process(item)
                if self.progress:
                    self.progress(item, outcome)

    async def sleep(self, seconds: float) -> None:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.stop.wait(), seconds)

    async def process(self, item: Item) -> Outcome:
        self.held[item.dedup_key] = item
        started = time.monotonic()
        end, outcome = self.inbox._calls.commit(item), "done"
        try:
            await self.handler(item)
        except Exception as error:
            end, outcome = failure(self.inbox._calls, item, error), "failed"
        finally:
            del self.held[item.dedup_key]
        try:
            await self.inbox._do(end)
        except InboxError as error:
            log.error("inbox: event %s was not completed: %s", item.dedup_key, error)
            return "lost"
        log.info("inbox: event %s %s, %.3f s", item.dedup_key, outcome, time.monotonic() - started)
        return "done" if outcome == "done" else "failed"

    async def extend(self) -> None:
        for item in list(self.held.values()):
            try:
                await self.inbox.extend(item, self.lease)
            except InboxError as error:
                if item.dedup_key in self.held:
                    log.warning("inbox: lease of %s not extended: %s", item.dedup_key, error)
