using System.Diagnostics;
using Rekkord.Engine.Tests.Hooks;

namespace Rekkord.Module.Tests.Samples;

/// <summary>A sandbox whose save has a shipped sample as its pre hook and saves the directory that the sample dumps into.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class DumpSandbox : IDisposable
{
    private bool _mounted;

    public DumpSandbox(string sample, params (string Name, string Value)[] settings)
    {
        Dumps = Path.Combine(Module.Base, "my dumps");
        Directory.CreateDirectory(Dumps);
        Module.Session.Set("dumps", Dumps);
        Install(sample, settings);
    }

    public ModuleSandbox Module { get; } = new();

    public string Dumps { get; }

    /// <summary>Where <see cref="Restore"/> puts the dumps.</summary>
    public string Restored => Module.Destination;

    /// <summary>Puts the sample in place, or gives it other settings.</summary>
    public void Install(string sample, params (string Name, string Value)[] settings) =>
        Module.Hook("PreSave", Path.GetFileName(sample), SampleHooks.WithSettings(sample, [("DUMP_DIRECTORY", Dumps), .. settings]));

    public ModuleRun Save() => Module.Invoke("Invoke-RekkordSave databases $dumps");

    /// <summary>Saves twice and fails the test unless the second save, of a dump made anew, adds at most 5% of its bytes.</summary>
    public void SaveTwice(long leastSize)
    {
        // No process has this number: it is more than Linux gives out.
        var left = Directory.CreateDirectory(Path.Combine(Dumps, ".new.99999999")).FullName;
        File.WriteAllText(Path.Combine(left, "db-half.sql"), "what a killed run left");
        var first = Save().Clean().Save;
        Assert.False(Directory.Exists(left));
        Assert.InRange(first.Number("AddedSize"), leastSize, long.MaxValue);
        var second = Save().Clean().Save;
        Assert.Equal(0, second.Number("UnchangedFiles"));
        Assert.Equal(first.Number("Size"), second.Number("Size"));
        Assert.InRange(second.Number("AddedSize"), 0, second.Number("Size") / 20);
        Assert.InRange(second.Number("StoredSize"), 0, second.Number("Size") / 20);
    }

    public void Restore() => Module.Invoke("Restore-RekkordSnapshot \"databases:$dumps\" $destination").Clean();

    /// <summary>Fails the test unless the hook stopped the save, and the one error that the user sees has these words; returns it.</summary>
    public string AssertSaveStops(string words, Action? meanwhile = null)
    {
        var before = Module.Invoke("Get-RekkordSnapshot").Clean().Output.Count;
        var dumps = SampleHooks.ReadAll(Dumps);
        var saving = Task.Run(Save);
        meanwhile?.Invoke();
        var run = saving.Result;
        Assert.Equal("PreSaveHookFailed", run.EndingId);
        Assert.True(run.Ending!.ToString().Contains(words, StringComparison.Ordinal), run.Ending.ToString());
        Assert.Empty(run.OfType("RekkordSaveResult"));
        Assert.Equal("Failed", Assert.Single(run.Hooks).Text("Status"));
        Assert.Equal(before, Module.Invoke("Get-RekkordSnapshot").Clean().Output.Count);
        // Neither half a dump nor what is left of one, and the whole ones of before are as they were.
        Assert.Equal(dumps, SampleHooks.ReadAll(Dumps));
        return run.Ending.ToString();
    }

    /// <summary>Kills the server while the save's hook waits for a lock in it, and fails the test unless that stopped the save.</summary>
    public void AssertKilledServerStopsSave(DatabaseServer server, string database, string takeLock, string words)
    {
        using var holder = server.Hold(database, takeLock);
        AssertSaveStops(words, () =>
        {
            var limit = Stopwatch.StartNew();
            while (!server.IsSessionBlocked)
                Assert.InRange(limit.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(1));
            server.Kill();
        });
    }

    /// <summary>Puts a disk of its own, small, under the dumps.</summary>
    public void LimitDisk(string size)
    {
        TestProgram.Run("mount", "-t", "tmpfs", "-o", $"size={size},mode=700", "none", Dumps);
        _mounted = true;
    }

    public void Dispose()
    {
        if (_mounted)
            TestProgram.Run("umount", Dumps);
        Module.Dispose();
    }
}
