using System.Security.Cryptography;
using Rekkord.Engine.Archives;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Scanning;

/// <summary>Stores again, as objects by themselves, what can be read of an archive that is put aside. Each snapshot and tag verifies itself, whatever is wrong with the archive.</summary>
/// <param name="repository">The repository, opened with a key that can read and write.</param>
internal sealed class ArchiveSalvage(RepositoryAccess repository)
{
    private readonly SnapshotRecords _records = new(repository);

    /// <summary>Stores again what is nowhere else: snapshots, and then tags.</summary>
    /// <param name="name">The archive.</param>
    /// <param name="leaving">The names of what is not to be kept: the archive, others that are put aside too, and what they have that is damaged.</param>
    /// <param name="cancellation">Stops between objects. What is stored is not stored again.</param>
    /// <exception cref="StorageException">The store failed.</exception>
    public void Run(string name, IReadOnlySet<string> leaving, CancellationToken cancellation)
    {
        foreach (var (entry, read) in Find(name, cancellation).OrderBy(one => one.Entry.Name, StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            if (leaving.Contains(entry.Name) || IsElsewhere(entry.Name, leaving, cancellation) || TryRead(read) is not { } bytes)
                continue;
            if (SHA256.HashData(bytes).AsSpan().SequenceEqual(ObjectName.TryGetHash(entry.Name)) && _records.IsRecord(entry.Name, bytes))
                repository.Archives.Plain.Put(entry.Name, bytes, cancellation);
        }
    }

    private bool IsElsewhere(string name, IReadOnlySet<string> leaving, CancellationToken cancellation)
    {
        for (var holder = repository.Archives.Current.Find(name); holder is not null; holder = holder.Next)
        {
            if (!leaving.Contains(holder.Archive.Name))
                return true;
        }

        return repository.Archives.Plain.Exists(name, cancellation);
    }

    /// <summary>What an archive has, from its bytes where they can be read whole, and else from what is known of it.</summary>
    private IEnumerable<(ArchiveEntry Entry, Func<byte[]> Read)> Find(string name, CancellationToken cancellation)
    {
        if (repository.Archives.Plain.Find(name, cancellation) is not { Obstacle: null } found)
            return [];
        if (TryRead(() => repository.Archives.Plain.Read(name, Archive.LargestSize, cancellation)) is { } bytes)
        {
            return Archive.GuessEntries(found with { Size = bytes.Length }, bytes)
                .Select(entry => (entry, (Func<byte[]>)(() => bytes.AsSpan((int)entry.Offset, entry.Length).ToArray())));
        }

        return repository.Archives.Current.Archives.Where(archive => archive.Name == name).SelectMany(archive => archive.Entries
            .Select(entry => (entry, (Func<byte[]>)(() => BlockingCalls.Wait(repository.Archives.ReadAsync(archive, entry, cancellation))))));
    }

    private static byte[]? TryRead(Func<byte[]> read)
    {
        try
        {
            return read();
        }
        catch (RekkordException error) when (error.MeansLoss || error.Kind == RekkordErrorKind.NotFound)
        {
            // This is lost, and the rest may not be.
            return null;
        }
    }
}
