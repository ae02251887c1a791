namespace Rekkord.Engine.Hooks;
internal static class HookDirectory
{
    public static IReadOnlyList<Hook> Read(HookPhase phase, string directory, bool trustPermissions) =>
        [.. Directory.EnumerateFiles(directory).Order(StringComparer.OrdinalIgnoreCase).Select((path, i) => new Hook(phase, i + 1, Path.GetFileName(path), path,
            path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase) ? HookKind.ScriptBlock : HookKind.External))];
}
