using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Reporting;

namespace Rekkord.Engine.Tests.Reporting;

public sealed partial class ReportTests : IDisposable
{
    private const int CloneFileSystem = 0x200;
    private const uint StrictMask = 0x3f;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_job_has_a_file_of_its_own_that_its_next_run_replaces()
    {
        PrometheusFile.Write(Report, _directory.Path);
        PrometheusFile.Write(Report with { Subject = "other" }, _directory.Path);
        PrometheusFile.Write(Report with { Repository = "/elsewhere" }, _directory.Path);
        PrometheusFile.Write(Report with { Subject = "other " }, _directory.Path);
        PrometheusFile.Write(Report with { Command = "scan", Subject = null }, _directory.Path);
        PrometheusFile.Write(Report with { Duration = TimeSpan.FromSeconds(3) }, _directory.Path);
        var files = Directory.GetFiles(_directory.Path);
        Assert.Equal(5, files.Length);
        Assert.Contains("channel=\"other \"", Read(Report with { Subject = "other " }), StringComparison.Ordinal);
        Assert.All(files, file => Assert.EndsWith(".prom", file, StringComparison.Ordinal));
        Assert.Contains("rekkord_last_run_duration_seconds{command=\"save\",channel=\"nightly\",repository=\"/mnt/r\"} 3\n", Read(Report), StringComparison.Ordinal);
    }

    [Fact]
    public void The_time_of_the_last_success_outlives_failures()
    {
        PrometheusFile.Write(Report with { Outcome = JobOutcome.Failure, ErrorCount = 2 }, _directory.Path);
        Assert.DoesNotContain("last_success", Read(Report), StringComparison.Ordinal);
        PrometheusFile.Write(Report, _directory.Path);
        foreach (var outcome in new[] { JobOutcome.Failure, JobOutcome.Partial, JobOutcome.Cancelled })
        {
            PrometheusFile.Write(Report with { Outcome = outcome, StartTime = Report.StartTime.AddDays(1) }, _directory.Path);
            var text = Read(Report);
            Assert.Contains("rekkord_last_success_timestamp_seconds{command=\"save\",channel=\"nightly\",repository=\"/mnt/r\"} 1700000012.5\n", text, StringComparison.Ordinal);
            Assert.Contains("rekkord_last_run_timestamp_seconds{command=\"save\",channel=\"nightly\",repository=\"/mnt/r\"} 1700086412.5\n", text, StringComparison.Ordinal);
            Assert.Contains($"outcome=\"{outcome.ToString().ToLowerInvariant()}\"}} 1\n", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_copy_is_named_by_both_repositories()
    {
        var copy = Report with { Command = "copy", Subject = "/mnt/there" };
        Assert.StartsWith("Rekkord's copy from '/mnt/r' to '/mnt/there' succeeded after ", copy.Describe(), StringComparison.Ordinal);
        Assert.Contains("{command=\"copy\",destination=\"/mnt/there\",repository=\"/mnt/r\"}", PrometheusFile.Format(copy, null), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_metric_is_named_typed_and_escaped_as_Prometheus_wants_it()
    {
        var text = PrometheusFile.Format(Report with { Subject = "a\"b\\c\nd", Measures = [new("snapshot_size_bytes", "Bytes of all files.", 1e15)] }, null);
        Assert.Contains("rekkord_snapshot_size_bytes{command=\"save\",channel=\"a\\\"b\\\\c d\",repository=\"/mnt/r\"} 1000000000000000\n", text, StringComparison.Ordinal);
        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches(@"^(# (HELP|TYPE) rekkord_[a-z_]+ .+|rekkord_[a-z_]+\{([a-z]+=""([^""\\\n]|\\[\\""n])*"",?)+\} [0-9.]+)$", line));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Everybody_can_read_the_file_and_a_directory_that_is_missing_is_an_error()
    {
        PrometheusFile.Write(Report, _directory.Path);
        Assert.True(File.GetUnixFileMode(Directory.GetFiles(_directory.Path).Single()).HasFlag(UnixFileMode.OtherRead));
        var error = Assert.Throws<RekkordException>(() => PrometheusFile.Write(Report, _directory["missing"]));
        Assert.Equal("ReportNotWritten", error.ErrorId);
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task Everybody_can_read_the_file_also_where_the_umask_is_strict()
    {
        // The umask is of the process, until a thread has its own. Some containers do not let it.
        await Task.Factory.StartNew(
            () =>
            {
                if (Unshare(CloneFileSystem) == 0)
                    _ = SetMask(StrictMask);
                PrometheusFile.Write(Report, _directory.Path);
            },
            default,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Assert.True(File.GetUnixFileMode(Directory.GetFiles(_directory.Path).Single()).HasFlag(UnixFileMode.OtherRead));
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public void The_journal_gets_fields_and_syslog_a_line()
    {
        var failed = Report with { Outcome = JobOutcome.Failure, ErrorCount = 2, Error = "It is\nfull.", Snapshot = "abc" };
        Assert.Equal(
            """
            MESSAGE=Rekkord's save 'nightly' with '/mnt/r' failed after 12 s. 2 errors, the first: It is full.
            PRIORITY=3
            SYSLOG_IDENTIFIER=rekkord
            REKKORD_COMMAND=save
            REKKORD_OUTCOME=failure
            REKKORD_SUBJECT=nightly
            REKKORD_REPOSITORY=/mnt/r
            REKKORD_SNAPSHOT=abc

            """,
            Receive("journal", path => SystemLog.Write(failed, path, _directory["none"])));
        Assert.Equal(
            $"<30>rekkord[{Environment.ProcessId}]: Rekkord's save 'nightly' with '/mnt/r' succeeded after 12 s.",
            Receive("log", path => SystemLog.Write(Report, _directory["none"], path)));
        Assert.Equal("ReportNotWritten", Assert.Throws<RekkordException>(() => SystemLog.Write(Report, _directory["none"], _directory["none"])).ErrorId);
        Assert.Equal("ReportNotWritten", Assert.Throws<RekkordException>(() => SystemLog.TryWriting(_directory["none"], _directory["none"])).ErrorId);

        // Somebody must listen at the socket: that of a log which has ended is still there.
        Assert.Equal("ReportNotWritten", Assert.Throws<RekkordException>(() => SystemLog.TryWriting(_directory["journal"], _directory["none"])).ErrorId);
        Assert.Equal("<30>", Receive("second", path =>
        {
            SystemLog.TryWriting(_directory["none"], path);
            SystemLog.Write(Report, _directory["none"], path);
        })[..4]);
    }

    [Theory]
    [InlineData(JobOutcome.Success, 1)]
    [InlineData(JobOutcome.Partial, 2)]
    [InlineData(JobOutcome.Cancelled, 2)]
    [InlineData(JobOutcome.Failure, 3)]
    public void An_outcome_has_an_event_of_its_kind(JobOutcome outcome, uint number) => Assert.Equal(number, SystemLog.EventOf(Report with { Outcome = outcome }));

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    public void The_event_log_of_Windows_takes_reports()
    {
        SystemLog.RequireSupport();
        SystemLog.TryWriting();
        SystemLog.Write(Report);
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);

    private static JobReport Report => new()
    {
        Command = "save",
        Subject = "nightly",
        Repository = "/mnt/r",
        StartTime = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
        Duration = TimeSpan.FromSeconds(12.5),
    };

    private string Read(JobReport report) => File.ReadAllText(_directory[PrometheusFile.NameOf(report)]);

    private string Receive(string name, Action<string> send)
    {
        var path = _directory[name];
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        send(path);
        var buffer = new byte[8192];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
