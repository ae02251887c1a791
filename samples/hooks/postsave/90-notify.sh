#!/bin/sh
# Post-save hook: tells a webhook how the save went. Copy it into the directory of PostSaveDirectory.
#
#   NOTIFY_URL   the address of the webhook; the body is JSON
#
# The hook fails when the message cannot be delivered, because silence would be taken for success. After a failed pre hook it
# runs only with RunPostHooksAfterPreFailure = true. When the save cannot even begin, it does not run at all. So also make
# sure that somebody notices a missing message: docs/hooks.md, "A message after every save".

set -eu

url=${NOTIFY_URL:?name the webhook}

# Text as JSON writes it: backslash and quote escaped, and no control characters.
json() { printf '"%s"' "$(printf '%s' "$1" | tr '\001-\037' ' ' | sed 's/\\/\\\\/g; s/"/\\"/g')"; }

if [ "$SUCCESS" = 1 ]; then
    text="Saved ${REKKORD_CHANNEL:-} on $(uname -n)"
else
    text="SAVE FAILED: ${REKKORD_CHANNEL:-} on $(uname -n): ${REKKORD_ERROR:-a hook failed}"
fi
body=$(printf '{"success": %s, "text": %s, "snapshot": %s}' \
    "$([ "$SUCCESS" = 1 ] && echo true || echo false)" "$(json "$text")" "$(json "${REKKORD_SNAPSHOT:-}")")

# The address is a secret. It goes through standard input with the body, because every user can see a command line. A file of
# options writes quotes and backslashes as JSON does. --disable: without the user's own ~/.curlrc.
status=$(printf 'url = %s\ndata-binary = %s\n' "$(json "$url")" "$(json "$body")" |
    curl --disable --globoff --proto '=http,https' --silent --show-error --max-time 60 --retry 3 --retry-connrefused \
        --header 'Content-Type: application/json; charset=utf-8' --output /dev/null --write-out '%{http_code}' --config -)
case $status in
2??) ;;
3??)
    # Following it could turn the message into a request without a body.
    echo "The message was not delivered: the webhook answered $status, so it has moved. Set NOTIFY_URL to its new address." >&2
    exit 1 ;;
*)
    echo "The message was not delivered: the webhook answered $status. Check NOTIFY_URL and the service behind it." >&2
    exit 1 ;;
esac
