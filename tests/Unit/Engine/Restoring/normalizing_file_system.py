"""A file system to which composed and decomposed characters are one (as to HFS+, and to APFS), but 'A' and 'a' are not.

normalizing_file_system.py BACKING MOUNT: shows BACKING under MOUNT, with all names in Unicode's form NFD, and says "ready".
"""
import os
import sys
import unicodedata

from fusepy import FUSE, FuseOSError, Operations


class NormalizingFileSystem(Operations):
    def __init__(self, backing):
        self.backing = backing

    def __call__(self, operation, path, *arguments):
        try:
            return super().__call__(operation, unicodedata.normalize("NFD", self.backing + path), *arguments)
        except OSError as error:
            raise FuseOSError(error.errno) from error

    def init(self, path):
        print("ready", flush=True)

    def getattr(self, path, handle=None):
        status = os.lstat(path)
        names = ("st_atime", "st_ctime", "st_gid", "st_mode", "st_mtime", "st_nlink", "st_size", "st_uid", "st_ino")
        return {name: getattr(status, name) for name in names}

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
        os.rename(old, unicodedata.normalize("NFD", self.backing + new))

    def link(self, target, source):
        os.link(unicodedata.normalize("NFD", self.backing + source), target)

    def chmod(self, path, mode):
        os.chmod(path, mode)

    def chown(self, path, user, group):
        os.chown(path, user, group)

    def utimens(self, path, times=None):
        os.utime(path, times)


FUSE(NormalizingFileSystem(sys.argv[1]), sys.argv[2], foreground=True, nothreads=True, nonempty=True)
