using System.Diagnostics;
using Rekkord.Engine.Chunking;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Pruning;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Retention;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Tests;

/// <summary>Makes the golden repository: two snapshots of a small tree with one of everything, by two keys, on two channels.</summary>
internal sealed class GoldenRepositoryMaker : ISaveObserver
{
    // Chunks so small that a file of few megabytes needs chunk lists.
    private static readonly ChunkSizes SmallChunks = new(4096, 8192, 65536);

    private const string Tree = """
        umask 022
        mkdir empty-directory many 'with space' "$(printf 'bad\377name')"
        : > empty
        printf one > 'quote'\''"$;&|<>(){}*?[]~`!# file'
        printf two > "$(printf 'tab\tand\nnewline')"
        printf three > "$(printf 'bad\377name/\200\201')"
        printf five > 'ünïcödé-日本-🦄'
        printf 'plain text\n' > 'with space/text'
        truncate -s 3M sparse; printf data | dd of=sparse bs=1 seek=1500000 conv=notrunc status=none
        truncate -s 1M all-hole
        printf linked > hard1; ln hard1 many/hard2
        ln -s empty relative; ln -s /nowhere/at/all dangling; ln -s "$(printf 'bad\377target')" bad-target
        mkfifo fifo
        for i in $(seq 1 1500); do printf '' > "many/e$i"; done
        for i in $(seq 1 40); do printf 'content %s\n' "$i" > "many/file$i"; done
        printf x > attributes; setfattr -n user.colour -v blue attributes; setfattr -n user.empty attributes
        setfattr -n user.dir -v yes empty-directory
        printf s > setuid; chmod 4755 setuid; mkdir sticky; chmod 1777 sticky; printf r > read-only; chmod 0400 read-only
        """;

    private const string Times = """
        find . -depth -exec touch -h -d '2024-05-06 07:08:09.123456789 UTC' {} +
        touch -d '1905-06-07 08:09:10.5 UTC' empty; touch -d '2399-01-02 03:04:05.987654321 UTC' attributes
        """;

    private readonly string _base = Path.Combine(Path.GetTempPath(), "rekkord-golden");

    private string Source => Path.Combine(_base, "source");

    private string Note => Path.Combine(_base, "note.txt");

    /// <summary>Makes repository, keyfile and listings in a directory.</summary>
    public static void Run(string output) => new GoldenRepositoryMaker().Make(output);

    public void EntryFailed(RekkordException error) => throw error;

    public void Warn(string message) => throw new InvalidOperationException(message);

    public void Detail(string message)
    {
    }

    private void Make(string output)
    {
        if (Directory.Exists(Path.Combine(output, "repository")))
            throw new InvalidOperationException($"There is a golden repository in '{output}'. Remove repository, master.key and the listings first if it may be replaced.");
        Directory.CreateDirectory(Source);
        Shell(Tree);
        File.WriteAllBytes(Path.Combine(Source, "many-chunks"), CompressibleBytes(4_000_000));
        File.WriteAllText(Note, "a root that is a file");
        Shell(Times);

        var location = Path.Combine(output, "repository");
        var keyFile = Path.Combine(output, "master.key");
        KeyFile.Write(keyFile, KeyMaterial.CreateMaster());
        RepositoryAccess.Initialize(DirectoryObjectStore.CreateOrOpen(location), KeyFile.Read(keyFile), SmallChunks).Dispose();

        Save(location, KeyFile.Read(keyFile).Derive(KeyRole.ReadWrite), new SaveRequest { Channel = "first", Paths = [FileName.FromText(Source)] });
        GoldenListing.Write(Path.Combine(output, "first.txt"), Source);

        Shell("printf ' and more' >> 'with space/text'; rm many/file7; printf new > many/new; touch -d '2024-06-07 08:09:10 UTC' 'with space/text' many/new many");
        Save(location, KeyFile.Read(keyFile), new SaveRequest
        {
            Channel = "zweiter Kanal ü",
            Paths = [FileName.FromText(Source), FileName.FromText(Note)],
            Hooks = [new HookRecord("10-dump.sh", HookStatus.Succeeded, 0, TimeSpan.FromSeconds(1.5)), new HookRecord("20-copy", HookStatus.Failed, null, TimeSpan.Zero)],
            Tags = ["überprüft", "v2", "release"],
            Note = "before the upgrade – süß",
        });
        GoldenListing.Write(Path.Combine(output, "second.txt"), Source);

        SaveMany(location, keyFile);
        RemoveSome(location, keyFile);
        Condemn(location, keyFile);

        using var repository = RepositoryAccess.Open(DirectoryObjectStore.Open(location), KeyFile.Read(keyFile));
        var snapshots = new SnapshotStore(repository).List(error => throw error, CancellationToken.None);
        File.WriteAllLines(Path.Combine(output, "snapshots.txt"), snapshots.Select(GoldenListing.Describe));
        File.WriteAllLines(Path.Combine(output, "removed.txt"), new SnapshotStore(repository).ListRemoved(error => throw error, CancellationToken.None).Select(GoldenListing.Describe));
        Shell("rm -rf \"$PWD\" ../cache ../note.txt");
    }

    /// <summary>Makes as many small snapshots as it takes for merged indexes, and for a catalogue of both kinds.</summary>
    private void SaveMany(string location, string keyFile)
    {
        for (var i = 0; i < 2 * Consolidation.Least; i++)
        {
            File.WriteAllText(Note, $"note {i}");
            var keys = KeyFile.Read(keyFile);
            var request = new SaveRequest { Channel = "many", Paths = [FileName.FromText(Note)] };
            Save(location, i < Consolidation.Least ? keys : keys.Derive(KeyRole.WriteOnly), request);
        }
    }

    /// <summary>Removes four of the small snapshots, and brings one of them back.</summary>
    private static void RemoveSome(string location, string keyFile)
    {
        using var repository = RepositoryAccess.Open(DirectoryObjectStore.Open(location), KeyFile.Read(keyFile).Derive(KeyRole.Prune));
        var operation = new RemovalOperation(repository, error => throw error);
        var removed = operation.Remove([.. operation.Find(snapshot => snapshot.Summary.Channel == "many", removed: false, CancellationToken.None).Take(4)], force: false, CancellationToken.None);
        operation.BringBack([removed[1]], CancellationToken.None);
    }

    /// <summary>Condemns what only the removed snapshots need.</summary>
    private void Condemn(string location, string keyFile)
    {
        using var repository = RepositoryAccess.Open(DirectoryObjectStore.Open(location), KeyFile.Read(keyFile).Derive(KeyRole.Prune));
        var operation = new PruneOperation(repository, new PruneRequest { CacheDirectory = Path.Combine(_base, "cache") }, warning => throw new InvalidOperationException(warning));
        operation.Plan(CancellationToken.None);
        operation.Run(CancellationToken.None);
    }

    private void Save(string location, KeyMaterial keys, SaveRequest request)
    {
        using var repository = RepositoryAccess.Open(DirectoryObjectStore.Open(location), keys);
        new SaveOperation(repository, request with { CacheDirectory = Path.Combine(_base, "cache") }, this).Run(CancellationToken.None);
    }

    /// <summary>Bytes that compress well and yet give many different chunks: a row of few blocks in random order.</summary>
    private static byte[] CompressibleBytes(int length)
    {
        var random = new Random(1);
        var blocks = new byte[64 * 500];
        random.NextBytes(blocks);
        var bytes = new byte[length];
        for (var offset = 0; offset < length; offset += 500)
            blocks.AsSpan(random.Next(64) * 500, 500).CopyTo(bytes.AsSpan(offset));
        return bytes;
    }

    private void Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-euc", script]) { WorkingDirectory = Source })!;
        shell.WaitForExit();
        if (shell.ExitCode != 0)
            throw new InvalidOperationException($"The script ended with {shell.ExitCode}.");
    }
}
