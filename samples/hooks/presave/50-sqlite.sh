#!/bin/sh
# Pre-save hook: copies SQLite databases, consistently, also while they are written to. Save the directory of the copies.
#
#   SQLITE_DATABASES  the databases, one full path a line
#   DUMP_DIRECTORY    where the copies go; default /var/backups/rekkord/sqlite
#
# A copy only takes the place of the one before when it is complete and sound; on any error the old one stays, the hook
# fails, and nothing is saved.

set -eu
umask 077

databases=${SQLITE_DATABASES:?name the databases, one full path a line}
directory=${DUMP_DIRECTORY:-/var/backups/rekkord/sqlite}
mkdir -p "$directory"
cd "$directory"
new=.new.$$

# What a run that was killed left: it would be saved with the copies.
for stale in .new.*; do
    pid=${stale#.new.}
    kill -0 "${pid%%-*}" 2> /dev/null || rm -rf "$stale"
done
trap 'rm -f "$directory/$new" "$directory/$new-journal"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

# The list comes from a document and not through a pipe: an error in a pipe's loop would end the loop only.
while IFS= read -r database; do
    [ -n "$database" ] || continue
    # sqlite3 would make an empty database of a name that is not there.
    [ -f "$database" ] || { echo "The database '$database' does not exist." >&2; exit 1; }
    name=$(printf '%s' "$database" | sed 's/%/%25/g; s|/|%2F|g')

    rm -f "$new"
    # Waits up to 30 seconds for a writer.
    sqlite3 -bail -readonly -cmd '.timeout 30000' "$database" ".backup main $new" < /dev/null
    check=$(sqlite3 -bail "$new" 'PRAGMA integrity_check' < /dev/null)
    [ "$check" = ok ] || { echo "The copy of '$database' is damaged: $check" >&2; exit 1; }
    mv "$new" "$name"
    echo "copied $database"
done <<EOF
$databases
EOF
