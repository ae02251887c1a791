using Xunit.Abstractions;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>
/// A disk as POSIX promises it and no better. Bytes are durable once their file was flushed, names once their directory was; of
/// everything else a power cut keeps any part in any order. Play the steps, and ask at any point for what a cut there may leave.
/// </summary>
internal sealed class SimulatedDisk
{
    // Beyond so many names that may each be lost, not every subset is built: none, all, each alone, and all but each.
    private const int NamesInEverySubset = 4;

    private readonly string _root;
    private readonly Dictionary<string, Node> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Node> _durableNames = new(StringComparer.Ordinal);
    private readonly List<Change> _pending = [];
    private readonly List<string> _marks = [];
    private int _steps;

    /// <summary>A disk that durably has what a directory has now.</summary>
    public SimulatedDisk(string root)
    {
        _root = root;
        foreach (var folder in Directory.GetDirectories(root, "*", SearchOption.AllDirectories))
            _durableNames[folder] = new Node(IsDirectory: true);
        foreach (var path in Directory.GetFiles(root, "*", SearchOption.AllDirectories))
        {
            var file = new Node(IsDirectory: false);
            file.Durable.AddRange(File.ReadAllBytes(path));
            _durableNames[path] = file;
        }

        foreach (var (path, node) in _durableNames)
            _names[path] = node;
    }

    private enum Content
    {
        Kept,
        Lost,
        Halved,
        Zeros,
    }

    public void Play(StorageStep step)
    {
        _steps++;
        switch (step.Kind)
        {
            case StorageStepKind.CreateFile: ChangeName(step.Path, new Node(IsDirectory: false)); break;
            case StorageStepKind.CreateDirectory: ChangeName(step.Path, new Node(IsDirectory: true)); break;
            case StorageStepKind.AddName: ChangeName(step.NewPath, _names[step.Path]); break;
            case StorageStepKind.RemoveName: ChangeName(step.Path, null); break;
            case StorageStepKind.Write: _names[step.Path].Unflushed.Add((step.Offset, step.Data!)); break;
            case StorageStepKind.FlushFile: Flush(_names[step.Path]); break;
            case StorageStepKind.FlushDirectory: FlushDirectory(step.Path); break;
            default: _marks.Add(step.Path); break;
        }
    }

    /// <summary>Plays steps, and finds the states that differ of all that a cut after any of them may leave.</summary>
    public List<DiskState> StatesAfterEachStep(IReadOnlyList<StorageStep> steps, ITestOutputHelper output)
    {
        var states = new Dictionary<string, DiskState>();
        var built = 0;
        foreach (var step in steps)
        {
            Play(step);
            foreach (var state in StatesAfterCut())
            {
                built++;
                states.TryAdd(state.Fingerprint(), state);
            }
        }

        output.WriteLine($"{steps.Count} steps, {built} states, {states.Count} of them different.");
        return [.. states.Values];
    }

    /// <summary>The states in which a power cut now may leave the disk.</summary>
    public IEnumerable<DiskState> StatesAfterCut()
    {
        foreach (var kept in Subsets(_pending.Count))
        {
            var names = new Dictionary<string, Node>(_durableNames, StringComparer.Ordinal);
            for (var i = 0; i < _pending.Count; i++)
            {
                if (kept(i))
                    Apply(_pending[i], names);
            }

            var files = names.Where(name => !name.Value.IsDirectory && IsReachable(name.Key, names)).ToList();
            foreach (var content in files.Any(file => file.Value.Unflushed.Count > 0) ? Enum.GetValues<Content>() : [Content.Kept])
            {
                yield return new DiskState(
                    files.ToDictionary(file => file.Key, file => file.Value.Read(content), StringComparer.Ordinal),
                    [.. _marks],
                    $"after step {_steps}, of {_pending.Count} names kept {string.Join(',', Enumerable.Range(0, _pending.Count).Where(kept))}, unflushed bytes {content}");
            }
        }
    }

    private static IEnumerable<Func<int, bool>> Subsets(int count)
    {
        if (count <= NamesInEverySubset)
            return Enumerable.Range(0, 1 << count).Select(mask => (Func<int, bool>)(i => (mask >> i & 1) == 1));
        return
        [
            _ => false,
            _ => true,
            .. Enumerable.Range(0, count).Select(one => (Func<int, bool>)(i => i == one)),
            .. Enumerable.Range(0, count).Select(one => (Func<int, bool>)(i => i != one)),
        ];
    }

    private static void Apply(Change change, Dictionary<string, Node> names)
    {
        if (change.Node is null)
            names.Remove(change.Path);
        else
            names[change.Path] = change.Node;
    }

    private static void Flush(Node file)
    {
        var flushed = file.Read(Content.Kept);
        file.Durable.Clear();
        file.Durable.AddRange(flushed);
        file.Unflushed.Clear();
    }

    private void ChangeName(string path, Node? node)
    {
        var change = new Change(path, node);
        Apply(change, _names);
        _pending.Add(change);
    }

    private void FlushDirectory(string directory)
    {
        foreach (var change in _pending.Where(change => Path.GetDirectoryName(change.Path) == directory))
            Apply(change, _durableNames);
        _pending.RemoveAll(change => Path.GetDirectoryName(change.Path) == directory);
    }

    private bool IsReachable(string path, Dictionary<string, Node> names)
    {
        for (var folder = Path.GetDirectoryName(path)!; folder.Length > _root.Length; folder = Path.GetDirectoryName(folder)!)
        {
            if (!names.ContainsKey(folder))
                return false;
        }

        return true;
    }

    /// <summary>A name that is made or, without a node, taken away.</summary>
    private sealed record Change(string Path, Node? Node);

    private sealed record Node(bool IsDirectory)
    {
        public List<byte> Durable { get; } = [];

        public List<(long Offset, byte[] Data)> Unflushed { get; } = [];

        public byte[] Read(Content content)
        {
            var length = Unflushed.Select(write => write.Offset + write.Data.Length).Append(Durable.Count).Max();
            var bytes = new byte[length];
            Durable.CopyTo(bytes);
            if (content is Content.Kept or Content.Halved)
                Unflushed.ForEach(write => write.Data.CopyTo(bytes, write.Offset));
            return content switch
            {
                Content.Lost => [.. Durable],
                Content.Halved when Unflushed.Count > 0 => bytes[..(int)(length / 2)],
                _ => bytes,
            };
        }
    }
}
