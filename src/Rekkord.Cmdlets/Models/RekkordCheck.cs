namespace Rekkord.Cmdlets.Models;

/// <summary>One thing that was looked at before anything relies on it.</summary>
public sealed class RekkordCheck
{
    internal RekkordCheck(string check, RekkordCheckStatus status, string message, string? target)
    {
        Check = check;
        Status = status;
        Message = message;
        Target = target;
    }

    /// <summary>How it is.</summary>
    public RekkordCheckStatus Status { get; }

    /// <summary>What was looked at: Configuration, KeyFile, Repository, Writing, Space, Hooks, Sources, Clock, Report or Schedule.</summary>
    public string Check { get; }

    /// <summary>What was found, and what to do about it.</summary>
    public string Message { get; }

    /// <summary>The file, directory or repository that it is about; null if there is none.</summary>
    public string? Target { get; }

    /// <summary>What was found.</summary>
    public override string ToString() => $"{Check}: {Status}. {Message}";
}

/// <summary>How a check went.</summary>
public enum RekkordCheckStatus
{
    /// <summary>It is as it must be.</summary>
    Passed,

    /// <summary>It works, but somebody should look at it.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Failed,

    /// <summary>It could not be looked at, because something before it failed, or because there is nothing to look at.</summary>
    Skipped,
}
