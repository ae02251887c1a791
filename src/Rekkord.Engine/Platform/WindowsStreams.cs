using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Rekkord.Engine.Platform;

/// <summary>
/// The alternate data streams of a file or directory on Windows: contents beside its own, each with a name. .NET opens them by path and
/// name with a colon between the two, and has no call that lists them.
/// </summary>
internal static unsafe partial class WindowsStreams
{
    private const int StandardInformation = 0; // FindStreamInfoStandard
    private const int EndOfFile = 38, InvalidParameter = 87, InvalidFunction = 1; // what file systems without streams say
    private const nint Invalid = -1;

    /// <summary>Lists the streams beside the content itself. None where the file system has none.</summary>
    /// <param name="path">The entry, in the extended form.</param>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    [SupportedOSPlatform("windows")]
    internal static List<(string Name, long Size)> List(string path)
    {
        var streams = new List<(string, long)>();
        var search = FindFirst(path, StandardInformation, out var found, 0);
        if (search == Invalid)
            return Marshal.GetLastPInvokeError() is EndOfFile or InvalidParameter or InvalidFunction or Win32Error.NotSupported ? streams : throw Win32Error.LastFailure();
        try
        {
            do
            {
                if (NameOf(new string(found.Name)) is { } name)
                    streams.Add((name, found.Size));
            }
            while (FindNext(search, out found));
            return Marshal.GetLastPInvokeError() == EndOfFile ? streams : throw Win32Error.LastFailure();
        }
        finally
        {
            FindClose(search);
        }
    }

    /// <summary>The name in what Windows tells, <c>:name:$DATA</c>; null for the content itself, whose name is empty.</summary>
    internal static string? NameOf(string told) => told.Split(':') is ["", { Length: > 0 } name, "$DATA"] ? name : null;

    /// <summary>The path by which a stream is opened.</summary>
    internal static string PathOf(string path, string name) => $"{Path.TrimEndingDirectorySeparator(path)}:{name}:$DATA";

    [LibraryImport("kernel32", EntryPoint = "FindFirstStreamW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial nint FindFirst(string path, int kind, out Found found, uint flags);

    [LibraryImport("kernel32", EntryPoint = "FindNextStreamW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FindNext(nint search, out Found found);

    [LibraryImport("kernel32", EntryPoint = "FindClose")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FindClose(nint search);

    /// <summary>WIN32_FIND_STREAM_DATA.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Found
    {
        internal long Size;
        internal fixed char Name[260 + 36];
    }
}
