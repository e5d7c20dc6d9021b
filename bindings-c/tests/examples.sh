#!/usr/bin/env bash
# Runs the programs that the header and the README show: examples.sh FOLDER.
set -euo pipefail
cd "$1"

export VISIONO_WORKFLOW_SECRET=0123456789abcdef0123456789abcdef
export VISIONO_WEBHOOK_SECRET=whsec_0123456789abcdef0123456789abcdef

fail() { echo "examples.sh: $*" >&2; exit 1; }

# Runs a program with secrets, and without: example NAME WANTED.
example() {
  local printed status=0
  printed=$("./$1")
  [[ $printed == *"$2"* ]] || fail "the example $1 printed $printed"
  printed=$(env -u VISIONO_WORKFLOW_SECRET -u VISIONO_WEBHOOK_SECRET "./$1" 2>&1) || status=$?
  [[ $status == 1 && $printed == *"is absent"* ]] || fail "$1 without a secret: $status, $printed"
}

# Asks the README's application as a web server does: answers METHOD URL START [TEXT].
answers() {
  local printed
  printed=$(REQUEST_METHOD=$1 REQUEST_URI=$2 ./tickets 2> tickets.log) || [[ $3 == *500* ]] || fail "$1 $2 failed"
  [[ $printed == "$3"* && $printed == *"${4:-}"* ]] || fail "$1 $2 printed $printed"
}

example header 'https://visiono.io/s/damage-report?uv=ABC123&src=zendesk'
example test 'unexpected_value'
example webhook ': submission.created, photos for ticket-456'
[[ $(./escaped) == 'a\x0a\x1b[2J\x5c \xc2\x9b' ]] || fail "print_escaped is wrong"

link='Location: https://visiono.io/s/damage-report?uv=XYZ%20789&src=zendesk&ref=2024%2F0815&ts='
answers POST /tickets/2024%2F0815/start "Status: 303 See Other"$'\r\n'"$link"
# `test`, also from the README, makes the return.
back=$(sed -n 's|^https://app.example||p' <<< "$(./test)")
answers GET "$back" 'Status: 200 OK' 'Thank you for the photos of submission pls_&#60;1>'
answers GET "$back&REF=x" 'Status: 400 Bad Request' 'This address is not valid.'
answers GET "${back/2024%2F0815/ticket-456}" 'Status: 400 Bad Request' 'This address is not valid.'
answers GET '/tickets/ticket-456/done?x=1' 'Status: 400 Bad Request' 'This address is not valid.'
answers GET "${back//2024%2F0815/ticket-457}" 'Status: 404 Not Found' 'There is no such ticket.'
answers GET / 'Status: 404 Not Found' 'There is no such ticket.'
VISIONO_WORKFLOW_SECRET='' answers GET "$back" 'Status: 500 Internal Server Error' 'Something went wrong'
