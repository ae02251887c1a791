using System.Diagnostics;

namespace Rekkord.Benchmarks.Tools;

/// <summary>Finds the programs to compare with on the PATH.</summary>
internal static class InstalledTools
{
    /// <summary>Ours, then those that are there.</summary>
    /// <param name="warmUp">What ours is measured with in a warm session too; null to leave that out.</param>
    /// <param name="log">Is told which.</param>
    public static List<BackupTool> Find(string? warmUp, TextWriter log)
    {
        var host = PowerShellHost.Find();
        log.WriteLine($"- rekkord: in {host.Name}");
        var tools = new List<BackupTool> { new RekkordTool(host, warmUp: null) };
        if (warmUp is not null)
            tools.Add(new RekkordTool(host, warmUp));
        Add("restic", "version", program => new ResticTool(program));
        Add("borg", "--version", program => new BorgTool(program));
        tools.Add(new CopyTool());
        return tools;

        void Add(string name, string version, Func<string, BackupTool> create)
        {
            var path = FindOnPath(name);
            log.WriteLine(path is null ? $"- {name}: not on the PATH, left out" : $"- {ReadVersion(path, version)}");
            if (path is not null)
                tools.Add(create(path));
        }
    }

    /// <summary>The path of a program; null when it is not on the PATH.</summary>
    public static string? FindOnPath(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static string ReadVersion(string program, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo(program, [argument]) { RedirectStandardOutput = true })!;
        var version = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return version;
    }
}
