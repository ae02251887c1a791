namespace Rekkord.Engine.Platform;

/// <summary>
/// Linux's error numbers that are told apart; the same on every architecture that .NET runs on (asm-generic/errno.h). Those below 35 are
/// macOS's too, except <see cref="EAGAIN"/>.
/// </summary>
internal static class Errno
{
    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int EINTR = 4;
    internal const int EIO = 5;
    internal const int ENXIO = 6;
    internal const int E2BIG = 7;
    internal const int ENOEXEC = 8;
    internal const int EBADF = 9;
    internal const int EAGAIN = 11;
    internal const int EACCES = 13;
    internal const int EEXIST = 17;
    internal const int ENODEV = 19;
    internal const int ENOTDIR = 20;
    internal const int EISDIR = 21;
    internal const int EINVAL = 22;
    internal const int ENFILE = 23;
    internal const int EMFILE = 24;
    internal const int ETXTBSY = 26;
    internal const int EFBIG = 27;
    internal const int ENOSPC = 28;
    internal const int EROFS = 30;
    internal const int ERANGE = 34;
    internal const int ENAMETOOLONG = 36;
    internal const int ENOSYS = 38;
    internal const int ENOTEMPTY = 39;
    internal const int ELOOP = 40;
    internal const int ENODATA = 61;
    internal const int EBADMSG = 74;
    internal const int EILSEQ = 84;
    internal const int EOPNOTSUPP = 95;
    internal const int EUCLEAN = 117;
    internal const int EREMOTEIO = 121;
    internal const int EDQUOT = 122;
}

/// <summary>Error numbers that macOS has other ones for, as this system has them.</summary>
internal static class PortableErrno
{
    internal static readonly int LinkLoop = OperatingSystem.IsMacOS() ? 62 : Errno.ELOOP;
    internal static readonly int NameTooLong = OperatingSystem.IsMacOS() ? 63 : Errno.ENAMETOOLONG;
    internal static readonly int NotEmpty = OperatingSystem.IsMacOS() ? 66 : Errno.ENOTEMPTY;
    internal static readonly int QuotaExceeded = OperatingSystem.IsMacOS() ? 69 : Errno.EDQUOT;
    internal static readonly int NotImplemented = OperatingSystem.IsMacOS() ? 78 : Errno.ENOSYS;
    internal static readonly int NotSupported = OperatingSystem.IsMacOS() ? 45 : Errno.EOPNOTSUPP;
}
