namespace Rekkord.Engine.Platform;

/// <summary>The form of Windows paths that has no length limit and takes names as they are.</summary>
internal static class WindowsPath
{
    internal const string ExtendedPrefix = @"\\?\";
    internal const string ExtendedSharePrefix = @"\\?\UNC\";

    /// <summary>The extended form of a full path.</summary>
    internal static string ToExtended(string path) =>
        path.StartsWith(ExtendedPrefix, StringComparison.Ordinal) || path.StartsWith(@"\\.\", StringComparison.Ordinal) ? path
        : path.StartsWith(@"\\", StringComparison.Ordinal) ? string.Concat(ExtendedSharePrefix, path.AsSpan(2))
        : ExtendedPrefix + path;

    /// <summary>The usual form of a path in the extended one.</summary>
    internal static string ToPlain(string path) =>
        path.StartsWith(ExtendedSharePrefix, StringComparison.Ordinal) ? string.Concat(@"\\", path.AsSpan(ExtendedSharePrefix.Length))
        : path.StartsWith(ExtendedPrefix, StringComparison.Ordinal) ? path[ExtendedPrefix.Length..]
        : path;

    /// <summary>The root of a path on a drive with a letter, such as <c>C:\</c>; null for any other path.</summary>
    internal static string? DriveOf(string path) =>
        ToPlain(path) is [>= 'A' and <= 'Z' or >= 'a' and <= 'z', ':', '\\', ..] plain ? plain[..3] : null;

    /// <summary>The form that the system's own calls are given for a path.</summary>
    internal static string ForSystem(string path) => ToExtended(Path.GetFullPath(path));
}
