#!/bin/sh
# Receives Visiono's webhooks, and keeps each event once.
#
# VISIONO_WEBHOOK_SECRET is set by the server's configuration, and EVENTS names a folder of this
# script's own. The program that processes the events must keep their files: an event is a duplicate
# if its file exists.

answer() {
    printf 'Status: %s\r\n\r\n' "$1"
    exit
}

# Visiono documents two headers. At least one must be present, and each one present must be right.
set --
[ -z "${HTTP_X_VISIONO_SIGNATURE+set}" ] ||
    set -- "$@" --header "X-Visiono-Signature: $HTTP_X_VISIONO_SIGNATURE"
[ -z "${HTTP_X_WEBHOOK_SIGNATURE+set}" ] ||
    set -- "$@" --header "X-Webhook-Signature: $HTTP_X_WEBHOOK_SIGNATURE"

# The body must be the bytes as they arrived.
event=$(head -c "${CONTENT_LENGTH:-0}" | visiono-workflow webhook receive "$@")
case $? in
    0) ;;
    1) answer '401 Unauthorized' ;;
    *) answer '500 Internal Server Error' ;;
esac

# 64 hexadecimal digits, the same for each delivery of an event.
key=$(printf '%s\n' "$event" | sed -n 's/^dedup_key: //p')

# If any step fails, Visiono delivers the event again, so that nothing is lost.
[ -e "$EVENTS/$key" ] ||
    { new=$(mktemp "$EVENTS/new.XXXXXXXXXX") &&
        printf '%s\n' "$event" > "$new" &&
        sync "$new" &&
        mv "$new" "$EVENTS/$key"; } ||
    answer '500 Internal Server Error'
answer '204 No Content'
