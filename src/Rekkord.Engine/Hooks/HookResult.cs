using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Hooks;

/// <summary>How one hook ended, with what it wrote.</summary>
public sealed record HookResult
{
    /// <summary>The hook.</summary>
    public required Hook Hook { get; init; }

    /// <summary>How it ended.</summary>
    public required HookStatus Status { get; init; }

    /// <summary>Whether it counts as success.</summary>
    public bool Succeeded => Status == HookStatus.Succeeded;

    /// <summary>
    /// The exit code, 0 to 255 on Unix. Null when the hook never started, was killed by a signal, or is a script that did not exit.
    /// </summary>
    public int? ExitCode { get; init; }

    /// <summary>The name of the signal that ended the hook, such as <c>SIGKILL</c>; null when none did.</summary>
    public string? Signal { get; init; }

    /// <summary>When it was started, or when it was found that it cannot be.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>How long it ran; zero when it never started.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Standard output as lines (strings), or the objects a script emitted.</summary>
    public IReadOnlyList<object?> Output { get; init; } = [];

    /// <summary>Standard error as lines (strings), or a script's error records.</summary>
    public IReadOnlyList<object?> ErrorOutput { get; init; } = [];

    /// <summary>A script's warning records; empty for an external hook.</summary>
    public IReadOnlyList<object?> Warnings { get; init; } = [];

    /// <summary>A script's verbose records; empty for an external hook.</summary>
    public IReadOnlyList<object?> Verbose { get; init; } = [];

    /// <summary>A script's information records; empty for an external hook.</summary>
    public IReadOnlyList<object?> Information { get; init; } = [];

    /// <summary>
    /// How many bytes of output were not kept because a stream is kept up to a bound, its end before its beginning. What the objects
    /// of a script take is estimated.
    /// </summary>
    public long OutputDropped { get; init; }

    /// <summary>The same for <see cref="ErrorOutput"/>.</summary>
    public long ErrorOutputDropped { get; init; }

    /// <summary>Why the hook did not succeed, in one line; null after success.</summary>
    public string? Reason { get; init; }

    /// <summary>What puts it right, where that is known.</summary>
    public string? Remedy { get; init; }

    /// <summary>What is worth knowing about a hook whatever its status, such as a background process that kept its output open.</summary>
    public string? Note { get; init; }

    /// <summary>What the snapshot keeps of a pre hook.</summary>
    public HookRecord ToRecord() => new(Hook.Name, Status, ExitCode, Duration);
}

/// <summary>How the ending of a hook from outside is put, the same for both kinds of hook.</summary>
internal static class StopReason
{
    public const string Stopped = "ended because the command was stopped";

    public static string TimeLimit(TimeSpan? limit) => $"ended because it ran longer than HookTimeout ({limit:c})";
}

/// <summary>What a failed program said last: what its user needs to see first.</summary>
public static class LastWords
{
    // Database tools tell the error first and then its detail, the query and the place, each on a line of its own.
    private const int MaximumLines = 4, MaximumLineLength = 250, LinesLookedAt = 20;

    /// <summary>The last lines that are not blank, in their order, as one line; null when there is none.</summary>
    /// <param name="lines">What the program wrote, in its order.</param>
    public static string? Of(IEnumerable<string> lines)
    {
        var last = lines.TakeLast(LinesLookedAt)
            .Select(line => OneLine.From(line, MaximumLineLength))
            .Where(line => line.Length > 0)
            .TakeLast(MaximumLines)
            .ToList();
        return last.Count == 0 ? null : string.Join("; ", last);
    }
}
