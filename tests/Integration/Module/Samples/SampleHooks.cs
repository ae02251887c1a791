using System.Runtime.CompilerServices;

namespace Rekkord.Module.Integration.Tests.Samples;

/// <summary>The hooks that are shipped, run as they are.</summary>
internal static class SampleHooks
{
    public static string PathOf(string name, [CallerFilePath] string thisFile = "")
    {
        var root = new FileInfo(thisFile).Directory!;
        while (!File.Exists(Path.Combine(root.FullName, "Rekkord.PowerShell.sln")))
            root = root.Parent!;
        return Path.Combine(root.FullName, "samples", "hooks", name);
    }

    /// <summary>A sample's text with its settings at the top, as a user writes them.</summary>
    public static string WithSettings(string name, params (string Name, string Value)[] settings)
    {
        var script = File.ReadAllText(PathOf(name)).Split('\n', 2);
        var lines = settings.Select(setting => name.EndsWith(".ps1", StringComparison.Ordinal)
            ? $"$env:{setting.Name} = '{setting.Value.Replace("'", "''", StringComparison.Ordinal)}'\n"
            : $"export {setting.Name}='{setting.Value.Replace("'", @"'\''", StringComparison.Ordinal)}'\n");
        return script[0] + "\n" + string.Concat(lines) + script[1];
    }

    /// <summary>A directory's files and their content, hidden ones too.</summary>
    public static Dictionary<string, string> ReadAll(string directory) =>
        Directory.EnumerateFileSystemEntries(directory).ToDictionary(path => Path.GetFileName(path), File.ReadAllText, StringComparer.Ordinal);
}
