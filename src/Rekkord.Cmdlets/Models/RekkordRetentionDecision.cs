using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Retention;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Cmdlets.Models;

/// <summary>What becomes of a snapshot, and why.</summary>
public sealed class RekkordRetentionDecision
{
    internal RekkordRetentionDecision(RetentionDecision decision, bool isRemoved)
    {
        var snapshot = decision.Snapshot;
        Action = decision.IsKept ? RekkordRetentionAction.Keep : RekkordRetentionAction.Remove;
        IsRemoved = isRemoved;
        Reasons = [.. decision.Reasons];
        Id = snapshot.Id.ToString();
        Channel = snapshot.Summary.Channel;
        Time = snapshot.Summary.Time.ToLocalTime();
        HostName = snapshot.Summary.HostName;
        Paths = [.. snapshot.Summary.Paths.Select(path => FileName.ToDisplay(path))];
        Tags = [.. snapshot.Summary.Tags];
        IsPartial = snapshot.Summary.ErrorCount > 0;
        KeyId = snapshot.KeyId;
        Group = string.Join(", ", DescribeGroup(snapshot));
    }

    /// <summary>Whether it stays or goes.</summary>
    public RekkordRetentionAction Action { get; }

    /// <summary>Whether it was removed now. With -WhatIf nothing is.</summary>
    public bool IsRemoved { get; }

    /// <summary>What keeps it, such as <c>daily 3 of 7 (2026-11-28)</c>; or for each rule why that does not.</summary>
    public string[] Reasons { get; }

    /// <summary>The snapshot's ID: 64 hex digits.</summary>
    public string Id { get; }

    /// <summary>The name it is filed under.</summary>
    public string Channel { get; }

    /// <summary>When the save began, as the machine's clock said.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The machine that saved.</summary>
    public string HostName { get; }

    /// <summary>The saved paths.</summary>
    public string[] Paths { get; }

    /// <summary>The snapshot's tags.</summary>
    public string[] Tags { get; }

    /// <summary>Whether something is missing from it.</summary>
    public bool IsPartial { get; }

    /// <summary>The ID of the keyfile that signed it; empty for the master key.</summary>
    public string KeyId { get; }

    /// <summary>What it is judged among: the snapshots of the same channel, machine, paths and keyfile, in words.</summary>
    public string Group { get; }

    /// <summary>What becomes of it, and why.</summary>
    public override string ToString() => $"{Action} {Id}: {string.Join("; ", Reasons)}";

    private IEnumerable<string> DescribeGroup(Snapshot snapshot)
    {
        yield return $"{Channel} on {HostName}";
        foreach (var path in Paths.Order(StringComparer.Ordinal))
            yield return path;
        if (KeyId.Length > 0)
            yield return $"keyfile {KeyId[..12]}";
        if (snapshot.Summary.Origin is { } origin)
            yield return $"copied from {origin.RepositoryId[..12]}{(string.IsNullOrEmpty(origin.Signer) ? "" : $", signed there by {origin.Signer[..12]}")}";
    }
}

/// <summary>What becomes of a snapshot.</summary>
public enum RekkordRetentionAction
{
    /// <summary>It stays.</summary>
    Keep,

    /// <summary>No rule keeps it.</summary>
    Remove,
}
