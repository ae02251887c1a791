using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Reporting;

/// <summary>Writes reports to the journal of systemd, or where there is none to syslog; on Windows to the event log.</summary>
public static class SystemLog
{
    private const string Journal = "/run/systemd/journal/socket";
    private const string Syslog = "/dev/log";
    private const string Identifier = "rekkord";
    private const string EventSource = "Rekkord";
    private const int SendTimeout = 5000;
    private const int Information = 6, Warning = 4, Error = 3;

    // LOG_DAEMON, in the place that syslog has for it.
    private const int Facility = 3 << 3;

    /// <summary>Checks that this system has such a log.</summary>
    /// <exception cref="RekkordException">It does not (<c>ReportUnsupported</c>).</exception>
    public static void RequireSupport()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
            return;
        throw new RekkordException(
            "ReportUnsupported",
            RekkordErrorKind.InvalidArgument,
            "Journal = true in [Report] is for Linux and Windows: this system has neither systemd's journal nor syslog at /dev/log. Remove it. A post hook can write to another log.",
            "Journal");
    }

    /// <summary>Checks that the log takes reports. Sends nothing.</summary>
    /// <exception cref="RekkordException">There is no such log (<c>ReportUnsupported</c>), or it takes nothing (<c>ReportNotWritten</c>).</exception>
    public static void TryWriting()
    {
        RequireSupport();
        if (OperatingSystem.IsWindows())
            WriteEvent(WindowsEventKind.Information, 0, null);
        else
            TryWriting(Journal, Syslog);
    }

    internal static void TryWriting(string journal, string syslog) => Connect(journal, syslog, static (_, _) => { });

    /// <summary>Writes a report.</summary>
    /// <exception cref="RekkordException">The log takes nothing (<c>ReportNotWritten</c>).</exception>
    public static void Write(JobReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (OperatingSystem.IsWindows())
            WriteEvent(KindOf(report), EventOf(report), report.Describe());
        else
            Write(report, Journal, Syslog);
    }

    internal static void Write(JobReport report, string journal, string syslog)
    {
        ArgumentNullException.ThrowIfNull(report);
        Connect(journal, syslog, (socket, isJournal) => socket.Send(Encoding.UTF8.GetBytes(isJournal ? FormatForJournal(report) : FormatForSyslog(report))));
    }

    /// <summary>The number of the event: 1 for success, 2 for what is partial or was stopped, 3 for a failure.</summary>
    internal static uint EventOf(JobReport report) => PriorityOf(report) switch
    {
        Information => 1,
        Warning => 2,
        _ => 3,
    };

    private static WindowsEventKind KindOf(JobReport report) => EventOf(report) switch
    {
        1 => WindowsEventKind.Information,
        2 => WindowsEventKind.Warning,
        _ => WindowsEventKind.Error,
    };

    [SupportedOSPlatform("windows")]
    private static void WriteEvent(WindowsEventKind kind, uint number, string? text)
    {
        try
        {
            WindowsEventLog.Write(EventSource, kind, number, text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RekkordException(
                "ReportNotWritten", RekkordErrorKind.WriteError, $"The report could not be written to the event log 'Application': {error.Message.TrimEnd('.')}. Does the service Windows Event Log run?", "Application", error);
        }
    }

    private static void Connect(string journal, string syslog, Action<Socket, bool> use)
    {
        var isJournal = File.Exists(journal);
        var path = isJournal ? journal : syslog;
        try
        {
            // A log that hangs must not keep a job that is done from ending.
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = SendTimeout };
            socket.Connect(new UnixDomainSocketEndPoint(path));
            use(socket, isJournal);
        }
        catch (SocketException error)
        {
            throw new RekkordException(
                "ReportNotWritten", RekkordErrorKind.WriteError, $"The report could not be written to the system's log at '{path}': {error.Message}. Is systemd-journald or syslog running?", path, error);
        }
    }

    /// <summary>Fields of the journal, a line each: none of the values has a line end.</summary>
    private static string FormatForJournal(JobReport report)
    {
        (string Name, string? Value)[] fields =
        [
            ("MESSAGE", report.Describe()),
            ("PRIORITY", $"{PriorityOf(report)}"),
            ("SYSLOG_IDENTIFIER", Identifier),
            ("REKKORD_COMMAND", report.Command),
            ("REKKORD_OUTCOME", report.Outcome.ToString().ToLowerInvariant()),
            ("REKKORD_SUBJECT", report.Subject),
            ("REKKORD_REPOSITORY", report.Repository),
            ("REKKORD_SNAPSHOT", report.Snapshot),
        ];
        return string.Concat(fields.Where(field => field.Value is not null).Select(field => $"{field.Name}={OneLine.From(field.Value!, field.Value!.Length + 1)}\n"));
    }

    private static string FormatForSyslog(JobReport report) => $"<{Facility | PriorityOf(report)}>{Identifier}[{Environment.ProcessId}]: {report.Describe()}";

    private static int PriorityOf(JobReport report) => report.Outcome switch
    {
        JobOutcome.Success => Information,
        JobOutcome.Partial or JobOutcome.Cancelled => Warning,
        _ => Error,
    };
}
