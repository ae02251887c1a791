using Xunit.Sdk;

namespace Rekkord.Tests;

/// <summary>
/// A test that makes a file system in a file and mounts it through FUSE: without root, or the programs for that, it is reported as
/// skipped; in CI it must run, unless the kernel there has not the devices, which no package brings.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[TraitDiscoverer("Rekkord.Tests.NeedsMoreDiscoverer", "Rekkord.Tests.Machine")]
public sealed class RequiresMountFactAttribute : FactAttribute, ITraitAttribute
{
    private static readonly string[] Devices = ["/dev/fuse", "/dev/loop-control"];

    public RequiresMountFactAttribute(params string[] programs)
    {
        var missing = Devices.Where(device => !File.Exists(device)).ToList();
        if (Environment.GetEnvironmentVariable("CI") != "true")
            missing.AddRange([.. programs.Where(program => RequiresProgramFactAttribute.Find(program) is null), .. Environment.IsPrivilegedProcess ? [] : (string[])["root"]]);
        if (missing.Count > 0)
            Skip = $"needs {string.Join(", ", missing)}";
    }
}
