using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Native.Messages;

/// <summary>What operations made, and how far they are.</summary>
internal static class ResultMessages
{
    public static void Write(MessageWriter writer, SaveResult result)
    {
        Write(writer, result.Snapshot);
        writer.Write(result.NewDataPacks);
        writer.Write(result.NewMetadataPacks);
        writer.Write(result.UnchangedFiles);
        Write(writer, result.Errors);
        writer.Write(result.UnusedExclusions);
        writer.Write(result.Omitted);
    }

    public static SaveResult ReadSave(MessageReader reader) =>
        new(ReadSnapshot(reader), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt64(), ReadErrors(reader)) { UnusedExclusions = reader.ReadStrings(), Omitted = reader.ReadInt64() };

    public static void Write(MessageWriter writer, in SaveProgress progress)
    {
        writer.Write(progress.Activity);
        writer.Write(progress.Files);
        writer.Write(progress.Directories);
        writer.Write(progress.Size);
        writer.Write(progress.AddedSize);
        writer.Write(progress.SentSize);
        writer.Write(progress.CurrentPath);
        writer.Write(progress.ExpectedFiles);
        writer.Write(progress.ExpectedSize);
        writer.Write(progress.StoredSize);
    }

    public static SaveProgress ReadSaveProgress(MessageReader reader) =>
        new(reader.ReadString(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadString())
        {
            ExpectedFiles = reader.ReadInt64(),
            ExpectedSize = reader.ReadInt64(),
            StoredSize = reader.ReadInt64(),
        };

    public static void Write(MessageWriter writer, ScanResult result)
    {
        writer.Write(result.Problems.Count);
        foreach (var problem in result.Problems)
        {
            writer.Write((int)problem.Kind);
            writer.Write(problem.ObjectName);
            writer.Write(problem.Message);
            writer.Write(problem.Snapshots);
            writer.Write(problem.Paths);
            writer.Write(problem.PathCount);
            writer.Write(problem.Repair);
        }

        writer.Write(result.Snapshots);
        writer.Write(result.VerifiedPacks);
        writer.Write(result.SkippedPacks);
        writer.Write(result.VerifiedSize);
        writer.Write(result.Blobs);
        writer.Write(result.UnindexedPacks);
        writer.Write(result.OutOfTime);
    }

    public static ScanResult ReadScan(MessageReader reader) => new(
        ReadProblems(reader),
        reader.ReadInt32(),
        reader.ReadInt32(),
        reader.ReadInt32(),
        reader.ReadInt64(),
        reader.ReadInt32(),
        reader.ReadInt32(),
        reader.ReadBoolean());

    public static void Write(MessageWriter writer, in ScanProgress progress)
    {
        writer.Write(progress.Activity);
        writer.Write(progress.Size);
        writer.Write(progress.TotalSize);
        writer.Write(progress.Problems);
    }

    public static ScanProgress ReadScanProgress(MessageReader reader) =>
        new(reader.ReadString(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt32());

    public static void Write(MessageWriter writer, RestoreResult result)
    {
        Write(writer, result.Snapshot);
        writer.Write(result.Destination);
        writer.Write(result.Files);
        writer.Write(result.Directories);
        writer.Write(result.Size);
        writer.Write(result.VerifiedFiles);
        writer.Write(result.ErrorCount);
        Write(writer, result.Errors);
    }

    public static RestoreResult ReadRestore(MessageReader reader) => new(
        ReadSnapshot(reader),
        reader.ReadString(),
        reader.ReadInt64(),
        reader.ReadInt64(),
        reader.ReadInt64(),
        reader.ReadInt64(),
        reader.ReadInt64(),
        ReadErrors(reader));

    public static void Write(MessageWriter writer, in RestoreProgress progress)
    {
        writer.Write(progress.Activity);
        writer.Write(progress.Files);
        writer.Write(progress.Size);
        writer.Write(progress.TotalSize);
        writer.Write(progress.CurrentPath);
    }

    public static RestoreProgress ReadRestoreProgress(MessageReader reader) =>
        new(reader.ReadString(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadString());

    private static RepositoryProblem[] ReadProblems(MessageReader reader)
    {
        var problems = new RepositoryProblem[reader.ReadInt32()];
        for (var i = 0; i < problems.Length; i++)
        {
            problems[i] = new RepositoryProblem((ProblemKind)reader.ReadInt32(), reader.ReadString(), reader.ReadString());
            problems[i].SetTouched(reader.ReadStrings(), reader.ReadStrings(), reader.ReadInt64());
            problems[i].Repair = reader.ReadOptionalString();
        }

        return problems;
    }

    private static void Write(MessageWriter writer, IReadOnlyList<RekkordException> errors)
    {
        writer.Write(errors.Count);
        foreach (var error in errors)
            ErrorMessages.Write(writer, error);
    }

    private static RekkordException[] ReadErrors(MessageReader reader)
    {
        var errors = new RekkordException[reader.ReadInt32()];
        for (var i = 0; i < errors.Length; i++)
            errors[i] = (RekkordException)ErrorMessages.Read(reader);
        return errors;
    }

    private static void Write(MessageWriter writer, Snapshot snapshot)
    {
        writer.Write(snapshot.Id.ToArray());
        Write(writer, snapshot.Summary);
        writer.Write(snapshot.ObjectName);
        writer.Write(snapshot.TagName);
        writer.Write(snapshot.KeyId);
        writer.Write((int)snapshot.SignerStatus);
        writer.Write(snapshot.StoredTime);
    }

    private static Snapshot ReadSnapshot(MessageReader reader) =>
        new(new Oid(reader.ReadBytes()), ReadSummary(reader), reader.ReadString(), reader.ReadString(), reader.ReadString())
        {
            SignerStatus = (SignerStatus)reader.ReadInt32(),
            StoredTime = reader.ReadOptionalTime(),
        };

    private static void Write(MessageWriter writer, SnapshotSummary summary)
    {
        writer.Write(summary.Channel);
        writer.Write(summary.Time);
        writer.Write(summary.Duration);
        writer.Write(summary.HostName);
        writer.Write(summary.UserName);
        writer.Write(summary.Paths.Count);
        foreach (var path in summary.Paths)
            writer.Write(path);
        writer.Write(summary.Files);
        writer.Write(summary.Directories);
        writer.Write(summary.Size);
        writer.Write(summary.AddedSize);
        writer.Write(summary.StoredSize);
        writer.Write(summary.ErrorCount);
        writer.Write(summary.Hooks.Count);
        foreach (var hook in summary.Hooks)
            HookMessages.Write(writer, hook);
        writer.Write(summary.Tags);
        writer.Write(summary.Note);
        writer.Write(summary.Origin?.RepositoryId);
        if (summary.Origin is not { } origin)
            return;
        writer.Write(origin.SnapshotId.ToArray());
        writer.Write(origin.Signer);
    }

    private static SnapshotSummary ReadSummary(MessageReader reader) => new()
    {
        Channel = reader.ReadString(),
        Time = reader.ReadTime(),
        Duration = reader.ReadTimeSpan(),
        HostName = reader.ReadString(),
        UserName = reader.ReadString(),
        Paths = ReadPaths(reader),
        Files = reader.ReadInt64(),
        Directories = reader.ReadInt64(),
        Size = reader.ReadInt64(),
        AddedSize = reader.ReadInt64(),
        StoredSize = reader.ReadInt64(),
        ErrorCount = reader.ReadInt64(),
        Hooks = HookMessages.ReadAll(reader),
        Tags = reader.ReadStrings(),
        Note = reader.ReadString(),
        Origin = reader.ReadOptionalString() is { } repository ? new SnapshotOrigin(repository, new Oid(reader.ReadBytes()), reader.ReadString()) : null,
    };

    private static byte[][] ReadPaths(MessageReader reader)
    {
        var paths = new byte[reader.ReadInt32()][];
        for (var i = 0; i < paths.Length; i++)
            paths[i] = reader.ReadBytes().ToArray();
        return paths;
    }
}
