namespace Rekkord.Benchmarks.Measuring;

/// <summary>A program to run.</summary>
/// <param name="Program">Its path.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="WorkingDirectory">Where it runs; null for here.</param>
internal sealed record Command(string Program, IReadOnlyList<string> Arguments, string? WorkingDirectory = null)
{
    public Command(string program, params string[] arguments)
        : this(program, (IReadOnlyList<string>)arguments)
    {
    }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>How much memory, in MiB, is made present before it is measured: about what it and the files it writes will take.</summary>
    public int Memory { get; init; } = 512;

    /// <summary>Directories whose files are read before it is measured.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];
}
