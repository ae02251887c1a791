namespace Rekkord.Engine.Hooks;

/// <summary>
/// Told what a phase does while it does it. Every call comes from the thread that runs the phase, one at a time, in order;
/// the phase waits for it to return.
/// </summary>
public interface IHookObserver
{
    /// <summary>
    /// Whether <see cref="OnOutput"/> is wanted for the hook about to start. Without it a talkative hook costs nothing but copying.
    /// </summary>
    bool WantsOutput { get; }

    /// <summary>A hook is about to start.</summary>
    void OnStarted(Hook hook);

    /// <summary>An external hook wrote a line. A line over 64 KiB arrives in pieces of that size.</summary>
    /// <param name="hook">The hook.</param>
    /// <param name="stream">Where it wrote it.</param>
    /// <param name="line">The line, without its end.</param>
    void OnOutput(Hook hook, HookStream stream, string line);

    /// <summary>A hook ended, or will not be started. Called once for each hook of the phase.</summary>
    void OnEnded(HookResult result);
}

/// <summary>Which of an external hook's streams a line came from.</summary>
public enum HookStream
{
    /// <summary>Standard output.</summary>
    Output,

    /// <summary>Standard error.</summary>
    Error,
}
