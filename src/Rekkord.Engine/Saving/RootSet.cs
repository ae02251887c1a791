using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Saving;

/// <summary>The entries of the saved paths themselves. They are in the snapshot's record, whose size is bounded.</summary>
internal sealed class RootSet(SaveContext context, NamedPaths named) : IEntryReceiver
{
    // What a record has for each path beside its bytes.
    private const int PathOverhead = 16;

    private readonly byte[]?[] _entries = new byte[]?[named.All.Count];
    private long _length;

    /// <summary>All paths that were named.</summary>
    public NamedPaths Named => named;

    /// <summary>What was saved under its own path and not within another, in the order in which it was asked for.</summary>
    public IReadOnlyList<(byte[] Path, byte[] Entry)> Saved =>
        [.. named.All.Zip(_entries).Where(root => root.Second is not null).Select(root => (root.First.Path, root.Second!))];

    /// <summary>Checks that a record can name paths.</summary>
    /// <exception cref="RekkordException">There are too many (<c>TooManyPaths</c>).</exception>
    public static void Validate(NamedPaths paths)
    {
        if (paths.All.Sum(path => (long)path.Path.Length + PathOverhead) > FormatLimits.SavedPaths)
        {
            throw new RekkordException(
                "TooManyPaths",
                RekkordErrorKind.InvalidArgument,
                $"These {paths.All.Count} paths are more than a snapshot can list: together they take more than {FormatLimits.SavedPaths / 1024 / 1024} MiB. Give the directories that they are in, or save them as several channels. Nothing was saved.");
        }
    }

    public void Complete(int slot, EncodedEntry entry)
    {
        if (entry.Bytes is not { } bytes)
            return;
        if (Interlocked.Add(ref _length, bytes.Length) <= FormatLimits.RootEntries)
        {
            Volatile.Write(ref _entries[slot], bytes);
            return;
        }

        Interlocked.Add(ref _length, -bytes.Length);
        var path = FileName.ToDisplay(named.All[slot].Path);
        context.Report(new RekkordException(
            "RecordFull",
            RekkordErrorKind.ReadError,
            $"'{path}' is not in the snapshot: together with the other paths, its metadata takes more than the {FormatLimits.RootEntries / 1024 / 1024} MiB that a snapshot's record can hold. Give the directory that it is in, or save it as another channel.",
            path));
    }
}
