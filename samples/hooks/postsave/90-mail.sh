#!/bin/sh
# Post-save hook: mails how the save went. Copy it into the directory of PostSaveDirectory.
#
#   MAIL_TO       the address that gets the mail
#   MAIL_FROM     the sender's address; without it, MAIL_TO
#   MAIL_SERVER   smtp://host:port, or smtps://host:port for TLS from the first byte; without it, smtp://localhost
#   MAIL_NETRC    a file in the form of ~/.netrc with the login for the server; without it, none is sent
#   MAIL_TLS      required or none; without it, required for every server but one on this machine
#
# The hook fails when the mail is not accepted, because silence would be taken for success. After a failed pre hook it runs
# only with RunPostHooksAfterPreFailure = true. When the save cannot even begin, it does not run at all. So also make sure
# that somebody notices a missing mail: docs/hooks.md, "A message after every save".

set -eu

to=${MAIL_TO:?name who gets the mail}
from=${MAIL_FROM:-$to}
server=${MAIL_SERVER:-smtp://localhost}

case $server in
smtp://localhost | smtp://localhost:* | smtp://127.0.0.1 | smtp://127.0.0.1:*) tls=none ;;
*) tls=required ;;
esac
case ${MAIL_TLS:-$tls} in
required) tls=--ssl-reqd ;;
none) tls=--no-ssl ;;
*) echo "MAIL_TLS is 'required' or 'none', and not '$MAIL_TLS'." >&2; exit 1 ;;
esac

if [ "$SUCCESS" = 1 ]; then
    subject="Saved ${REKKORD_CHANNEL:-} on $(uname -n)"
    text="The snapshot is ${REKKORD_SNAPSHOT:-} in ${REKKORD_REPOSITORY:-}."
else
    subject="SAVE FAILED: ${REKKORD_CHANNEL:-} on $(uname -n)"
    text=${REKKORD_ERROR:-A hook failed.}
fi

message=$(mktemp)
trap 'rm -f "$message"' EXIT
trap 'exit 1' HUP INT TERM

# In Base64, so that no name and no error can be taken for a line of the header.
{
    printf 'From: <%s>\nTo: <%s>\nDate: %s\nSubject: =?UTF-8?B?%s?=\n' "$from" "$to" "$(LC_ALL=C date '+%a, %d %b %Y %H:%M:%S %z')" \
        "$(printf '%s' "$subject" | base64 | tr -d '\n')"
    printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n'
    printf '%s\n' "$text" | base64
} >"$message"

# The login stays in its file: every user can see a command line. --disable: without the user's own ~/.curlrc.
curl --disable --globoff --proto '=smtp,smtps' --silent --show-error --max-time 60 --retry 3 --retry-connrefused --crlf "$tls" \
    ${MAIL_NETRC:+--netrc-file "$MAIL_NETRC"} --mail-from "$from" --mail-rcpt "$to" --upload-file "$message" "$server" || {
    echo "The mail was not accepted. Check MAIL_SERVER, MAIL_TO and the server behind them." >&2
    exit 1
}
