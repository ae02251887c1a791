namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>Full paths: on Windows in the extended form, which has no length limit and takes names as they are.</summary>
internal static class PortablePath
{
    private const string ExtendedPrefix = @"\\?\";
    private const string ExtendedSharePrefix = @"\\?\UNC\";

    /// <summary>The path that .NET is given for one from the user.</summary>
    /// <exception cref="FileSystemException">It is not absolute, or no text.</exception>
    internal static string FromUser(byte[] path, FileOperation operation)
    {
        var text = PortableName.FromBytes(path);
        if (text is null || text.Contains('\0', StringComparison.Ordinal) || !Path.IsPathFullyQualified(text))
            throw FileSystemErrors.NotAFullPath(operation, path);
        return OperatingSystem.IsWindows() ? ToExtended(Path.GetFullPath(text)) : text;
    }

    /// <summary>The extended form of a full Windows path.</summary>
    internal static string ToExtended(string path) =>
        path.StartsWith(ExtendedPrefix, StringComparison.Ordinal) || path.StartsWith(@"\\.\", StringComparison.Ordinal) ? path
        : path.StartsWith(@"\\", StringComparison.Ordinal) ? string.Concat(ExtendedSharePrefix, path.AsSpan(2))
        : ExtendedPrefix + path;

    /// <summary>The path as people write it.</summary>
    internal static string ToDisplay(string path)
    {
        var plain = path.StartsWith(ExtendedSharePrefix, StringComparison.Ordinal)
                ? string.Concat(@"\\", path.AsSpan(ExtendedSharePrefix.Length))
            : path.StartsWith(ExtendedPrefix, StringComparison.Ordinal) ? path[ExtendedPrefix.Length..]
            : path;
        return FileName.ToDisplay(PortableName.ToBytes(plain));
    }
}
