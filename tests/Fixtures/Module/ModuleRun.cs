using System.Management.Automation;

namespace Rekkord.Module.Tests;

/// <summary>What a script wrote, stream by stream, and how it ended.</summary>
internal sealed record ModuleRun
{
    public required IReadOnlyList<PSObject> Output { get; init; }

    /// <summary>The non-terminating errors, in order.</summary>
    public required IReadOnlyList<ErrorRecord> Errors { get; init; }

    /// <summary>The error that ended it; null when it came to its end.</summary>
    public required ErrorRecord? Ending { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public required IReadOnlyList<string> Verbose { get; init; }

    public required IReadOnlyList<InformationRecord> Information { get; init; }

    public required IReadOnlyList<ProgressRecord> Progress { get; init; }

    /// <summary>What was written straight to the host.</summary>
    public required IReadOnlyList<string> HostLines { get; init; }

    /// <summary>The part of the ending error's ID that is the module's own; null when there was no such error.</summary>
    public string? EndingId => Ending?.FullyQualifiedErrorId.Split(',')[0];

    /// <summary>The output objects of a type of the module.</summary>
    public IReadOnlyList<PSObject> OfType(string name) => [.. Output.Where(item => item.BaseObject.GetType().Name == name)];

    /// <summary>The one result of a save.</summary>
    public PSObject Save => Assert.Single(OfType("RekkordSaveResult"));

    /// <summary>The results of hooks, in the order in which they were written.</summary>
    public IReadOnlyList<PSObject> Hooks => OfType("RekkordHookResult");

    /// <summary>Fails the test unless the script came to its end without any error.</summary>
    public ModuleRun Clean()
    {
        Assert.Null(Ending?.ToString());
        Assert.Empty(Errors.Select(error => error.ToString()));
        return this;
    }
}
