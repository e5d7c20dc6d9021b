"""One of several workers: claims and commits until nothing is left, and prints what it did."""

import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from inbox_kit import received
from make import STORES
from visiono_workflow.inbox import InboxError

given = json.loads(sys.stdin.readline())
inbox = STORES[given["store"]](given["place"])
# All make the tables and accept the same events at the same time.
inbox.migrate()
print("ready", flush=True)
sys.stdin.readline()
new = sum(
    inbox.accept(received(b'{"event":"a","n":%d}' % number)) == "new"
    for number in range(given["events"])
)
print("accepted", flush=True)
sys.stdin.readline()
committed, lost, longest = [], 0, 0.0
while True:
    began = time.monotonic()
    items = inbox.claim(given["limit"], lease=60)
    longest = max(longest, time.monotonic() - began)
    if not items:
        break
    for item in items:
        try:
            inbox.commit(item)
            committed.append(item.dedup_key)
        except InboxError as error:
            assert error.code == "lease_lost"
            lost += 1
names = sum(inbox.once(f"name {number}", 60) for number in range(20))
print(json.dumps([new, committed, lost, longest, names]), flush=True)
