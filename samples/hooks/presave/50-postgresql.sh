#!/bin/sh
# Pre-save hook: dumps every PostgreSQL database, and the roles, into one directory. Save that directory.
#
#   DUMP_DIRECTORY   where the dumps go; default /var/backups/rekkord/postgresql
#
# Which server, and who asks, is libpq's business: PGHOST, PGPORT, PGUSER, PGPASSFILE. Without PGHOST, root becomes the
# user "postgres", who is let in over the local socket on most systems.
#
# The dumps are plain text and not compressed, so that what has not changed is not stored again. A dump only takes the place
# of the one before when all of them are complete; on any error the old ones stay, the hook fails, and nothing is saved.

set -eu
umask 077

directory=${DUMP_DIRECTORY:-/var/backups/rekkord/postgresql}
mkdir -p "$directory"
cd "$directory"
new=.new.$$

# What a run that was killed left: it would be saved with the dumps.
for stale in .new.*; do
    kill -0 "${stale#.new.}" 2> /dev/null || rm -rf "$stale"
done
rm -rf "$new"
mkdir "$new"
trap 'rm -rf "$directory/$new"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

postgres() {
    if [ "$(id -u)" -eq 0 ] && [ -z "${PGHOST:-}" ]; then
        # Not from a directory that the user "postgres" may not enter.
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

# Newer versions write a random word into each dump unless they are given one.
restrict=
if pg_dump --help | grep -q -e --restrict-key; then
    restrict=--restrict-key=rekkord
fi

postgres psql --no-psqlrc --no-password --tuples-only --no-align --dbname=postgres \
    --command='SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname' > "$new/.databases"

postgres pg_dumpall --no-password --globals-only $restrict > "$new/globals.sql"

while IFS= read -r database; do
    case $database in
        */* | .*) echo "The database '$database' has a name that no file can have." >&2; exit 1 ;;
    esac
    # As a variable the name is only a name; as an argument it could be read as a connection string.
    export PGDATABASE="$database"
    postgres pg_dump --no-password --format=plain $restrict < /dev/null > "$new/db-$database.sql"
    echo "dumped $database"
done < "$new/.databases"

# All are there. Each takes the place of the one before; those of databases that are gone go.
rm -f "$new/.databases"
for old in ./db-*.sql; do
    [ -e "$new/$old" ] || rm -f "$old"
done
mv "$new"/*.sql .
