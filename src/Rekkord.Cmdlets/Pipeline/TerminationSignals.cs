using System.Management.Automation.Host;
using System.Runtime.InteropServices;
using Rekkord.Engine.Platform;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>
/// While a command is at work in pwsh, SIGTERM and SIGHUP stop the pipeline as Ctrl-C does, so that post hooks and finally blocks run; then
/// the session ends. Without this they end pwsh at once. They come from a system that shuts down, a service manager, a closed terminal.
/// </summary>
internal sealed class TerminationSignals : IDisposable
{
    // The only host that stops its pipeline at SIGINT. An application that hosts PowerShell has its own way to end.
    internal const string Pwsh = "ConsoleHost";

    private static int _interrupted;
    private static volatile bool _isAsking;

    private readonly PSHost _host;
    private readonly Action _requestStop;
    private readonly CancellationToken _stop;
    private readonly PosixSignalRegistration[] _registrations = [];
    private int? _exitCode;

    /// <summary>Begins to handle the signals; disposing ends it.</summary>
    /// <param name="host">The command's host.</param>
    /// <param name="requestStop">Stops the command where the host cannot.</param>
    /// <param name="stop">Cancelled when the command is stopped.</param>
    public TerminationSignals(PSHost host, Action requestStop, CancellationToken stop)
    {
        _host = host;
        _requestStop = requestStop;
        _stop = stop;
        if (OperatingSystem.IsWindows() || host.Name != Pwsh)
            return;

        // One that is ignored, by nohup for SIGHUP, stays so: .NET leaves it alone.
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, 128 + 15)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => Stop(signal, 128 + 1)),
        ];
    }

    /// <summary>Asks a person. The host waits for a key and hears nothing else: meanwhile the signals end the process, as they do without a command.</summary>
    /// <param name="ask">Asks.</param>
    public static T WhileAsking<T>(Func<T> ask)
    {
        _isAsking = true;
        try
        {
            return ask();
        }
        finally
        {
            _isAsking = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();

        // Not at once: while a script hook runs, the host takes this for the exit code of the hook.
        if (_exitCode is { } code)
            _host.SetShouldExit(code);
    }

    private void Stop(PosixSignalContext signal, int exitCode)
    {
        if (_isAsking)
            return;
        signal.Cancel = true;
        _exitCode = exitCode;

        // Once only, since a second Ctrl-C ends the post hooks: timeout(1) and terminals that close send their signal twice.
        if (Interlocked.Exchange(ref _interrupted, 1) != 0 || _stop.IsCancellationRequested)
            return;

        // The host stops its pipeline at SIGINT, unless that is ignored.
        if (OwnProcess.IgnoresInterrupt)
            _requestStop();
        else
            OwnProcess.Interrupt();
    }
}
