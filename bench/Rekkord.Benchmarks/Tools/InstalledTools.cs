using System.Diagnostics;

namespace Rekkord.Benchmarks.Tools;

/// <summary>Finds the programs to compare with on the PATH.</summary>
internal static class InstalledTools
{
    /// <summary>Ours, then those that are there.</summary>
    /// <param name="warm">Whether ours is measured in a warm session too.</param>
    /// <param name="log">Is told which.</param>
    public static List<BackupTool> Find(bool warm, TextWriter log)
    {
        var tools = new List<BackupTool> { new RekkordTool(warm: false) };
        if (warm)
            tools.Add(new RekkordTool(warm: true));
        Add("restic", "version", program => new ResticTool(program));
        Add("borg", "--version", program => new BorgTool(program));
        tools.Add(new CopyTool());
        return tools;

        void Add(string name, string version, Func<string, BackupTool> create)
        {
            var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
            log.WriteLine(path is null ? $"- {name}: not on the PATH, left out" : $"- {ReadVersion(path, version)}");
            if (path is not null)
                tools.Add(create(path));
        }
    }

    private static string ReadVersion(string program, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo(program, [argument]) { RedirectStandardOutput = true })!;
        var version = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return version;
    }
}
