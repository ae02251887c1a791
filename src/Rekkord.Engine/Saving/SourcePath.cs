using System.Text;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Patterns;

namespace Rekkord.Engine.Saving;

/// <summary>A path to save as the user named it. What it means is found out when the save begins, after the pre-save hooks.</summary>
/// <param name="Path">The absolute path, in the system's bytes. A link named here is followed.</param>
/// <param name="Pattern">
/// The same with PowerShell's wildcards; null when it has none. They stand for what they match, hidden files too, and for what has that very name.
/// </param>
public sealed record SourcePath(byte[] Path, string? Pattern = null)
{
    /// <summary>A path without wildcards.</summary>
    public static implicit operator SourcePath(byte[] path) => FromBytes(path);

    /// <summary>A path without wildcards.</summary>
    public static SourcePath FromBytes(byte[] path) => new(path);

    /// <summary>A path that came as text, and is the name of one thing whatever is in it.</summary>
    /// <param name="path">The path: absolute, or relative to the directory.</param>
    /// <param name="directory">The directory, absolute.</param>
    public static SourcePath FromLiteral(string path, string directory)
    {
        var full = Normalize(path, directory);
        return new SourcePath(FileName.FromText(full), IsLossy(full) ? Wildcard.Quote(full) : null);
    }

    /// <summary>A path that came as text, with wildcards if there are any.</summary>
    /// <param name="path">The path: absolute, or relative to the directory.</param>
    /// <param name="directory">The directory, absolute and without wildcards.</param>
    public static SourcePath FromText(string path, string directory)
    {
        var full = Normalize(path, directory);
        return new SourcePath(FileName.FromText(full), Wildcard.IsIn(path) || IsLossy(path) ? Normalize(path, Wildcard.Quote(directory)) : null);
    }

    /// <inheritdoc/>
    public override string ToString() => FileName.ToDisplay(Path);

    /// <summary>Whether it has what .NET makes of bytes that are not UTF-8, U+FFFD. Such names are looked for as those with wildcards are.</summary>
    private static bool IsLossy(string path) => path.Contains((char)Rune.ReplacementChar.Value, StringComparison.Ordinal);

    private static string Normalize(string path, string directory)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path, directory));
        return OperatingSystem.IsWindows() ? EndRoot(full.Replace('\\', '/')) : full;
    }

    /// <summary>The root of a share on Windows with the separator at its end that the root of a drive has: it is in no other directory.</summary>
    internal static string EndRoot(string path) => path.StartsWith("//", StringComparison.Ordinal) && path.Count('/') == 3 && !path.EndsWith('/') ? path + '/' : path;
}
