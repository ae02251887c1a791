namespace Rekkord.Benchmarks.Growth;

/// <summary>Measures how the cost of some steps grows with one amount.</summary>
internal abstract class Series
{
    /// <summary>The name it is chosen by.</summary>
    public abstract string Name { get; }

    /// <summary>What grows, as a heading.</summary>
    public abstract string Title { get; }

    /// <summary>The unit of the amount.</summary>
    public abstract string Unit { get; }

    /// <summary>Whether peak memory gets a plot too.</summary>
    public virtual bool PlotsMemory => false;

    /// <summary>Measures all steps at all sizes.</summary>
    public abstract void Measure(GrowthBench bench);

    /// <summary>All series.</summary>
    /// <param name="quick">Whether tiny sizes are wanted.</param>
    public static IReadOnlyList<Series> All(bool quick) =>
    [
        new FilesSeries(quick ? [100, 1_000] : [10_000, 100_000, 1_000_000]),
        new DataSeries(quick ? [16, 64] : [1024, 4096, 16384]),
        new ThreadsSeries(quick ? 64 : 1024),
        new SnapshotsSeries(quick ? [1, 5] : [1, 10, 100, 1_000], directories: quick ? 4 : 200),
        new ListingSeries(quick ? [1, 20] : [1, 100, 1_000, 10_000]),
    ];
}
