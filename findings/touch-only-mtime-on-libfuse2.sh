#!/bin/bash
# A file system on libfuse 2 (here exfat-fuse 1.3.0+git20220115-2 with libfuse2 2.9.9-6, Debian 12) answers a call that sets the
# modification time alone (utimensat with UTIME_OMIT, as "touch -m" makes it) with success, and does nothing. Setting both times
# works. So a program that restores times cannot trust the call.
# Output: "touch -m: exit 0, 2026"  (the year of today, not 2020)
#         "touch:    exit 0, 2020"
# Needs root (loop device and mount), Debian's package servers, and /dev/fuse.
set -euo pipefail
work=$(mktemp -d); cd "$work"
device=
finish() { mountpoint -q "$work/mount" && umount "$work/mount"; [ -z "$device" ] || losetup -d "$device"; rm -rf "$work"; }
trap finish EXIT

apt-get download -qq exfat-fuse=1.3.0+git20220115-2 libfuse2=2.9.9-6+b1 exfatprogs >/dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH=$work/root/lib/x86_64-linux-gnu:$work/root/usr/lib/x86_64-linux-gnu

truncate -s 16M image
root/usr/sbin/mkfs.exfat image >/dev/null
device=$(losetup -f --show image)
mkdir mount
"$(find root -name mount.exfat-fuse | head -1)" "$device" "$work/mount" >/dev/null 2>&1

this_year=$(date +%Y)
touch mount/file
touch -m -d 2020-06-01 mount/file; one=$?; year_of_one=$(date -r mount/file +%Y)
touch -d 2020-06-01 mount/file; both=$?; year_of_both=$(date -r mount/file +%Y)
echo "touch -m: exit $one, $year_of_one"
echo "touch:    exit $both, $year_of_both"
[ "$one/$year_of_one/$both/$year_of_both" = "0/$this_year/0/2020" ]
