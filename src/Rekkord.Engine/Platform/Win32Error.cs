using System.Runtime.InteropServices;

namespace Rekkord.Engine.Platform;

/// <summary>Windows' error numbers that are told apart (winerror.h).</summary>
internal static class Win32Error
{
    internal const int FileNotFound = 2;
    internal const int PathNotFound = 3;
    internal const int TooManyOpenFiles = 4;
    internal const int AccessDenied = 5;
    internal const int InvalidDrive = 15;
    internal const int WriteProtect = 19;
    internal const int NotReady = 21;
    internal const int Crc = 23;
    internal const int SectorNotFound = 27;
    internal const int ReadFault = 30;
    internal const int SharingViolation = 32;
    internal const int LockViolation = 33;
    internal const int HandleDiskFull = 39;
    internal const int NotSupported = 50;
    internal const int BadNetPath = 53;
    internal const int BadNetName = 67;
    internal const int FileExists = 80;
    internal const int DiskFull = 112;
    internal const int DirectoryNotEmpty = 145;
    internal const int AlreadyExists = 183;
    internal const int FileNameTooLong = 206;
    internal const int FileTooLarge = 223;
    internal const int Directory = 267;
    internal const int IoDevice = 1117;
    internal const int DiskQuotaExceeded = 1295;
    internal const int PrivilegeNotHeld = 1314;
    internal const int FileCorrupt = 1392;
    internal const int CannotResolveFileName = 1921;

    // The upper half of an HResult that has such a number in its lower one.
    private const int Facility = unchecked((int)0x8007_0000);

    /// <summary>The number that an exception of .NET's file calls has; its HResult itself when that is of another kind, as on Unix.</summary>
    internal static int NumberOf(Exception error) => (error.HResult & ~0xffff) == Facility ? error.HResult & 0xffff : error.HResult;

    /// <summary>The HResult of a number.</summary>
    internal static int ToHResult(int number) => Facility | number;

    /// <summary>The exception for the call that has just failed, of the type that .NET's own calls have for it.</summary>
    internal static Exception LastFailure() => Create(Marshal.GetLastPInvokeError(), Marshal.GetLastPInvokeErrorMessage().TrimEnd());

    /// <summary>The exception for an error.</summary>
    internal static Exception Create(int number, string message) => number switch
    {
        FileNotFound => new FileNotFoundException(message),
        PathNotFound => new DirectoryNotFoundException(message),
        AccessDenied => new UnauthorizedAccessException(message) { HResult = ToHResult(number) },
        _ => new IOException(message, ToHResult(number)),
    };
}
