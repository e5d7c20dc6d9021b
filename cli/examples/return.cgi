#!/bin/sh
# Receives the browser that comes back from Visiono with a signed return.
#
# VISIONO_WORKFLOW_SECRET is set by the server's configuration. The command ticket-of-session is
# yours: it takes the request's cookies, and prints the ticket that this person's session waits for.

answer() {
    printf 'Status: %s\r\n' "$1"
    printf 'Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n\r\n'
    printf '%s\n' "$2"
    exit
}

ticket=$(ticket-of-session "${HTTP_COOKIE-}") || answer '403 Forbidden' 'Please sign in.'

# A stranger writes the query. On standard input and behind a ? it is a query, whatever it holds;
# as an argument it could be an option.
verified=$(
    printf '%s' "?${QUERY_STRING-}" |
        visiono-workflow verify-return - --expect "reference=$ticket"
)
case $? in
    0) ;;
    1) answer '400 Bad Request' 'This address is not valid. Please start again from your ticket.' ;;
    *) answer '500 Internal Server Error' 'Something is set up wrongly here. The log says what.' ;;
esac

photos=$(printf '%s\n' "$verified" | sed -n 's/^photo_count: //p')
answer '200 OK' "Thank you: $photos photos arrived for $ticket."
