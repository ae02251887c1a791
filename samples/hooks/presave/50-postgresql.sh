#!/bin/sh
# Pre-save hook: dumps every PostgreSQL database, and the roles, into one directory. Save that directory.
#
#   DUMP_DIRECTORY   where the dumps go; default /var/backups/rekkord/postgresql
#
# libpq decides which server is used and which account: PGHOST, PGPORT, PGUSER, PGPASSFILE, PGSERVICE. When none of them
# names a server, root becomes the user "postgres", whom most systems let in over the local socket. Only a superuser sees
# everything.
#
# create-NAME.sql makes a database as it was (owner, encoding, settings, rights, comment), db-NAME.sql fills it, globals.sql
# has the roles and tablespaces. NAME is written as in a web address: a blank is %20. The dumps are plain text and not
# compressed, so that what has not changed is not stored again.
#
# A dump replaces the one before only when it is whole. If a database cannot be dumped, the others still are, its old dump
# stays, and the hook fails and names it. The hook keeps a list of what it made, overwrites nothing else, and removes only
# the dumps of databases that are gone.

set -eu
umask 077

# cron's PATH has no runuser. The other variables would change what is dumped, or how.
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
export LC_ALL=C
unset CDPATH PGDATABASE PGOPTIONS PGCLIENTENCODING PGTZ PGDATESTYLE PGGEQO

hook=$(basename "$0" .sh)
directory=${DUMP_DIRECTORY:-/var/backups/rekkord/postgresql}
mkdir -p "$directory"
cd "$directory"
new=.$hook.new.$$
made=.made-by-$hook

# Leftovers of a run that was killed would be saved with the dumps.
for stale in ".$hook".new.*; do
    kill -0 "${stale##*.}" 2> /dev/null || rm -rf "$stale"
done
rm -rf "$new"
mkdir "$new"
trap 'rm -rf "$new"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
[ -e "$made" ] || : > "$made"

if [ "$(id -u)" -eq 0 ] && [ -z "${PGHOST:-}${PGHOSTADDR:-}${PGSERVICE:-}" ]; then
    account=postgres
    # Not from a directory that the user "postgres" may not enter.
    postgres() { (cd / && exec runuser -u postgres -- "$@"); }
else
    account=$(id -u)
    postgres() { "$@"; }
fi

# pg_dump does not notice that a disk is full unless it opens the file itself. As /dev/stdout it can, also as another user.
dump() { # the file, its closing line, the program and its options
    file=$1 closing=$2
    shift 2
    if [ -e "$file" ] && ! grep -qxF -e "$file" "$made"; then
        echo "$directory/$file was not made by this hook. Move it away, or give each hook a DUMP_DIRECTORY of its own." >&2
        return 1
    fi
    : > "$new/part" && chown "$account" "$new/part" || return 1
    postgres "$@" --file=/dev/stdout < /dev/null > "$new/part" || return 1
    if ! tail -n 8 "$new/part" | grep -qxF -e "$closing"; then
        echo "The dump $file is not complete." >&2
        return 1
    fi
    # On the list first, so that a file of a run that is killed in between does not look like somebody else's.
    if ! grep -qxF -e "$file" "$made"; then
        printf '%s\n' "$file" | cat "$made" - > "$new/made" && mv "$new/made" "$made" || return 1
    fi
    chown "$(id -u)" "$new/part" && mv -f "$new/part" "$file"
}

# Each dump contains a word that keeps psql from taking the database's content for commands when it loads the dump
# (CVE-2025-8714, complete since 15.19, 16.15, 17.11 and 18.6). A new word each time would make each dump differ, and a
# word that others know would not protect. So this machine has one of its own.
restrict=
if pg_dump --help | grep -q -e --restrict-key; then
    word=.restrict-key
    if [ -z "$(find "$word" -prune -type f -user "$(id -u)" -perm 600 -size +0 2> /dev/null)" ]; then
        od -An -v -N 20 -tx1 /dev/urandom | tr -dc 0-9a-f > "$new/word"
        mv -f "$new/word" "$word"
    fi
    restrict=--restrict-key=$(cat "$word")
fi

# Byte by byte, because a name can have line ends and be in any encoding. template0 is the same on every server.
query="
SELECT CASE current_setting('is_superuser') WHEN 'on' THEN '' ELSE E'limited -\n' END
    || string_agg(state || ' ' || name, E'\n' ORDER BY name) || E'\nend -'
FROM (SELECT
    CASE WHEN datconnlimit = -2 THEN 'invalid' WHEN datallowconn THEN 'open' ELSE 'closed' END AS state,
    (SELECT string_agg(
        CASE WHEN byte BETWEEN 48 AND 57 OR byte BETWEEN 65 AND 90 OR byte BETWEEN 97 AND 122 OR byte IN (45, 46, 95, 126)
        THEN chr(byte) ELSE '%' || upper(lpad(to_hex(byte), 2, '0')) END, '' ORDER BY i)
    FROM (SELECT i, get_byte(convert_to(datname::text, 'SQL_ASCII'), i) AS byte
        FROM generate_series(0, octet_length(datname::text) - 1) AS i) AS bytes) AS name
    FROM pg_database WHERE datallowconn OR datname <> 'template0') AS databases"
postgres psql --no-psqlrc --no-password --quiet --tuples-only --no-align --dbname=postgres --command="$query" > "$new/list"
if [ "$(tail -n 1 "$new/list")" != 'end -' ]; then
    echo "The list of the databases is not complete." >&2
    exit 1
fi

failed=
echo globals.sql > "$new/current"
dump globals.sql '-- PostgreSQL database cluster dump complete' \
    pg_dumpall --no-password --globals-only $restrict || failed=" globals.sql"

while read -r state name; do
    case $state in
    end) break ;;
    limited)
        echo "The role is not a superuser: subscriptions and passwords for foreign servers would be missing, without an error." >&2
        exit 1 ;;
    closed) echo "left out, because it allows no connections: $name" ;;
    invalid) echo "left out, because a DROP DATABASE was interrupted; drop it again: $name" ;;
    open)
        # In an address a name is only a name, and nothing overrides it. A schema that is both asked for and left out is not
        # dumped, so only the database itself remains.
        whole=yes
        # A setting of the database can make another role of this one.
        if [ "$(postgres psql --no-psqlrc --no-password --quiet --tuples-only --no-align --dbname="postgresql:///$name" \
            --command='SHOW is_superuser' < /dev/null)" != on ]; then
            echo "In the database $name the role cannot be used, or is not a superuser." >&2
            whole=
        else
            dump "create-$name.sql" '-- PostgreSQL database dump complete' \
                pg_dump --no-password --create --schema-only --schema=pg_catalog --exclude-schema=pg_catalog \
                $restrict --dbname="postgresql:///$name" || whole=
            dump "db-$name.sql" '-- PostgreSQL database dump complete' \
                pg_dump --no-password $restrict --dbname="postgresql:///$name" || whole=
        fi
        if [ -n "$whole" ]; then
            echo "dumped $name"
        else
            failed="$failed $name"
        fi ;;
    esac
    printf '%s\n' "create-$name.sql" "db-$name.sql" >> "$new/current"
done < "$new/list"

if [ -n "$failed" ]; then
    echo "Not dumped:$failed. Earlier dumps were left as they are." >&2
    exit 1
fi

grep -vxF -f "$new/current" "$made" > "$new/gone" || true
while IFS= read -r file; do
    case $file in
    */*) ;;
    create-*.sql | db-*.sql)
        rm -f "$file"
        echo "removed $file: the database is gone" ;;
    esac
done < "$new/gone"
grep -xF -f "$new/current" "$made" > "$new/made"
mv "$new/made" "$made"
