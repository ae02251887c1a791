namespace Rekkord.Benchmarks.Inputs;

/// <summary>Files to save, the same in every run, and a change to them.</summary>
internal abstract class Input
{
    /// <summary>The letter it is chosen by.</summary>
    public abstract char Letter { get; }

    /// <summary>What it is, with its size.</summary>
    public abstract string Description { get; }

    /// <summary>Whether it is a tree of thousands.</summary>
    public abstract bool HasManyFiles { get; }

    /// <summary>Makes the files in a new directory.</summary>
    public abstract void Create(string directory);

    /// <summary>Changes the files.</summary>
    public abstract void Change(string directory);

    /// <summary>Gives the files back the content they were made with.</summary>
    public abstract void Undo(string directory);

    /// <summary>All inputs.</summary>
    /// <param name="quick">Whether smaller ones are wanted.</param>
    public static IReadOnlyList<Input> All(bool quick) =>
    [
        new RealTree(quick ? 3_000 : 20_000),
        new SmallFiles('B', quick ? 100 : 2_000, 1024, 16 * 1024),
        new DiskImage(quick ? 512 : 4096),
        new IncompressibleFile(quick ? 256 : 1024),
        new SmallFiles('E', quick ? 400 : 20_000, 16, 512),
        new GrowingFile(quick ? 1000 : 3000),
    ];
}
