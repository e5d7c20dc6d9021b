// From Visiono's documentation, under the MIT licence: see NOTICE.

import crypto from "node:crypto";

export function signLink(workflowSecret, slug, uniqueValue, source, reference, timestamp) {
  // Generate signature
  const payload = `${uniqueValue}|${source}|${reference}|${timestamp}`;
  const signature = crypto
    .createHmac('sha256', workflowSecret)
    .update(payload)
    .digest('hex');

  // Build URL
  const params = new URLSearchParams({
    uv: uniqueValue,
    src: source,
    ref: reference,
    ts: timestamp,
    sig: signature,
  });

  return `https://visiono.io/s/${slug}?${params}`;
}

export function verifyRedirectSignature(params, workflowSecret) {
  const { sub, uv, ref, cnt, ts, sig } = params;

  const payload = `${sub}|${uv}|${ref}|${cnt}|${ts}`;
  const expected = crypto
    .createHmac('sha256', workflowSecret)
    .update(payload)
    .digest('hex');

  return crypto.timingSafeEqual(
    Buffer.from(sig),
    Buffer.from(expected)
  );
}

export function verifyWebhook(payload, signature, secret) {
  const expected = 'sha256=' + crypto.createHmac('sha256', secret).update(payload).digest('hex');
  const valid = crypto.timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
  return valid;
}
