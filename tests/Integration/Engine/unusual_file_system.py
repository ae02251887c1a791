"""A file system with the habits of some that a restore may meet.

unusual_file_system.py HABITS BACKING MOUNT: shows BACKING under MOUNT and says "ready". HABITS are words with commas between them:

normalizes         composed and decomposed characters are one (as to HFS+, and to APFS)
trims              dots at the end of a name do not count (as on FAT and SMB)
numbers-files      a file has one inode number, whatever name leads to it; otherwise each name has one, as with many FUSE file systems
numbers-nothing    all files have the same inode number
refuses-links      there are no hard links
refuses-symlinks   there are no symbolic links
refuses-truncate   a file is lengthened by writing only
forgets-modes, forgets-owners, forgets-times    setting them succeeds and does nothing
"""
import errno
import os
import sys
import unicodedata

from fusepy import FUSE, FuseOSError, Operations

HABITS = set(sys.argv[1].split(","))


class UnusualFileSystem(Operations):
    def __init__(self, backing):
        self.backing = backing

    def __call__(self, operation, path, *arguments):
        try:
            return super().__call__(operation, self.resolve(path), *arguments)
        except OSError as error:
            raise FuseOSError(error.errno) from error

    def resolve(self, path):
        path = self.backing + path
        if "normalizes" in HABITS:
            path = unicodedata.normalize("NFD", path)
        if "trims" in HABITS:
            path = "/".join(name.rstrip(".") or name for name in path.split("/"))
        return path

    def init(self, path):
        print("ready", flush=True)

    def getattr(self, path, handle=None):
        status = os.lstat(path)
        names = ("st_atime", "st_ctime", "st_gid", "st_mode", "st_mtime", "st_nlink", "st_size", "st_uid", "st_ino")
        shown = {name: getattr(status, name) for name in names}
        if "numbers-nothing" in HABITS:
            shown["st_ino"] = 7
        return shown

    def readdir(self, path, handle):
        return [".", "..", *os.listdir(path)]

    def create(self, path, mode, info=None):
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)

    def open(self, path, flags):
        return os.open(path, flags)

    def read(self, path, size, offset, handle):
        return os.pread(handle, size, offset)

    def write(self, path, data, offset, handle):
        return os.pwrite(handle, data, offset)

    def truncate(self, path, length, handle=None):
        refuse("refuses-truncate")
        os.truncate(path, length)

    def flush(self, path, handle):
        return 0

    def release(self, path, handle):
        os.close(handle)

    def mkdir(self, path, mode):
        os.mkdir(path, mode)

    def rmdir(self, path):
        os.rmdir(path)

    def unlink(self, path):
        os.unlink(path)

    def rename(self, old, new):
        os.rename(old, self.resolve(new))

    def link(self, target, source):
        refuse("refuses-links")
        os.link(self.resolve(source), target)

    def symlink(self, target, source):
        refuse("refuses-symlinks")
        os.symlink(source, target)

    def readlink(self, path):
        return os.readlink(path)

    def chmod(self, path, mode):
        if "forgets-modes" not in HABITS:
            os.chmod(path, mode)

    def chown(self, path, user, group):
        if "forgets-owners" not in HABITS:
            os.chown(path, user, group, follow_symlinks=False)

    def utimens(self, path, times=None):
        if "forgets-times" not in HABITS:
            os.utime(path, times, follow_symlinks=False)


def refuse(habit):
    if habit in HABITS:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))


numbers = {"numbers-files", "numbers-nothing"} & HABITS
FUSE(UnusualFileSystem(sys.argv[2]), sys.argv[3], foreground=True, nothreads=True, nonempty=True, **({"use_ino": True} if numbers else {}))
