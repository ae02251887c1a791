#!/bin/bash
# pg_dump 15.18 (Debian 12, 15.18-0+deb12u1) writing to standard output ends with 0 when the end of the dump did not fit on the disk,
# and pg_dumpall does so even with --file, which helps pg_dump. So neither "pg_dump > file" under "set -e" nor "pg_dumpall --file"
# tells that a dump was cut short: look for the closing line. (Small dumps; a large one fails at an earlier write.)
# Output: "pg_dump > file: exit 0, 0 bytes" / "pg_dump --file: exit 1" / "pg_dumpall --globals-only --file: exit 0, 0 bytes"
# Needs root (to mount a small disk and start the server as nobody) and Debian's package servers.
set -euo pipefail
work=$(mktemp -d); cd "$work"; chmod 755 .
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
finish() { as_nobody "$bin/pg_ctl" -D "$work/nobody/data" -m immediate stop >/dev/null 2>&1; cd /; umount "$work/disk"; rm -rf "$work"; }
trap finish EXIT
bin=$work/root/usr/lib/postgresql/15/bin

apt-get download -qq postgresql-15=15.18-0+deb12u1 postgresql-client-15=15.18-0+deb12u1 libpq5=15.18-0+deb12u1 \
  libicu72 libxml2 libldap-2.5-0 liblz4-1 libzstd1 >/dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
chmod -R a+rX root
export LD_LIBRARY_PATH=$work/root/usr/lib/x86_64-linux-gnu:$work/root/lib/x86_64-linux-gnu
export PGHOST=$work/nobody PGUSER=postgres

install -d -o 65534 -g 65534 nobody
as_nobody "$bin/initdb" -D nobody/data -A trust -U postgres --locale=C >/dev/null
as_nobody "$bin/pg_ctl" -D nobody/data -l nobody/log -w -o "-c listen_addresses= -c unix_socket_directories=$work/nobody" start >/dev/null

mkdir disk
mount -t tmpfs -o size=64k tmpfs disk
head -c 65536 /dev/zero >disk/other
status() { "$@" 2>/dev/null && echo 0 || echo $?; }
size() { stat -c %s "$1"; }
to_output() { "$bin/pg_dump" postgres >disk/output; }
output=$(status to_output)
file=$(status "$bin/pg_dump" --file=disk/file postgres)
globals=$(status "$bin/pg_dumpall" --globals-only --file=disk/globals)
echo "pg_dump > file: exit $output, $(size disk/output) bytes"
echo "pg_dump --file: exit $file"
echo "pg_dumpall --globals-only --file: exit $globals, $(size disk/globals) bytes"
[ "$output/$file/$globals/$(size disk/output)/$(size disk/globals)" = 0/1/0/0/0 ]
