using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;

namespace Rekkord.Engine.Native.Messages;

/// <summary>
/// What an operation is to do. It names what the library would find otherwise: PowerShell's environment variables and culture are not those
/// of the process. One of the three requests is there. The keys are not in it.
/// </summary>
internal sealed record RequestMessage
{
    /// <summary>The repository: a path or URL.</summary>
    public required string Location { get; init; }

    /// <summary>Where local files lie.</summary>
    public required string CacheDirectory { get; init; }

    /// <summary>The culture that numbers in messages are written in.</summary>
    public required string Culture { get; init; }

    /// <summary>The store, where the caller has opened it; null when the library opens it.</summary>
    public StoreMessage? Store { get; init; }

    public SaveRequest? Save { get; init; }

    public ScanRequest? Scan { get; init; }

    public RestoreRequest? Restore { get; init; }

    public byte[] Encode()
    {
        var writer = new MessageWriter();
        writer.Write(Location);
        writer.Write(CacheDirectory);
        writer.Write(Culture);
        writer.Write(Store is not null);
        Store?.Write(writer);
        writer.Write(Save is not null);
        if (Save is not null)
            Write(writer, Save);
        writer.Write(Scan is not null);
        if (Scan is not null)
            Write(writer, Scan);
        writer.Write(Restore is not null);
        if (Restore is not null)
            Write(writer, Restore);
        return writer.ToArray();
    }

    public static RequestMessage Decode(byte[] bytes)
    {
        var reader = new MessageReader(bytes);
        return new RequestMessage
        {
            Location = reader.ReadString(),
            CacheDirectory = reader.ReadString(),
            Culture = reader.ReadString(),
            Store = reader.ReadBoolean() ? StoreMessage.Read(reader) : null,
            Save = reader.ReadBoolean() ? ReadSave(reader) : null,
            Scan = reader.ReadBoolean() ? ReadScan(reader) : null,
            Restore = reader.ReadBoolean() ? ReadRestore(reader) : null,
        };
    }

    private static void Write(MessageWriter writer, SaveRequest request)
    {
        writer.Write(request.Channel);
        writer.Write(request.Paths.Count);
        foreach (var path in request.Paths)
        {
            writer.Write(path.Path);
            writer.Write(path.Pattern);
        }

        Write(writer, request.Exclude);
        writer.Write(request.Omit.Caches);
        writer.Write(request.Omit.OtherFileSystems);
        writer.Write(request.Omit.LargerThan ?? -1);
        writer.Write(request.Omit.IgnoreFiles);
        writer.Write(request.TellEntries);
        writer.Write(request.IgnoreCache);
        writer.Write(request.FollowLinks);
        writer.Write(request.Hooks.Count);
        foreach (var hook in request.Hooks)
            HookMessages.Write(writer, hook);
        writer.Write(request.Tags);
        writer.Write(request.Note);
        writer.Write(request.CompressionLevel);
        writer.Write(request.Threads);
        writer.Write(request.KeyFile);
        writer.Write(request.CacheDirectory);
    }

    private static SaveRequest ReadSave(MessageReader reader) => new()
    {
        Channel = reader.ReadString(),
        Paths = ReadPaths(reader),
        Exclude = ReadPatterns(reader),
        Omit = ReadOmissions(reader),
        TellEntries = reader.ReadBoolean(),
        IgnoreCache = reader.ReadBoolean(),
        FollowLinks = reader.ReadBoolean(),
        Hooks = HookMessages.ReadAll(reader),
        Tags = reader.ReadStrings(),
        Note = reader.ReadString(),
        CompressionLevel = reader.ReadInt32(),
        Threads = reader.ReadInt32(),
        KeyFile = reader.ReadOptionalString(),
        CacheDirectory = reader.ReadOptionalString(),
    };

    private static Omissions ReadOmissions(MessageReader reader) => new()
    {
        Caches = reader.ReadBoolean(),
        OtherFileSystems = reader.ReadBoolean(),
        LargerThan = reader.ReadInt64() is >= 0 and var length ? length : null,
        IgnoreFiles = reader.ReadBoolean(),
    };

    private static SourcePath[] ReadPaths(MessageReader reader)
    {
        var paths = new SourcePath[reader.ReadInt32()];
        for (var i = 0; i < paths.Length; i++)
            paths[i] = new SourcePath(reader.ReadBytes().ToArray(), reader.ReadOptionalString());
        return paths;
    }

    private static void Write(MessageWriter writer, ScanRequest request)
    {
        writer.Write(request.Full);
        writer.Write(request.MaximumAge);
        writer.Write(request.TimeLimit);
        writer.Write(request.Repair);
        writer.Write(request.Threads);
        writer.Write(request.CacheDirectory);
    }

    private static ScanRequest ReadScan(MessageReader reader) => new()
    {
        Full = reader.ReadBoolean(),
        MaximumAge = reader.ReadOptionalTimeSpan(),
        TimeLimit = reader.ReadOptionalTimeSpan(),
        Repair = reader.ReadBoolean(),
        Threads = reader.ReadInt32(),
        CacheDirectory = reader.ReadOptionalString(),
    };

    private static void Write(MessageWriter writer, RestoreRequest request)
    {
        writer.Write(request.Snapshot);
        writer.Write(request.Path);
        Write(writer, request.Items);
        Write(writer, request.SingleItems);
        writer.Write(request.Destination);
        Write(writer, request.Include);
        writer.Write(request.Force);
        writer.Write(request.Verify);
        writer.Write((int)request.Owner);
        writer.Write(request.NoSpecial);
        writer.Write(request.TellEntries);
        writer.Write(request.Threads);
    }

    private static RestoreRequest ReadRestore(MessageReader reader) => new()
    {
        Snapshot = reader.ReadString(),
        Path = reader.ReadOptionalString(),
        Items = ReadTexts(reader),
        SingleItems = ReadTexts(reader),
        Destination = reader.ReadString(),
        Include = ReadPatterns(reader),
        Force = reader.ReadBoolean(),
        Verify = reader.ReadBoolean(),
        Owner = (OwnerChoice)reader.ReadInt32(),
        NoSpecial = reader.ReadBoolean(),
        TellEntries = reader.ReadBoolean(),
        Threads = reader.ReadInt32(),
    };

    private static void Write(MessageWriter writer, IReadOnlyList<string> texts)
    {
        writer.Write(texts.Count);
        foreach (var text in texts)
            writer.Write(text);
    }

    private static string[] ReadTexts(MessageReader reader)
    {
        var texts = new string[reader.ReadInt32()];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = reader.ReadString();
        return texts;
    }

    private static void Write(MessageWriter writer, IReadOnlyList<PathPattern> patterns)
    {
        writer.Write(patterns.Count);
        foreach (var pattern in patterns)
        {
            writer.Write(pattern.Text);
            writer.Write(pattern.Absolute);
            writer.Write(pattern.Origin);
        }
    }

    private static PathPattern[] ReadPatterns(MessageReader reader)
    {
        var patterns = new PathPattern[reader.ReadInt32()];
        for (var i = 0; i < patterns.Length; i++)
            patterns[i] = new PathPattern(reader.ReadString(), reader.ReadString()) { Origin = reader.ReadOptionalString() };
        return patterns;
    }
}

/// <summary>Hooks that ran, as a request and a snapshot's summary name them.</summary>
internal static class HookMessages
{
    public static void Write(MessageWriter writer, HookRecord hook)
    {
        writer.Write(hook.Name);
        writer.Write((int)hook.Status);
        writer.Write(hook.ExitCode is not null);
        writer.Write(hook.ExitCode.GetValueOrDefault());
        writer.Write(hook.Duration);
    }

    public static HookRecord[] ReadAll(MessageReader reader)
    {
        var hooks = new HookRecord[reader.ReadInt32()];
        for (var i = 0; i < hooks.Length; i++)
        {
            var name = reader.ReadString();
            var status = (HookStatus)reader.ReadInt32();
            var hasExitCode = reader.ReadBoolean();
            var exitCode = reader.ReadInt32();
            hooks[i] = new HookRecord(name, status, hasExitCode ? exitCode : null, reader.ReadTimeSpan());
        }

        return hooks;
    }
}
