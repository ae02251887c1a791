using System.Runtime.CompilerServices;
using Rekkord.Engine.Hooks;

namespace Rekkord.Engine.Tests.Hooks;

/// <summary>The hooks that are shipped, run as they are.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal static class SampleHooks
{
    public static string PathOf(string name, [CallerFilePath] string thisFile = "")
    {
        var root = new FileInfo(thisFile).Directory!;
        while (!File.Exists(Path.Combine(root.FullName, "Rekkord.PowerShell.sln")))
            root = root.Parent!;
        return Path.Combine(root.FullName, "samples", "hooks", name);
    }

    /// <summary>Puts a copy of a sample into a phase's directory, with its settings before it.</summary>
    public static void Install(HookSandbox sandbox, string name, HookPhase phase, params (string Name, string Value)[] settings)
    {
        var script = File.ReadAllText(PathOf(name)).Split('\n', 2);
        var exports = settings.Select(setting => $"export {setting.Name}='{setting.Value.Replace("'", @"'\''", StringComparison.Ordinal)}'\n");
        sandbox.Add(Path.GetFileName(name), script[0] + "\n" + string.Concat(exports) + script[1], phase);
    }

    /// <summary>A directory's files and their content, hidden ones too.</summary>
    public static Dictionary<string, string> ReadAll(string directory) =>
        Directory.EnumerateFileSystemEntries(directory).ToDictionary(path => Path.GetFileName(path), File.ReadAllText, StringComparer.Ordinal);
}
