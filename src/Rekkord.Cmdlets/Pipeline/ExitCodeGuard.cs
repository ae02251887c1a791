using Rekkord.Engine.Hooks;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>
/// Keeps the process from ending with exit code 0 while a command is at work, and after one was stopped: whoever started the process
/// unattended would take that for success. A script hook can end the process, a script can leave a save behind in a job, and
/// PowerShell itself ends with 0 after an interrupt.
/// </summary>
internal sealed class ExitCodeGuard : IDisposable
{
    private const int Failure = 1, Stopped = 130;

    private static readonly Lock Gate = new();
    private static readonly List<ExitCodeGuard> Unfinished = [];
    private static string? _lastStopped;
    private static string? _doubt;

    private readonly string _command;
    private readonly CancellationToken _stop;

    static ExitCodeGuard() => AppDomain.CurrentDomain.ProcessExit += (_, _) => CorrectExitCode();

    /// <summary>Begins to guard a command; disposing ends it.</summary>
    /// <param name="command">The command's name.</param>
    /// <param name="stop">Cancelled when it is stopped.</param>
    public ExitCodeGuard(string command, CancellationToken stop)
    {
        _command = command;
        _stop = stop;
        lock (Gate)
            Unfinished.Add(this);
    }

    /// <summary>From now on the process cannot be relied on to end with an error when there was one.</summary>
    /// <param name="reason">Why.</param>
    public static void Distrust(string reason) => _doubt = reason;

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Gate)
        {
            Unfinished.Remove(this);
            _lastStopped = _stop.IsCancellationRequested ? _command : null;
        }
    }

    private static void CorrectExitCode()
    {
        if (Environment.ExitCode != 0)
            return;
        lock (Gate)
        {
            if (Unfinished is [.., var last])
            {
                var by = ScriptHookTurn.Running is { } hook ? $"The {hook} ended the process" : "The process ended";
                Correct(Failure, $"{by} with exit code 0 while {last._command} was at work");
            }
            else if (_lastStopped is { } command)
            {
                Correct(Stopped, $"{command} was stopped");
            }
            else if (_doubt is { } reason)
            {
                Correct(Failure, reason);
            }
        }
    }

    private static void Correct(int code, string reason)
    {
        Environment.ExitCode = code;
        Console.Error.WriteLine($"Rekkord: {reason}. The exit code is {code} instead of 0.");
    }
}
