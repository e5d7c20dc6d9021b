#!/bin/sh
# Receives the browser that comes back from Visiono with a signed return. The redirect URL is
#
#   https://app.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}
#
# and the server runs this script for every path below /tickets. Its configuration sets
# VISIONO_WORKFLOW_SECRET. Two commands are yours:
#
#   may-see-ticket COOKIES TICKET   fails unless this person is signed in, and may see the ticket
#   store-return TICKET             keeps the values on its standard input with the ticket

LC_ALL=C
export LC_ALL

answer() {
    printf 'Status: %s\r\n' "$1"
    printf 'Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n\r\n'
    printf '%s\n' "$2"
    exit
}

# The expected ticket is the one in the path, whatever the query says.
ticket=${PATH_INFO-}
ticket=${ticket#/}
ticket=${ticket%/done}
case $ticket in
    '' | [.-]* | *[!A-Za-z0-9._-]*) answer '404 Not Found' 'There is no such ticket.' ;;
esac
may-see-ticket "${HTTP_COOKIE-}" "$ticket" || answer '403 Forbidden' 'Please sign in.'

# A stranger writes the query. On standard input and after a ? it is always read as a query;
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

printf '%s\n' "$verified" | store-return "$ticket" ||
    answer '500 Internal Server Error' 'Something went wrong here. Please try again later.'
# Redirect to the ticket's own page: a return is refused if it is reloaded after an hour.
printf 'Status: 303 See Other\r\nLocation: /tickets/%s\r\n\r\n' "$ticket"
