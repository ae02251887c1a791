using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Hooks.External;

/// <summary>Runs a program with an empty standard input and both outputs captured, and ends it with all it started when told to.</summary>
internal abstract class ExternalProcess
{
    /// <summary>How long a process may take to end itself before it is ended by force.</summary>
    internal static readonly TimeSpan TerminationGrace = TimeSpan.FromSeconds(5);

    /// <summary>How long output is still waited for after the process has ended.</summary>
    protected static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(2);

    /// <summary>The way of this system.</summary>
    public static ExternalProcess Create() => OperatingSystem.IsWindows() ? new WindowsProcess() : new UnixProcess();

    /// <summary>Runs a program and waits for it. The captures are filled on the calling thread.</summary>
    /// <exception cref="StartFailedException">It cannot be started.</exception>
    public abstract ProcessOutcome Run(ProcessStart start, OutputCapture output, OutputCapture errors, CancellationToken stop);
}

/// <summary>What is started, and with what.</summary>
/// <param name="Path">The full path of the file to run.</param>
/// <param name="Environment">Its whole environment.</param>
/// <param name="RunId">The value of <see cref="HookVariables.RunId"/> in that environment.</param>
/// <param name="WorkingDirectory">The directory it starts in.</param>
/// <param name="Timeout">How long it may run; null for as long as it takes.</param>
internal sealed record ProcessStart(
    string Path, IReadOnlyDictionary<string, string> Environment, string RunId, string WorkingDirectory, TimeSpan? Timeout);

/// <summary>How a process that was started ended.</summary>
/// <param name="ExitCode">Its exit code; null when a signal ended it, or it is not known.</param>
/// <param name="Signal">The number of the signal that ended it; null when none did.</param>
/// <param name="Stopped">Why it was ended from outside.</param>
/// <param name="OutputLeftOpen">Whether something it started kept its output open after it had ended.</param>
/// <param name="Survivors">How many of its processes were still there after they had been killed.</param>
internal sealed record ProcessOutcome(int? ExitCode, int? Signal, StopCause Stopped, bool OutputLeftOpen, int Survivors)
{
    /// <summary>On Windows, whether it could not be taken into the job object by which all that it starts is ended.</summary>
    public bool IsOutsideJob { get; init; }
}

/// <summary>Why a process was ended from outside.</summary>
internal enum StopCause
{
    /// <summary>It was not: it ended by itself.</summary>
    None,

    /// <summary>The time limit.</summary>
    TimeLimit,

    /// <summary>Cancellation.</summary>
    Cancellation,
}

/// <summary>The process could not be started.</summary>
internal sealed class StartFailedException(string message, string? remedy, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What puts it right; null when that is not known.</summary>
    public string? Remedy { get; } = remedy;
}
