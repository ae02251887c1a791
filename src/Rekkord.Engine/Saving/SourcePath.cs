using System.Text;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Patterns;

namespace Rekkord.Engine.Saving;

/// <summary>A path to save as the user named it. What it means is found out when the save begins, after the pre-save hooks.</summary>
/// <param name="Path">The absolute path, in the system's bytes. A link named here is followed.</param>
/// <param name="Pattern">
/// The same with PowerShell's wildcards, for when nothing has that very name; null when it has none. Hidden files match, too.
/// </param>
public sealed record SourcePath(byte[] Path, string? Pattern = null)
{
    /// <summary>A path without wildcards.</summary>
    public static implicit operator SourcePath(byte[] path) => FromBytes(path);

    /// <summary>A path without wildcards.</summary>
    public static SourcePath FromBytes(byte[] path) => new(path);

    /// <summary>A path that came as text.</summary>
    /// <param name="path">The path: absolute, or relative to the directory.</param>
    /// <param name="directory">The directory, absolute and without wildcards.</param>
    public static SourcePath FromText(string path, string directory)
    {
        var full = Normalize(path, directory);

        // What is not UTF-8 comes as U+FFFD from .NET: it is looked for as names with wildcards are.
        var isPattern = Wildcard.IsIn(path) || path.Contains((char)Rune.ReplacementChar.Value, StringComparison.Ordinal);
        return new SourcePath(FileName.FromText(full), isPattern ? Normalize(path, Wildcard.Quote(directory)) : null);
    }

    /// <inheritdoc/>
    public override string ToString() => FileName.ToDisplay(Path);

    private static string Normalize(string path, string directory)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path, directory));
        return OperatingSystem.IsWindows() ? full.Replace('\\', '/') : full;
    }
}
