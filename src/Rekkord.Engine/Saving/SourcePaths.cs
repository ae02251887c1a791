namespace Rekkord.Engine.Saving;

/// <summary>The list of paths to save.</summary>
internal static class SourcePaths
{
    /// <summary>Drops paths that are named twice or lie within another that is named: they are saved with it.</summary>
    public static IReadOnlyList<byte[]> RemoveNested(IReadOnlyList<byte[]> paths) =>
        [.. paths.Where((path, i) => !paths.Where((other, j) => i != j && Covers(other, path, j < i)).Any())];

    private static bool Covers(byte[] outer, byte[] inner, bool isEarlier)
    {
        if (outer.AsSpan().SequenceEqual(inner))
            return isEarlier;
        byte[] prefix = outer.AsSpan().EndsWith("/"u8) ? outer : [.. outer, (byte)'/'];
        return inner.AsSpan().StartsWith(prefix);
    }
}
