namespace Rekkord.Engine.Platform;

/// <summary>This process, as the system sees it.</summary>
public static class OwnProcess
{
    /// <summary>Sends it SIGINT, as Ctrl-C does. Not on Windows.</summary>
    public static void Interrupt() => _ = LibC.Kill(Environment.ProcessId, Signals.Interrupt);
}
