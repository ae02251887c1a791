#!/bin/sh
# Post-save hook: tells a webhook how the save went. Copy it into the directory of PostSaveDirectory.
#
#   NOTIFY_URL   where to; the body is JSON
#
# The hook fails when the message cannot be delivered: silence would be taken for success.

set -eu

url=${NOTIFY_URL:?name the webhook}

# JSON's way of writing text: backslash and quote escaped; REKKORD_ERROR is one line and holds no control characters.
json() {
    printf '"%s"' "$(printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g')"
}

if [ "$SUCCESS" = 1 ]; then
    text="Saved ${REKKORD_CHANNEL:-} on $(uname -n)"
else
    text="SAVE FAILED: ${REKKORD_CHANNEL:-} on $(uname -n): ${REKKORD_ERROR:-a hook failed}"
fi

# The body goes through standard input, where no other user can see it in the list of processes.
printf '{"success": %s, "text": %s, "snapshot": %s}' \
    "$([ "$SUCCESS" = 1 ] && echo true || echo false)" "$(json "$text")" "$(json "${REKKORD_SNAPSHOT:-}")" |
    curl --fail --silent --show-error --max-time 60 --retry 3 \
        --header 'Content-Type: application/json' --data-binary @- --output /dev/null "$url"
