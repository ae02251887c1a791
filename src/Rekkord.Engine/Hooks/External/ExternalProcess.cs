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
