"""From Visiono's documentation, under the MIT licence: see NOTICE."""

import hashlib
import hmac
from urllib.parse import urlencode


def sign_link(workflow_secret, slug, unique_value, source, reference, timestamp):
    # Generate signature
    payload = f"{unique_value}|{source}|{reference}|{timestamp}"
    signature = hmac.new(
        workflow_secret.encode(),
        payload.encode(),
        hashlib.sha256
    ).hexdigest()

    # Build URL
    params = urlencode({
        'uv': unique_value,
        'src': source,
        'ref': reference,
        'ts': timestamp,
        'sig': signature,
    })

    return f"https://visiono.io/s/{slug}?{params}"


def verify_redirect_signature(params, workflow_secret):
    payload = f"{params['sub']}|{params['uv']}|{params['ref']}|{params['cnt']}|{params['ts']}"
    expected = hmac.new(
        workflow_secret.encode(),
        payload.encode(),
        hashlib.sha256
    ).hexdigest()

    return hmac.compare_digest(expected, params['sig'])


def verify_webhook(payload, signature, secret):
    expected = 'sha256=' + hmac.new(secret.encode(), payload, hashlib.sha256).hexdigest()
    valid = hmac.compare_digest(expected, signature)
    return valid
