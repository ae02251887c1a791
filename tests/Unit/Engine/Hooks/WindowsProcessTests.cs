using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Text;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.External;
using Rekkord.Engine.Platform;
using Rekkord.Tests;

namespace Rekkord.Engine.Tests.Hooks;

/// <summary>Hooks on Windows: their output by code page, and the end of all that they start.</summary>
public sealed class WindowsProcessTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("Größe", "Größe")]
    [InlineData("", "")]
    public void A_line_in_UTF8_is_that_whatever_the_code_page(string line, string text) =>
        Assert.Equal(text, LineSplitter.Decode(Encoding.UTF8.GetBytes(line), ConsoleEncoding.Find(850)));

    [Fact]
    public void A_line_that_is_not_UTF8_is_read_in_the_code_page_of_the_console()
    {
        byte[] line = [(byte)'G', (byte)'r', 0x94, 0xe1, (byte)'e']; // code page 850

        Assert.Equal("Größe", LineSplitter.Decode(line, ConsoleEncoding.Find(850)));
        Assert.Equal("Gr\ufffd\ufffde", LineSplitter.Decode(line, null));
    }

    [Fact]
    public void The_code_page_of_UTF8_needs_no_other_encoding() => Assert.Null(ConsoleEncoding.Find(65001));

    // The sizes in winnt.h, for 64-bit programs.
    [Fact]
    public void The_records_of_job_objects_have_the_layout_of_the_system() =>
        Assert.Equal((144, 48), (Unsafe.SizeOf<JobLimits>(), Unsafe.SizeOf<JobAccounting>()));

    [Fact]
    public void A_hook_that_was_stopped_outside_of_a_job_object_says_so()
    {
        var outcome = new ProcessOutcome(null, null, StopCause.TimeLimit, OutputLeftOpen: true, Survivors: 0) { IsOutsideJob = true };

        Assert.Contains("refused to have it in a job object", ExternalHook.NoteOf(outcome), StringComparison.Ordinal);
        Assert.Contains("still had its output open", ExternalHook.NoteOf(outcome with { IsOutsideJob = false }), StringComparison.Ordinal);
        Assert.Null(ExternalHook.NoteOf(outcome with { Stopped = StopCause.None, OutputLeftOpen = false }));
    }

    [RequiresWindowsFact]
    [SupportedOSPlatform("windows")]
    public void At_the_time_limit_all_that_the_hook_started_is_ended()
    {
        var script = Path.Combine(_directory.Path, "hook.cmd");
        File.WriteAllText(script, "@echo begun\r\n@start /b ping -n 120 127.0.0.1 >nul\r\n@ping -n 120 127.0.0.1 >nul\r\n");
        var output = new OutputCapture(null);
        var environment = new Dictionary<string, string>
        {
            ["SystemRoot"] = Environment.GetFolderPath(Environment.SpecialFolder.Windows),
            ["PATH"] = Environment.SystemDirectory,
        };

        var outcome = new WindowsProcess().Run(
            new ProcessStart(script, environment, "run", _directory.Path, TimeSpan.FromSeconds(3)), output, new OutputCapture(null), CancellationToken.None);

        Assert.Equal((StopCause.TimeLimit, 0), (outcome.Stopped, outcome.Survivors));
        Assert.Contains("begun", output.ToLines().Lines);
    }
}
