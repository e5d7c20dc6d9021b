"""Signs a link and verifies the return as in the guide, without a library.

python3 signing.py sign LINK UNIQUE_VALUE SOURCE REFERENCE
python3 signing.py verify URL

VISIONO_WORKFLOW_SECRET has the link's secret. A real integration uses the package instead, which
also refuses old messages, duplicate parameters and returns for another ticket.
"""

import hashlib
import hmac
import os
import sys
import time
from urllib.parse import parse_qs, urlencode, urlsplit

SECRET = os.environ["VISIONO_WORKFLOW_SECRET"].encode()


def signature(*values):
    return hmac.new(SECRET, "|".join(values).encode(), hashlib.sha256).hexdigest()


def sign(link, unique_value, source, reference):
    """Returns the link with its parameters."""
    now = str(int(time.time()))
    sig = signature(unique_value, source, reference, now)
    values = {"uv": unique_value, "src": source, "ref": reference, "ts": now, "sig": sig}
    return f"{link}?{urlencode(values)}"


def verify(url):
    """Returns whether the return URL has a valid signature."""
    got = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    expected = signature(*(got.get(name, "") for name in ("sub", "uv", "ref", "cnt", "ts")))
    return "valid" if hmac.compare_digest(expected, got.get("sig", "")) else "invalid"


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    print(globals()[command](*arguments))
