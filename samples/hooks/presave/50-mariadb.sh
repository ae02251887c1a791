#!/bin/sh
# Pre-save hook: dumps every MariaDB or MySQL database into one directory. Save that directory.
#
#   DUMP_DIRECTORY       where the dumps go; default /var/backups/rekkord/mariadb
#   MYSQL_DEFAULTS_FILE  an option file with user, password and socket or host. It is then the only one. Default: the client's
#                        usual ones, which on most systems let root in over the local socket
#
# The account needs SELECT, SHOW VIEW, TRIGGER and EVENT on *.*: anything that it may not see would be missing without an
# error.
#
# create-NAME.sql makes a database with its character set, db-NAME.sql fills it, users.sql has the accounts (MariaDB only; keep
# those of MySQL in another way). The rest of the database mysql is not dumped. In NAME, a character of ASCII that is not a
# letter, a digit or one of -._~ is written as in a web address: a blank is %20. The dumps are plain text, not compressed, in
# the order of the primary key and without the date, so that what has not changed is not stored again. --single-transaction
# gives a consistent state of InnoDB tables without locking them.
#
# A dump replaces the one before only when it is whole. If a database cannot be dumped, the others still are, its old dump
# stays, and the hook fails and names it. The hook keeps a list of what it made, overwrites nothing else, and removes only
# the dumps of databases that are gone.

set -eu
umask 077

# The dump program would not ask the server that MYSQL_HOST names, only the client would.
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
export LC_ALL=C
unset CDPATH MYSQL_HOST

hook=$(basename "$0" .sh)
case ${MYSQL_DEFAULTS_FILE:-} in
'' ) defaults= ;;
/* ) defaults=--defaults-file=$MYSQL_DEFAULTS_FILE ;;
*  ) defaults=--defaults-file=$PWD/$MYSQL_DEFAULTS_FILE ;;
esac
directory=${DUMP_DIRECTORY:-/var/backups/rekkord/mariadb}
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

if command -v mariadb-dump > /dev/null; then
    client=mariadb dump=mariadb-dump
else
    client=mysql dump=mysqldump
fi

# The option file comes first, or it is ignored.
run() {
    program=$1
    shift
    "$program" ${defaults:+"$defaults"} "$@" < /dev/null
}

# One line for each row, and a closing line.
ask() { # the file for the answer, the statement
    run "$client" --default-character-set=utf8mb4 --batch --skip-column-names --raw --execute="$2; SELECT 'end'" > "$1"
    if [ "$(tail -n 1 "$1")" != end ]; then
        echo "The answer to '$2' is not complete." >&2
        exit 1
    fi
}

dump() { # the file, the options
    file=$1
    shift
    if [ -e "$file" ] && ! grep -qxF -e "$file" "$made"; then
        echo "$directory/$file was not made by this hook. Move it away, or give each hook a DUMP_DIRECTORY of its own." >&2
        return 1
    fi
    run "$dump" --default-character-set=utf8mb4 --skip-dump-date --result-file="$new/part" "$@" || return 1
    if [ "$(tail -n 1 "$new/part")" != '-- Dump completed' ]; then
        echo "The dump $file is not complete." >&2
        return 1
    fi
    # On the list first, so that a file of a run that is killed in between does not look like somebody else's.
    if ! grep -qxF -e "$file" "$made"; then
        printf '%s\n' "$file" | cat "$made" - > "$new/made" && mv "$new/made" "$made" || return 1
    fi
    mv -f "$new/part" "$file"
}

# Option files may name the account and the server. Anything else in them, such as no-data, could leave something out.
for option in $(run "$dump" --print-defaults | tail -n 1 | tr ' ' '\n' | sed -n 's/^--\([^=]*\).*/\1/p' | tr _ -); do
    case $option in
    user | password | host | port | socket | protocol | ssl* | tls* | default-auth | plugin-dir | connect-timeout | compress) ;;
    default-character-set | max-allowed-packet | net-buffer-length | quick | quote-names | single-transaction) ;;
    *)
        echo "An option file gives $dump the option '$option', which could change the dumps. Remove it, or name a file" \
            "with only user, password and host or socket in MYSQL_DEFAULTS_FILE." >&2
        exit 1 ;;
    esac
done

# Anything that an account may not see does not exist for it, neither in a list nor in a dump.
ask "$new/grants" 'SHOW GRANTS'
granted=$(sed -n 's/^GRANT \(.*\) ON \*\.\* TO .*/, \1,/p' "$new/grants")
missing=
for right in 'SELECT' 'SHOW VIEW' 'TRIGGER' 'EVENT'; do
    case $granted in
    *', ALL PRIVILEGES,'* | *", $right,"*) ;;
    *) missing="$missing, $right" ;;
    esac
done
if [ -n "$missing" ]; then
    echo "The account does not see everything. Grant it${missing#,} ON *.*, and dump again." >&2
    exit 1
fi

# The kind of each, and its name in hexadecimal digits, because it can have line ends. The server takes every directory beside
# its own for a database, also lost+found.
ask "$new/names" "SELECT CONCAT(CASE
    WHEN schema_name LIKE '#mysql50#%' AND (SELECT COUNT(*) FROM information_schema.tables
        WHERE table_schema = schema_name) = 0 THEN 'directory'
    WHEN (SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = schema_name
        AND generation_expression = 'ROW START' AND data_type = 'bigint') > 0 THEN 'transactions'
    WHEN (SELECT COUNT(*) FROM information_schema.tables
        WHERE table_schema = schema_name AND table_type = 'SYSTEM VERSIONED') > 0 THEN 'versions'
    ELSE 'plain' END, ' ', HEX(schema_name)) FROM information_schema.schemata
    WHERE BINARY schema_name NOT IN ('information_schema', 'performance_schema', 'sys', 'mysql') ORDER BY HEX(schema_name)"
if grep -qvx -e '[a-z]* [0-9A-F]*' -e end "$new/names"; then
    echo "The list of the databases cannot be read. Does an option file change how $client writes?" >&2
    exit 1
fi
# For each name: its form in a file's name, and what printf turns into the name.
awk -v digits=0123456789ABCDEF '$0 != "end" {
    file = escaped = ""
    for (i = 1; i < length($2); i += 2) {
        pair = substr($2, i, 2)
        byte = 16 * (index(digits, substr(pair, 1, 1)) - 1) + index(digits, substr(pair, 2, 1)) - 1
        character = sprintf("%c", byte)
        file = file (byte > 127 || character ~ /[A-Za-z0-9._~-]/ ? character : "%" pair)
        escaped = escaped sprintf("\\0%03o", byte)
    }
    print $1, file, escaped
}' "$new/names" > "$new/list"

# The earlier rows of system-versioned tables, which mariadb-dump can dump since 10.11, if the versions go by time.
versions=
if run "$dump" --help | grep -q -e --dump-history; then versions=--dump-history; fi

failed=
: > "$new/current"
while read -r kind name escaped; do
    printf '%s\n' "create-$name.sql" "db-$name.sql" >> "$new/current"
    option= remark=
    case $kind in
    directory) echo "left out, because it is a directory and no database: $name"; continue ;;
    versions) option=$versions ;;
    esac
    case $kind$option in
    versions | transactions) remark=', but not the earlier versions of its rows' ;;
    esac
    # The dot protects a line end at the end of the name.
    database=$(printf '%b.' "$escaped")
    database=${database%.}
    whole=yes
    dump "create-$name.sql" --skip-lock-tables --no-data --no-create-info --skip-triggers --databases -- "$database" || whole=
    dump "db-$name.sql" --single-transaction --quick --order-by-primary --hex-blob --routines --events --triggers \
        $option -- "$database" || whole=
    if [ -n "$whole" ]; then
        echo "dumped $name$remark"
    else
        failed="$failed $name"
    fi
done < "$new/list"

if [ "$dump" = mariadb-dump ]; then
    # Accounts that the new server already has are skipped when this is loaded.
    dump users.sql --skip-lock-tables --insert-ignore --system=users || failed="$failed users.sql"
    echo users.sql >> "$new/current"
fi

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
grep -xF -f "$new/current" "$made" > "$new/made" || true
mv "$new/made" "$made"
