#!/bin/sh
# Pre-save hook: makes consistent copies of SQLite databases, even while they are written to. Save the directory of the copies.
#
#   SQLITE_DATABASES  the databases, one full path per line
#   DUMP_DIRECTORY    where the copies go; default /var/backups/rekkord/sqlite
#
# A copy is named after the database's path, with %2F for each slash. It is made in one read transaction. A database in WAL
# mode can be written to meanwhile. In the other modes a writer has to wait until the copy is done, and an application that
# does not wait that long reports a locked database.
#
# A copy replaces the one before only when it is whole and sound. If a database cannot be copied, the others still are, its
# old copy stays, and the hook fails and names it. Nothing else in the directory is touched: the copy of a database that is
# no longer in the list stays until you remove it.
#
# SQLite before 3.53.0 (except 3.51.3) has a fault that can damage a database in WAL mode when two connections checkpoint and
# write at the same moment (https://sqlite.org/wal.html#walresetbug). This hook neither writes nor checkpoints. What counts
# is the version that the applications use.

set -eu
umask 077

PATH=$PATH:/usr/local/bin
export LC_ALL=C
unset CDPATH

hook=$(basename "$0" .sh)
databases=${SQLITE_DATABASES:?name the databases, one full path per line}
directory=${DUMP_DIRECTORY:-/var/backups/rekkord/sqlite}
mkdir -p "$directory"
cd "$directory"
new=.$hook.new.$$

# Leftovers of a run that was killed would be saved with the copies.
for stale in ".$hook".new.*; do
    kill -0 "${stale##*.}" 2> /dev/null || rm -rf "$stale"
done
rm -rf "$new"
mkdir "$new"
trap 'rm -rf "$new"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

# Without the user's ~/.sqliterc, which can change every answer.
sqlite() { sqlite3 -init /dev/null -batch -bail "$@" < /dev/null; }

# Without a transaction, the copying would start over after each commit of another process, and might never end. The limit is
# for the wait for a writer.
backup() { # a path or an address
    rm -f "$new/copy"
    (cd "$new" && sqlite -readonly -cmd '.timeout 30000' -cmd 'BEGIN' -cmd 'SELECT 1 FROM sqlite_master LIMIT 1' \
        "$1" '.backup main copy') > /dev/null 2> "$new/words"
}

is_read_only() { grep -q -e 'unable to open database file' -e 'readonly database' "$new/words"; }

# Where nothing can be written, SQLite opens a database in WAL mode only when it is told that nobody changes it. That holds
# when no connection has left its -wal or -journal there, and is checked again afterwards.
backup_immutable() {
    is_read_only && [ ! -e "$1-wal" ] && [ ! -e "$1-journal" ] || return 1
    before=$(stat -c '%i %s %y' "$1") || return 1
    backup "file:$(printf '%s' "$1" | sed 's/%/%25/g; s/?/%3F/g; s/#/%23/g')?immutable=1" || return 1
    [ ! -e "$1-wal" ] && [ ! -e "$1-journal" ] && [ "$(stat -c '%i %s %y' "$1")" = "$before" ] || {
        echo 'It was changed while it was copied.' > "$new/words"
        return 1
    }
}

copy() {
    case $1 in
    /*) ;;
    *) echo "'$1' is not a full path." >&2; return 1 ;;
    esac
    # sqlite3 would make an empty database if there is none of that name.
    [ -f "$1" ] || { echo "The database '$1' does not exist." >&2; return 1; }
    # Where a link leads is also where SQLite has the -wal file.
    real=$(readlink -f "$1") || return 1
    if ! backup "$1" && ! backup_immutable "$real"; then
        echo "The database '$1' cannot be copied: $(cat "$new/words")" >&2
        if [ -e "$real-wal" ] && is_read_only; then
            echo "Its -wal file has not been merged yet, and that needs a directory that can be written to." >&2
        elif [ -e "$real-journal" ] && is_read_only; then
            echo "A program that was killed left its -journal file. Open the database with its application, which rolls it back." >&2
        fi
        return 1
    fi

    remark=
    if ! check=$(sqlite "$new/copy" 'PRAGMA integrity_check' 2>&1); then
        # Some applications bring collations, functions and modules of their own. Only they can check such a database.
        case $check in
        *'no such collation sequence'* | *'no such function'* | *'unknown function'* | *'no such module'* | *'no such tokenizer'*)
            remark=" (not checked: $(printf '%s\n' "$check" | head -n 1))"
            check=ok ;;
        esac
    fi
    [ "$check" = ok ] || { echo "The copy of '$1' is damaged: $check" >&2; return 1; }
    mv -f "$new/copy" "$(printf '%s' "$1" | sed 's/%/%25/g; s|/|%2F|g')" || return 1
    echo "copied $1$remark"
}

# The list comes from a document and not through a pipe, which would lose what the loop finds.
failed=
while IFS= read -r database; do
    [ -z "$database" ] || copy "$database" || failed="$failed $database"
done <<EOF
$databases
EOF

if [ -n "$failed" ]; then
    echo "Not copied:$failed. Earlier copies were left as they are." >&2
    exit 1
fi
