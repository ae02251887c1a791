using System.Collections;
using System.Management.Automation;
using Rekkord.Cmdlets.Models;
using Rekkord.Engine.Hooks;

namespace Rekkord.Cmdlets.Hooks;

/// <summary>One run of a <c>.ps1</c> hook, with its streams kept apart.</summary>
internal sealed class ScriptHookRun
{
    // A nested pipeline sends warnings, verbose and information past its own streams to the host; merged into the output they
    // can be told apart by type. Inside a try, nothing that is thrown is passed over, whatever $ErrorActionPreference the script
    // sets. Read-Host would ask where nobody answers: a hook's standard input is empty.
    // Neither $? nor $LASTEXITCODE alone tells an `exit 3`: $? is also false after $PSCmdlet.WriteError in a script that went on,
    // and $LASTEXITCODE is also 3 after a program returned 3 to a script that went on.
    private const string Wrapper = """
        param($RekkordHookPath, $RekkordHook, $RekkordHookEnd, $RekkordHookDirectory)
        $ErrorActionPreference = 'Stop'
        $PSNativeCommandUseErrorActionPreference = $true
        function Read-Host { throw 'A hook cannot ask anything: nobody may be there to answer.' }
        if ($RekkordHookDirectory) { $ExecutionContext.SessionState.Path.SetLocation($RekkordHookDirectory) > $null }
        $global:LASTEXITCODE = 0
        try {
            & $RekkordHookPath *>&1
            $RekkordHookEnd.Exited = -not $? -and $global:LASTEXITCODE -ne 0
            $RekkordHookEnd.ExitCode = $global:LASTEXITCODE
        }
        catch { throw }
        """;

    // Filled in by the wrapper; left empty when the script was stopped or threw.
    private const string Exited = "Exited";
    private const string ExitCode = "ExitCode";

    private const string Stopped = "ended because the command was stopped";

    // What $PSNativeCommandUseErrorActionPreference makes of a program that ended non-zero.
    private const string ProgramFailedId = "ProgramExitedWithNonZeroCode";

    private readonly PowerShell _shell;
    private readonly string _path;
    private readonly ScriptHookStreams _streams = new();
    private readonly Hashtable _end = [];

    /// <summary>Prepares a run.</summary>
    /// <param name="shell">An empty pipeline of the session to run in.</param>
    /// <param name="path">The script.</param>
    /// <param name="context">What it finds in <c>$RekkordHook</c>.</param>
    /// <param name="workingDirectory">Where it starts.</param>
    public ScriptHookRun(PowerShell shell, string path, RekkordHookContext context, string workingDirectory)
    {
        _shell = shell;
        _path = path;
        _shell.AddScript(Wrapper, useLocalScope: true)
            .AddArgument(path).AddArgument(context).AddArgument(_end).AddArgument(WildcardPattern.Escape(workingDirectory));
    }

    /// <summary>Runs the script until it ends or is stopped.</summary>
    /// <param name="stoppedByCaller">Called as soon as it is being stopped with the pipeline of the command.</param>
    /// <param name="stop">Stops it.</param>
    public ScriptHookOutcome Invoke(Action stoppedByCaller, CancellationToken stop)
    {
        _shell.InvocationStateChanged += (_, changed) =>
        {
            if (changed.InvocationStateInfo.State is PSInvocationState.Stopping or PSInvocationState.Stopped && !stop.IsCancellationRequested)
                stoppedByCaller();
        };
        using var output = new PSDataCollection<PSObject>();
        output.DataAdded += (_, _) =>
        {
            foreach (var item in output.ReadAll())
                _streams.Add(item);
        };

        // Stop can wait for the very thread that runs the script; BeginStop does not. Invoke then returns without an exception.
        using var stopping = stop.Register(() => _shell.BeginStop(null, null));
        try
        {
            _shell.Invoke(null, output, new PSInvocationSettings { AddToHistory = false });
        }
        catch (PipelineStoppedException)
        {
            return Finish(HookStatus.Cancelled, null, Stopped);
        }
#pragma warning disable CA1031 // Whatever a script throws makes it a failed hook, and nothing else.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return stop.IsCancellationRequested ? Finish(HookStatus.Cancelled, null, Stopped) : Fail(error);
        }

        if (!_end.ContainsKey(Exited))
        {
            return stop.IsCancellationRequested || _shell.InvocationStateInfo.State == PSInvocationState.Stopped
                ? Finish(HookStatus.Cancelled, null, Stopped)
                : Finish(HookStatus.Failed, null, "left by a break or continue outside of a loop");
        }

        return _end[Exited] is true
            ? Finish(HookStatus.Failed, _end[ExitCode] as int?, DescribeExit())
            : Finish(HookStatus.Succeeded, null, null);
    }

    private string DescribeExit()
    {
        var reason = $"ended with exit code {_end[ExitCode]}";
        return _streams.LastError is { } error ? $"{reason}: {error}" : reason;
    }

    private ScriptHookOutcome Fail(Exception error)
    {
        var record = (error as IContainsErrorRecord)?.ErrorRecord;
        var lastWords = record?.FullyQualifiedErrorId == ProgramFailedId ? _streams.LastProgramWords : null;
        if (record is not null)
            _streams.AddError(record);
        var reason = DescribePlace(error, record);
        return Finish(HookStatus.Failed, null, (lastWords is null ? reason : $"{reason.TrimEnd('.')}: {lastWords}").ReplaceLineEndings(" "));
    }

    private string DescribePlace(Exception error, ErrorRecord? record)
    {
        // The text of a parse error quotes the script over several lines; each single error in it does not.
        if (error is ParseException { Errors: [var first, ..] })
            return $"line {first.Extent.StartLineNumber}: {first.Message}";
        return record is null ? error.Message : ErrorPlace.Of(record, _path) + record;
    }

    private ScriptHookOutcome Finish(HookStatus status, int? exitCode, string? reason) => new()
    {
        Status = status,
        ExitCode = exitCode,
        Reason = reason,
        Output = _streams.Output.Kept,
        ErrorOutput = _streams.Errors.Kept,
        Warnings = _streams.Warnings.Kept,
        Verbose = _streams.Verbose.Kept,
        Information = _streams.Information.Kept,
        OutputDropped = _streams.Output.Dropped,
        ErrorOutputDropped = _streams.Errors.Dropped,
    };
}
