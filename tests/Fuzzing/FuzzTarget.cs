using Rekkord.Engine.Errors;

namespace Rekkord.Fuzzing;

/// <summary>A parser of stored or local bytes, with what to feed it and what it may answer.</summary>
/// <param name="Name">What is parsed, a slash, and which layer of it: <c>snapshot/payload</c> reaches behind signature and seal.</param>
/// <param name="Seeds">Valid inputs, made by the engine, that mutation starts from.</param>
/// <param name="Run">Parses an input.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Action<byte[]> Run)
{
    /// <summary>Bytes of managed memory that one input may take: what an input of a few KiB never justifies, unless a limit of the format says so.</summary>
    public long AllocationBound { get; init; } = 32L * 1024 * 1024;

    /// <summary>How many times as long as a plain parser one input takes, so that a short run stays short.</summary>
    public int Cost { get; init; } = 1;

    /// <summary>Whether the input is CBOR, which is then changed item by item too.</summary>
    public bool IsCbor { get; init; }

    /// <summary>Pieces to put into inputs: names, keywords, numbers at the edge.</summary>
    public IReadOnlyList<byte[]> Words { get; init; } = [];

    /// <summary>The exception that the parser documents beside the engine's own; null when there is none.</summary>
    public Type? Documented { get; init; }

    /// <summary>The part of the name before the slash.</summary>
    public string Group => Name[..Name.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>The name as a file may have it.</summary>
    public string FileName => Name.Replace('/', '-');

    public bool IsExpected(Exception error) => error is RekkordException || Documented?.IsInstanceOfType(error) == true;
}
