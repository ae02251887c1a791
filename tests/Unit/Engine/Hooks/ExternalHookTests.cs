using System.Globalization;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Tests.Hooks;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ExternalHookTests : IDisposable
{
    private readonly HookSandbox _sandbox = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(137)]
    [InlineData(143)]
    [InlineData(255)]
    public void The_exit_code_is_the_hooks_own(int code)
    {
        _sandbox.AddShell("a", $"exit {code}");
        var result = _sandbox.RunSingle();
        Assert.Equal(code, result.ExitCode);
        Assert.Null(result.Signal);
        Assert.Equal(code == 0 ? HookStatus.Succeeded : HookStatus.Failed, result.Status);
        Assert.Equal(code == 0 ? null : $"exit code {code}", result.Reason);
    }

    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    [InlineData("SEGV")]
    [InlineData("PIPE")]
    [InlineData("INT")]
    public void Death_by_signal_is_reported_by_name_and_without_an_exit_code(string signal)
    {
        _sandbox.AddShell("a", $"kill -{signal} $$");
        var result = _sandbox.RunSingle();
        Assert.Equal((HookStatus.Failed, (int?)null, "SIG" + signal), (result.Status, result.ExitCode, result.Signal));
        Assert.Equal($"killed by SIG{signal}", result.Reason);
    }

    [Fact]
    public void The_reason_of_a_failure_holds_the_last_words_of_the_program()
    {
        _sandbox.AddShell("a", "echo out; echo 'first' >&2; printf 'pg_dump: error: \\033[31mconnection refused\\n\\n' >&2; exit 1");
        Assert.Equal("exit code 1: first; pg_dump: error:  [31mconnection refused", _sandbox.RunSingle().Reason);
    }

    [Theory]
    [InlineData("", "neither a program for this machine nor a script")]
    [InlineData("echo no first line\n", "neither a program for this machine nor a script")]
    [InlineData("#!/nowhere/interpreter -x\n", "its interpreter '/nowhere/interpreter' does not exist")]
    [InlineData("#! /bin/sh\r\nexit 0\r\n", "Windows line ends")]
    [InlineData("#!/etc/passwd\n", "its interpreter '/etc/passwd' may not be executed")]
    [InlineData("\uFEFF#!/bin/sh\nexit 0\n", "byte order mark")]
    public void What_keeps_a_file_from_starting_is_told_apart(string content, string reason)
    {
        _sandbox.Add("a", content);
        var result = _sandbox.RunSingle();
        Assert.Equal((HookStatus.Failed, (int?)null, (string?)null), (result.Status, result.ExitCode, result.Signal));
        Assert.StartsWith("cannot be started: ", result.Reason, StringComparison.Ordinal);
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, result.Duration);
    }

    [Theory]
    [InlineData("\uFEFF#!/bin/sh\nexit 0\n", null)]
    [InlineData("#!/bin/sh\r\nexit 0\r\n", null)]
    [InlineData("#!/usr/bin/env sh\r\nexit 0\r\n", 127)]
    [InlineData("#!/bin/sh -e\r\nexit 0\r\n", 2)]
    public void The_command_that_is_offered_mends_how_a_script_begins(string content, int? exitCode)
    {
        _sandbox.Add("it's a", content);
        var result = _sandbox.RunSingle();
        Assert.Equal((HookStatus.Failed, exitCode), (result.Status, result.ExitCode));
        HookSandbox.Execute("sh", "-c", result.Remedy!);
        Assert.Equal((HookStatus.Succeeded, 0), (_sandbox.RunSingle().Status, _sandbox.RunSingle().ExitCode));
    }

    [Fact]
    public void A_failure_that_has_nothing_to_do_with_line_ends_gets_no_remedy_for_them()
    {
        _sandbox.Add("a", "#!/bin/sh\nexit 1 # \r\n");
        Assert.Null(_sandbox.RunSingle().Remedy);
    }

    [RequiresProgramFact("flock")]
    public void A_lock_that_this_process_holds_does_not_reach_a_hook()
    {
        // As a process does that `flock lock pwsh` started: the descriptor is inherited, so it lacks close-on-exec.
        using var held = File.OpenHandle(_sandbox.PathOf("lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        Descriptors.SetInherited((int)held.DangerousGetHandle(), true);
        _sandbox.AddShell("a", "ls -l /proc/self/fd /dev/fd 2>/dev/null | grep -c 'lock$'; exit 0");
        Assert.Equal(["0"], _sandbox.RunSingle().Output);
    }

    [Fact]
    public void A_program_is_run_as_well_as_a_script()
    {
        File.Copy("/bin/true", Path.Combine(_sandbox.DirectoryOf(HookPhase.PreSave), "a"));
        File.Copy("/bin/false", Path.Combine(_sandbox.DirectoryOf(HookPhase.PreSave), "b"));
        Assert.Equal([0, 1], _sandbox.Run().Results.Select(result => result.ExitCode));
    }

    [RequiresProgramFact("python3")]
    public void A_python_script_is_run() => AssertRuns("#!/usr/bin/env python3\nimport sys\nprint(len(sys.argv))\n", "1");

    [RequiresProgramFact("perl")]
    public void A_perl_script_is_run() => AssertRuns("#!/usr/bin/env perl\nprint scalar(@ARGV);\n", "0");

    [Theory]
    [InlineData("two words")]
    [InlineData("quo'te\"s")]
    [InlineData("$HOME;touch pwned")]
    [InlineData("`touch pwned`")]
    [InlineData("new\nline")]
    [InlineData("-x")]
    [InlineData("Grüße-日本")]
    public void No_shell_sees_a_hooks_name(string name)
    {
        _sandbox.AddShell(name, "printf %s \"$0\"");
        var result = _sandbox.RunSingle();
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal(result.Hook.Path, string.Join('\n', result.Output));
        Assert.False(File.Exists(_sandbox.PathOf("pwned")));
    }

    [Fact]
    public void Standard_input_is_empty()
    {
        _sandbox.AddShell("a", "if read line; then exit 9; fi; cat; echo end");
        Assert.Equal(["end"], _sandbox.RunSingle().Output);
    }

    [Fact]
    public void There_is_no_terminal_to_ask_on()
    {
        _sandbox.AddShell("a", "( : < /dev/tty ) 2>/dev/null && exit 9; exit 0");
        Assert.Equal(0, _sandbox.RunSingle().ExitCode);
    }

    [Fact]
    public void It_runs_in_the_callers_location()
    {
        _sandbox.AddShell("a", "pwd -P");
        Assert.Equal([_sandbox.Root], _sandbox.RunSingle().Output);
    }

    [Fact]
    public void A_location_that_is_gone_is_a_failure_with_a_reason()
    {
        _sandbox.AddShell("a", "exit 0");
        var runner = new HookRunner(_sandbox.Settings, _sandbox, _sandbox, "/nowhere");
        var result = Assert.Single(runner.Run(new HookContext { Phase = HookPhase.PreSave }, CancellationToken.None).Results);
        Assert.Equal("cannot be started: the current directory '/nowhere' does not exist", result.Reason);
    }

    [Fact]
    public void No_signal_is_ignored_or_blocked_although_the_host_ignores_SIGPIPE()
    {
        _sandbox.AddShell("a", "grep -E '^Sig(Ign|Blk)' /proc/self/status");
        // The lower 31 bits: signals 32 and 33 are the C library's own, and it has them ignored.
        Assert.All(_sandbox.RunSingle().Output, line =>
            Assert.Equal(0, long.Parse(((string)line!).Split('\t')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 0x7FFF_FFFF));
    }

    [Fact]
    public void Files_of_the_host_are_not_open_in_it()
    {
        using var file = File.OpenRead("/etc/passwd");
        _sandbox.AddShell("a", "ls -l /proc/$$/fd");
        var open = string.Join('\n', _sandbox.RunSingle().Output);
        Assert.Contains("/dev/null", open, StringComparison.Ordinal);
        Assert.DoesNotContain("/etc/passwd", open, StringComparison.Ordinal);
    }

    [Fact]
    public void Output_is_kept_line_by_line_as_it_was_written()
    {
        _sandbox.AddShell("a", @"printf 'one\r\ntwo\n\n\377bad\000nul\rcr\nno end'; printf 'ä\n' >&2");
        var result = _sandbox.RunSingle();
        Assert.Equal(["one", "two", "", "\uFFFDbad\0nul\rcr", "no end"], result.Output);
        Assert.Equal(["ä"], result.ErrorOutput);
        Assert.Equal((0, 0), (result.OutputDropped, result.ErrorOutputDropped));
    }

    [Fact]
    public void Both_streams_are_read_at_once()
    {
        // More than a pipe holds, to each in turn: whoever reads only one of them waits for ever.
        _sandbox.AddShell("a", "i=0; while [ $i -lt 20 ]; do head -c 100000 /dev/zero | tr '\\0' x >&2; head -c 100000 /dev/zero | tr '\\0' y; i=$((i+1)); done");
        var result = _sandbox.RunSingle();
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal(2_000_000 - (1 << 20), result.OutputDropped);
        Assert.Equal(2_000_000 - (1 << 20), result.ErrorOutputDropped);
    }

    [Fact]
    public void A_gigabyte_of_output_does_not_grow_memory()
    {
        _sandbox.AddShell("a", "yes 0123456789 | head -c 1073741824; echo; echo last");
        // All the reading happens on this thread.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = _sandbox.RunSingle();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal("last", result.Output[^1]);
        var kept = result.Output.Sum(line => ((string)line!).Length + 1);
        Assert.InRange(kept, (1 << 20) - 20, 1 << 20);
        Assert.Equal((1L << 30) + 1 + 5, kept + result.OutputDropped);
        Assert.All(result.Output.SkipLast(2), line => Assert.Equal("0123456789", line));
        Assert.InRange(allocated, 0, 64 << 20);
    }

    [Fact]
    public void Lines_are_passed_on_while_the_hook_runs()
    {
        _sandbox.WantsOutput = true;
        using var pipe = _sandbox.MakePipe("go");
        _sandbox.AddShell("a", "echo ready; read line < go; echo \"$line\" >&2");
        // The hook ends only after its first line has arrived here.
        _sandbox.OnEvent = text =>
        {
            if (text == "Output ready")
                pipe.Write("done\n"u8);
        };
        Assert.True(_sandbox.RunSingle().Succeeded);
        Assert.Equal(["started a", "Output ready", "Error done", "ended a Succeeded"], _sandbox.Events);
    }

    [Fact]
    public void The_time_it_took_is_measured()
    {
        _sandbox.AddShell("a", "exit 0");
        var before = DateTimeOffset.Now;
        var result = _sandbox.RunSingle();
        Assert.InRange(result.StartTime, before, DateTimeOffset.Now);
        Assert.InRange(result.Duration, TimeSpan.FromTicks(1), DateTimeOffset.Now - before);
    }

    [Fact]
    public void An_environment_that_is_too_large_is_a_failure_with_a_reason()
    {
        _sandbox.AddShell("a", "exit 0");
        var context = new HookContext { Phase = HookPhase.PreSave, Channel = new string('x', 200_000) };
        var result = Assert.Single(_sandbox.Runner.Run(context, CancellationToken.None).Results);
        Assert.Equal("cannot be started: the environment is too large", result.Reason);
    }

    [Fact]
    public void Two_hundred_hooks_start_and_end_in_order()
    {
        for (var i = 0; i < 200; i++)
            _sandbox.AddShell(i.ToString("000", CultureInfo.InvariantCulture), "echo \"$0\"");
        var phase = _sandbox.Run();
        Assert.True(phase.Succeeded);
        Assert.Equal(phase.Results.Select(result => result.Hook.Path), phase.Results.Select(result => result.Output[0]));
    }

    public void Dispose() => _sandbox.Dispose();

    private void AssertRuns(string script, string output)
    {
        _sandbox.Add("a", script);
        var result = _sandbox.RunSingle();
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal([output], result.Output);
    }
}
