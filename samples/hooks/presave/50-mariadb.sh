#!/bin/sh
# Pre-save hook: dumps every MariaDB or MySQL database into one directory. Save that directory.
#
#   DUMP_DIRECTORY       where the dumps go; default /var/backups/rekkord/mariadb
#   MYSQL_DEFAULTS_FILE  an option file with user, password and socket or host; default: the client's usual ones,
#                        which on most systems let root in over the local socket
#
# The dumps are plain text, not compressed, in the order of the primary key and without the date, so that what has not
# changed is not stored again. --single-transaction gives a consistent state of InnoDB tables without locking them.
# A dump only takes the place of the one before when all of them are complete; on any error the old ones stay, the hook
# fails, and nothing is saved.

set -eu
umask 077

directory=${DUMP_DIRECTORY:-/var/backups/rekkord/mariadb}
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

if command -v mariadb-dump > /dev/null; then
    client=mariadb dump=mariadb-dump
else
    client=mysql dump=mysqldump
fi

# The first option, or it is not taken.
run() {
    program=$1
    shift
    "$program" ${MYSQL_DEFAULTS_FILE:+"--defaults-extra-file=$MYSQL_DEFAULTS_FILE"} "$@"
}

run "$client" --batch --skip-column-names --raw --execute='SHOW DATABASES' > "$new/.databases"

while IFS= read -r database; do
    case $database in
        information_schema | performance_schema | sys | mysql) continue ;;
        */* | .*) echo "The database '$database' has a name that no file can have." >&2; exit 1 ;;
    esac
    run "$dump" --single-transaction --quick --skip-dump-date --order-by-primary --hex-blob \
        --routines --events --triggers --result-file="$new/db-$database.sql" "$database" < /dev/null
    # It writes this line last.
    tail -n 1 "$new/db-$database.sql" | grep -q '^-- Dump completed' || { echo "The dump of '$database' is not complete." >&2; exit 1; }
    echo "dumped $database"
done < "$new/.databases"

# MariaDB also says who may do what; with MySQL, note down your accounts in another way.
if [ "$dump" = mariadb-dump ]; then
    run "$dump" --skip-dump-date --system=users --result-file="$new/users.sql" < /dev/null
fi

# All are there. Each takes the place of the one before; those of databases that are gone go.
rm -f "$new/.databases"
for old in ./db-*.sql; do
    [ -e "$new/$old" ] || rm -f "$old"
done
if [ -n "$(ls "$new")" ]; then
    mv "$new"/*.sql .
fi
