using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Rekkord.Engine.Platform;

/// <summary>How much an event of Windows matters (EVENTLOG_*_TYPE).</summary>
internal enum WindowsEventKind : ushort
{
    Error = 1,
    Warning = 2,
    Information = 4,
}

/// <summary>The log <c>Application</c> of Windows.</summary>
[SupportedOSPlatform("windows")]
internal static partial class WindowsEventLog
{
    /// <summary>Writes an event. Windows puts the text below a line of its own, for there is no file with messages of this source.</summary>
    /// <param name="source">Who writes it.</param>
    /// <param name="kind">How much it matters.</param>
    /// <param name="number">The number of its kind of event.</param>
    /// <param name="text">What it says; null to try the log out, and write nothing.</param>
    /// <exception cref="IOException">The log takes nothing.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may write nothing to it.</exception>
    internal static void Write(string source, WindowsEventKind kind, uint number, string? text)
    {
        var log = Register(null, source);
        if (log == 0)
            throw Win32Error.LastFailure();
        try
        {
            if (text is not null && !Report(log, (ushort)kind, 0, number, 0, 1, 0, [text], 0))
                throw Win32Error.LastFailure();
        }
        finally
        {
            Deregister(log);
        }
    }

    [LibraryImport("advapi32", EntryPoint = "RegisterEventSourceW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial nint Register(string? server, string source);

    [LibraryImport("advapi32", EntryPoint = "DeregisterEventSource")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Deregister(nint log);

    [LibraryImport("advapi32", EntryPoint = "ReportEventW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Report(nint log, ushort kind, ushort category, uint number, nint user, ushort textCount, uint dataSize, string[] texts, nint data);
}
