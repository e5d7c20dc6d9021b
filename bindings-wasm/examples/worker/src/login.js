/**
 * Returns true if the person who asks may send photos for a ticket, and see them: put your
 * application's own login here. Until then, only this machine can use the pages.
 *
 * An address that signs for anyone who asks is a way in for strangers.
 */
export async function isAllowed(request, _ticket, _env) {
  return new URL(request.url).hostname === "localhost";
}
