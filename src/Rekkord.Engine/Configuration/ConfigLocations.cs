using Rekkord.Engine.Configuration.Syntax;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Configuration;

/// <summary>Where a configuration file is looked for.</summary>
internal static class ConfigLocations
{
    private const string FileVariable = "REKKORD_CONFIG_FILE";

    /// <summary>The user's directory, then the machine's.</summary>
    public static IReadOnlyList<string> Default { get; } = OperatingSystem.IsWindows()
        ? [
            InFolder(Environment.SpecialFolder.ApplicationData, "rekkord"),
            InFolder(Environment.SpecialFolder.CommonApplicationData, "rekkord"),
        ]
        : [InFolder(Environment.SpecialFolder.UserProfile, ".config/rekkord"), "/etc/rekkord"];

    /// <summary>The file to read, as a full path; null when nobody named one and none is in its usual place.</summary>
    /// <exception cref="ConfigurationException">
    /// <c>ConfigFileNotFound</c>: the one that was named does not exist. <c>ConfigFileAmbiguous</c>: a directory has both forms.
    /// </exception>
    public static string? Find(
        string? parameter, Func<string, string?> variable, string workingDirectory, IReadOnlyList<string> directories)
    {
        if (parameter is not null)
            return Named(parameter, workingDirectory, "-ConfigPath");
        if (variable(FileVariable) is { Length: > 0 } path)
            return Named(path, workingDirectory, FileVariable);

        foreach (var directory in directories)
        {
            var toml = Path.Combine(directory, "rekkord.toml");
            var ini = Path.Combine(directory, "rekkord.ini");
            switch (Exists(toml), Exists(ini))
            {
                case (true, true):
                    throw new ConfigurationException("ConfigFileAmbiguous", RekkordErrorKind.InvalidArgument,
                        $"There are both '{toml}' and '{ini}', but only one can count. Remove one, or give one with -ConfigPath.", toml);
                case (true, false):
                    return toml;
                case (false, true):
                    return ini;
            }
        }

        return null;
    }

    private static string Named(string path, string workingDirectory, string origin)
    {
        var full = path.Length == 0 ? "" : Path.GetFullPath(path, workingDirectory);
        return Exists(full) ? full
            : throw new ConfigurationException("ConfigFileNotFound", RekkordErrorKind.NotFound,
                $"The configuration file '{(full.Length == 0 ? path : full)}' (from {origin}) does not exist.", full);
    }

    // A directory of that name, or a file that cannot be looked at, must not pass for "no configuration": reading says what it is.
    private static bool Exists(string path)
    {
        try
        {
            return path.Length > 0 && File.GetAttributes(path) >= 0;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            return true;
        }
    }

    private static string InFolder(Environment.SpecialFolder folder, string name) =>
        Path.Combine(Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify), name);
}
