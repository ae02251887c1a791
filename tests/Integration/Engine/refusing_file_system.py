"""A file system with a file, a directory and a link that have extended attributes, which it refuses in one of several ways.

refusing_file_system.py MODE MOUNT: says "ready" once it is mounted. MODE is "list NUMBER" or "get NUMBER", with the number of the
error that listing the attributes or reading each of them ends in, or "many", for more attributes than are saved.
"""
import stat
import sys

from fusepy import FUSE, FuseOSError, Operations

CONTENT = b"the content"
KINDS = {"/": stat.S_IFDIR | 0o755, "/file": stat.S_IFREG | 0o644, "/link": stat.S_IFLNK | 0o777}
TIME = 1700000000


class RefusingFileSystem(Operations):
    def __init__(self, mode, number=None):
        self.mode = mode
        self.number = int(number or 0)

    def init(self, path):
        print("ready", flush=True)

    def getattr(self, path, handle=None):
        if path not in KINDS:
            raise FuseOSError(2)
        size = len(CONTENT) if path == "/file" else 0
        return {"st_mode": KINDS[path], "st_nlink": 1, "st_size": size, "st_mtime": TIME, "st_ctime": TIME, "st_atime": TIME}

    def readdir(self, path, handle):
        return [".", "..", "file", "link"]

    def readlink(self, path):
        return "file"

    def read(self, path, size, offset, handle):
        return CONTENT[offset:offset + size]

    def listxattr(self, path):
        if self.mode == "list":
            raise FuseOSError(self.number)
        return [f"user.{i:04}" for i in range(100)] + ["security.small"] if self.mode == "many" else ["trusted.refused"]

    def getxattr(self, path, name, position=0):
        if self.mode == "get":
            raise FuseOSError(self.number)
        if self.mode == "list":
            raise FuseOSError(61)
        return b"small" if name == "security.small" else b"x" * 60000


if __name__ == "__main__":
    FUSE(RefusingFileSystem(*sys.argv[1].split()), sys.argv[2], foreground=True, ro=True, nothreads=True)
