using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>Full paths: on Windows in the extended form, which has no length limit and takes names as they are.</summary>
internal static class PortablePath
{
    /// <summary>The path that .NET is given for one from the user.</summary>
    /// <exception cref="FileSystemException">It is not absolute, or no text.</exception>
    internal static string FromUser(byte[] path, FileOperation operation)
    {
        var text = PortableName.FromBytes(path);
        if (text is null || text.Contains('\0', StringComparison.Ordinal) || !Path.IsPathFullyQualified(text))
            throw FileSystemErrors.NotAFullPath(operation, path);
        return OperatingSystem.IsWindows() ? WindowsPath.ToExtended(Path.GetFullPath(text)) : text;
    }

    /// <summary>The path as people write it.</summary>
    internal static string ToDisplay(string path) => FileName.ToDisplay(PortableName.ToBytes(WindowsPath.ToPlain(path)));
}
