namespace Rekkord.Engine.Platform;

/// <summary>Finds programs by their names.</summary>
internal static class ProgramSearch
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>
    /// The full path of a program in a directory of <c>PATH</c>; null when none has it. The current directory is not one of them: whoever
    /// can write there would choose what runs.
    /// </summary>
    public static string? Find(string name)
    {
        string[] names = OperatingSystem.IsWindows() && !Path.HasExtension(name) ? [$"{name}.exe"] : [name];
        return (ProcessEnvironment.Get("PATH") ?? "").Split(Path.PathSeparator)
            .Where(Path.IsPathFullyQualified)
            .SelectMany(_ => names, Path.Combine)
            .FirstOrDefault(path => File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & AnyExecute) != 0));
    }
}
