using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Host;
using Rekkord.Cmdlets.Models;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Cmdlets.Hooks;

/// <summary>One run of a <c>.ps1</c> hook, with its streams kept apart.</summary>
internal sealed class ScriptHookRun
{
    // A nested pipeline sends warnings, verbose and information past its own streams to the host; merged into the output they
    // can be told apart by type. Inside a try, nothing that is thrown is passed over, whatever $ErrorActionPreference the script
    // sets.
    // Neither $? nor $LASTEXITCODE alone tells an `exit 3`: $? is also false after $PSCmdlet.WriteError in a script that went on,
    // and $LASTEXITCODE is also 3 after a program returned 3 to a script that went on. What $? was inside the script when it
    // reached its end can only be seen by a command after it in the same pipeline: false there tells that its last step failed.
    private const string Wrapper = """
        param($RekkordHookPath, $RekkordHook, $RekkordHookEnd, $RekkordHookDirectory)
        $ErrorActionPreference = 'Stop'
        $PSNativeCommandUseErrorActionPreference = $true
        $PSDefaultParameterValues = [System.Management.Automation.DefaultParameterDictionary]::new()
        $WhatIfPreference = $false
        if ($RekkordHookDirectory) { $ExecutionContext.SessionState.Path.SetLocation($RekkordHookDirectory) > $null }
        $global:LASTEXITCODE = 0
        try {
            & $RekkordHookPath *>&1 | & {
                process { , $_ }
                end { $RekkordHookEnd.LastStepFailed = -not $? -and $global:LASTEXITCODE -ne 0 }
            }
            $RekkordHookEnd.Exited = -not $? -and $global:LASTEXITCODE -ne 0
            $RekkordHookEnd.ExitCode = $global:LASTEXITCODE
        }
        catch { throw }
        """;

    // Filled in by the wrapper; left empty when the script was stopped or threw.
    private const string Exited = "Exited";
    private const string LastStepFailed = "LastStepFailed";
    private const string ExitCode = "ExitCode";

    private const string Stopped = "ended because the command was stopped";

    // What $PSNativeCommandUseErrorActionPreference makes of a program that ended non-zero.
    private const string ProgramFailedId = "ProgramExitedWithNonZeroCode";

    private readonly PowerShell _shell;
    private readonly string _path;
    private readonly HookScript _script;
    private readonly HookHost _host;
    private readonly ScriptHookStreams _streams = new();
    private readonly Hashtable _end = [];
    private bool _stopped;

    /// <summary>Prepares a run.</summary>
    /// <param name="shell">An empty pipeline of the session to run in.</param>
    /// <param name="path">The script.</param>
    /// <param name="context">What it finds in <c>$RekkordHook</c>.</param>
    /// <param name="workingDirectory">Where it starts.</param>
    /// <param name="host">The caller's host.</param>
    /// <param name="commands">Finds commands of that session.</param>
    public ScriptHookRun(PowerShell shell, string path, RekkordHookContext context, string workingDirectory, PSHost host, CommandInvocationIntrinsics commands)
    {
        _shell = shell;
        _path = path;
        _script = HookScript.Read(path, commands);
        _host = new HookHost(host);
        _shell.AddScript(Wrapper, useLocalScope: true)
            .AddArgument(path).AddArgument(context).AddArgument(_end).AddArgument(WildcardPattern.Escape(workingDirectory));
    }

    /// <summary>Runs the script until it ends or is stopped.</summary>
    /// <param name="stoppedByCaller">Called as soon as it is being stopped with the pipeline of the command.</param>
    /// <param name="stop">Stops it.</param>
    public ScriptHookOutcome Invoke(Action stoppedByCaller, CancellationToken stop)
    {
        if (_script.ExitWithText is { } exit)
        {
            return Finish(HookStatus.Failed, null, $"line {exit.StartLineNumber}: exit needs a number, because PowerShell takes any other text for 0") with
            {
                Remedy = "Write throw instead of exit.",
            };
        }

        // A script that throws what a stopped pipeline throws goes to Stopped without having been Stopping, and has failed.
        _shell.InvocationStateChanged += (_, changed) =>
        {
            if (changed.InvocationStateInfo.State != PSInvocationState.Stopping)
                return;
            _stopped = true;
            if (!stop.IsCancellationRequested)
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
            _shell.Invoke(null, output, new PSInvocationSettings { AddToHistory = false, Host = _host });
        }
#pragma warning disable CA1031 // Whatever a script throws makes it a failed hook, and nothing else.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return _stopped || stop.IsCancellationRequested ? Finish(HookStatus.Cancelled, null, Stopped) : Fail(error);
        }

        if (_end.ContainsKey(Exited))
            return FinishAtEnd();
        if (_stopped || stop.IsCancellationRequested)
            return Finish(HookStatus.Cancelled, null, Stopped);
        return Finish(HookStatus.Failed, null, _shell.InvocationStateInfo.State == PSInvocationState.Stopped
            ? "ended as if it had been stopped, but nobody stopped it"
            : "left by a break or continue outside of a loop");
    }

    private ScriptHookOutcome FinishAtEnd()
    {
        if (_end[Exited] is true)
            return FailWithCode(_end[ExitCode] as int?, $"ended with exit code {_end[ExitCode]}");
        if (_host.ExitCode is { } code and not 0)
            return FailWithCode(code, $"ended with exit code {code} ($Host.SetShouldExit)");
        if (_end[LastStepFailed] is true && _script.LastStepCanExit)
        {
            return FailWithCode(_end[ExitCode] as int?, $"its last step ended with exit code {_end[ExitCode]}") with
            {
                Remedy = "If that is not a failure, end the script with exit 0.",
            };
        }

        return Finish(HookStatus.Succeeded, null, null);
    }

    private ScriptHookOutcome FailWithCode(int? code, string reason) =>
        Finish(HookStatus.Failed, code, _streams.LastError is { } error ? $"{reason}: {error}" : reason);

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
        Note = _streams.DescribeOtherDropped(),
    };
}
