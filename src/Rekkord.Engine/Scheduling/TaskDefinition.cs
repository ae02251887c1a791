namespace Rekkord.Engine.Scheduling;

/// <summary>A script that is to run at a time of day.</summary>
public sealed record TaskDefinition
{
    /// <summary>What all names of a task's files begin with.</summary>
    public const string Prefix = "rekkord-";

    /// <summary>The name: letters, digits, <c>-</c> and <c>_</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The script, as a full path.</summary>
    public required string Script { get; init; }

    /// <summary>The program that runs it and its first arguments: <c>pwsh</c> itself, not what starts it, so that signals reach it.</summary>
    public required IReadOnlyList<string> PowerShell { get; init; }

    /// <summary>The time of day.</summary>
    public required TimeOnly At { get; init; }

    /// <summary>The days of the week; empty for every day.</summary>
    public IReadOnlyList<DayOfWeek> Days { get; init; } = [];

    /// <summary>The home directory. Without one, PowerShell takes a directory in <c>/tmp</c>, and looks for modules there first.</summary>
    public required string Home { get; init; }

    /// <summary>The name of the task's files, without what comes after the dot.</summary>
    public string FileName => Prefix + Name;

    /// <summary>The program, and its arguments.</summary>
    public IReadOnlyList<string> CommandLine => [.. PowerShell, "-NoProfile", "-NonInteractive", "-File", Script];
}

/// <summary>A file of a task.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Content">Its text.</param>
public sealed record TaskFile(string Name, string Content);
