using System.Diagnostics;
using System.Management.Automation;

namespace Rekkord.Module.Integration.Tests.Samples;

/// <summary>A sandbox whose save has a shipped sample as its pre hook and saves the directory that the sample dumps into.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class DumpSandbox : IDisposable
{
    private readonly string _hook;
    private bool _mounted;

    public DumpSandbox(string sample, params (string Name, string Value)[] settings)
    {
        _hook = Path.GetFileNameWithoutExtension(sample);
        Dumps = Path.Combine(Module.Base, "my dumps");
        Directory.CreateDirectory(Dumps);
        Module.Session.Set("dumps", Dumps);
        Install(sample, settings);
    }

    public ModuleSandbox Module { get; } = new();

    public string Dumps { get; }

    /// <summary>The list that the hook keeps of what it made.</summary>
    public string Made => $".made-by-{_hook}";

    /// <summary>The files of the dumps, without those that the hook keeps for itself.</summary>
    public IEnumerable<string> Files =>
        Directory.GetFileSystemEntries(Dumps).Select(path => Path.GetFileName(path)).Where(name => name[0] != '.').Order(StringComparer.Ordinal);

    /// <summary>Where <see cref="Restore"/> puts the dumps.</summary>
    public string Restored => Module.Destination;

    public string PathOf(string dump) => Path.Combine(Dumps, dump);

    public string Read(string dump) => File.ReadAllText(PathOf(dump));

    /// <summary>Puts a sample in the place of the one before, or gives it other settings.</summary>
    public void Install(string sample, params (string Name, string Value)[] settings)
    {
        foreach (var file in Directory.GetFiles(Module.HookDirectory("PreSave")))
            File.Delete(file);
        Module.Hook("PreSave", Path.GetFileName(sample), SampleHooks.WithSettings(sample, [("DUMP_DIRECTORY", Dumps), .. settings]));
    }

    /// <summary>Makes a program of that name that comes before the real one, and returns its directory.</summary>
    public string StandIn(string name, string commands)
    {
        var directory = Directory.CreateDirectory(Path.Combine(Module.Base, "programs")).FullName;
        var path = Path.Combine(directory, name);
        File.WriteAllText(path, $"#!/bin/sh\n{commands}\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return directory;
    }

    /// <summary>Runs the hook alone.</summary>
    public PSObject Run() => Assert.Single(Module.Invoke("Invoke-RekkordHook PreSave").Hooks);

    /// <summary>Runs the hook alone and returns what it wrote. The test fails when the hook does.</summary>
    public IReadOnlyList<string> Dump()
    {
        var result = Run();
        Assert.True(result.Text("Status") == "Succeeded", result.Text("Reason"));
        return result.Texts("Output");
    }

    /// <summary>Runs the hook alone and fails the test unless the hook fails and says these words.</summary>
    public PSObject AssertFails(params string[] words)
    {
        var result = Run();
        Assert.Equal("Failed", result.Text("Status"));
        var said = result.Text("Reason") + string.Join('\n', result.Texts("ErrorOutput"));
        Assert.All(words, word => Assert.Contains(word, said, StringComparison.Ordinal));
        return result;
    }

    /// <summary>As <see cref="AssertFails"/>, and all that is in the directory of the dumps must stay as it is.</summary>
    public void AssertFailsAndTouchesNothing(params string[] words)
    {
        var before = SampleHooks.ReadAll(Dumps);
        AssertFails(words);
        Assert.Equal(before, SampleHooks.ReadAll(Dumps));
    }

    /// <summary>Runs both samples of a pair, and fails the test unless they make the same files and say the same, which it returns.</summary>
    public IReadOnlyList<string> AssertPairIsAlike(string shellSample, params (string Name, string Value)[] settings)
    {
        Install(shellSample, settings);
        var said = Dump();
        var made = SampleHooks.ReadAll(Dumps);
        Install(Path.ChangeExtension(shellSample, ".ps1"), settings);
        Assert.Equal(said, Dump());
        Assert.Equal(made, SampleHooks.ReadAll(Dumps));
        Assert.All(Directory.GetFiles(Dumps), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        return said;
    }

    /// <summary>Fails the test unless the hook leaves the permissions of a directory that exists, and makes one that only its user may enter.</summary>
    public void AssertPermissions()
    {
        const UnixFileMode shared = (UnixFileMode)0b111_101_101;
        File.SetUnixFileMode(Dumps, shared);
        Dump();
        Assert.Equal(shared, File.GetUnixFileMode(Dumps));
        Assert.All(Directory.GetFiles(Dumps), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));

        Directory.Delete(Dumps, recursive: true);
        Dump();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Dumps));
    }

    public ModuleRun Save() => Module.Invoke("Invoke-RekkordSave databases $dumps");

    /// <summary>Saves twice and fails the test unless the second save, of a dump made anew, adds at most 5% of its bytes.</summary>
    public void SaveTwice(long leastSize)
    {
        // No process has this number: it is more than Linux gives out.
        var left = Directory.CreateDirectory(PathOf($".{_hook}.new.99999999")).FullName;
        File.WriteAllText(Path.Combine(left, "db-half.sql"), "what a killed run left");
        var others = Directory.CreateDirectory(PathOf(".other-hook.new.99999999")).FullName;
        var first = Save().Clean().Save;
        Assert.False(Directory.Exists(left));
        Assert.True(Directory.Exists(others));
        Assert.InRange(first.Number("AddedSize"), leastSize, long.MaxValue);
        var second = Save().Clean().Save;
        // The word for --restrict-key.
        Assert.InRange(second.Number("UnchangedFiles"), 0, 1);
        Assert.Equal(first.Number("Size"), second.Number("Size"));
        Assert.InRange(second.Number("AddedSize"), 0, second.Number("Size") / 20);
        Assert.InRange(second.Number("StoredSize"), 0, second.Number("Size") / 20);
    }

    public void Restore() => Module.Invoke("Restore-RekkordSnapshot \"databases:$dumps\" $destination").Clean();

    /// <summary>Fails the test unless the hook stopped the save, and what the user sees has these words; returns it.</summary>
    public string AssertSaveStops(string words, Action? meanwhile = null)
    {
        var before = Module.Invoke("Get-RekkordSnapshot").Clean().Output.Count;
        var dumps = SampleHooks.ReadAll(Dumps);
        var saving = Task.Run(Save);
        meanwhile?.Invoke();
        var run = saving.Result;
        Assert.Equal("PreSaveHookFailed", run.EndingId);
        Assert.Empty(run.OfType("RekkordSaveResult"));
        var hook = Assert.Single(run.Hooks);
        Assert.Equal("Failed", hook.Text("Status"));
        var said = string.Join('\n', hook.Texts("ErrorOutput").Append(run.Ending!.ToString()));
        Assert.Contains(words, said, StringComparison.Ordinal);
        Assert.Equal(before, Module.Invoke("Get-RekkordSnapshot").Clean().Output.Count);

        // Neither half a dump nor what is left of one, and the whole ones of before are as they were.
        var after = SampleHooks.ReadAll(Dumps);
        Assert.All(dumps.Where(dump => dump.Key != Made), dump => Assert.Equal(dump.Value, after[dump.Key]));
        Assert.DoesNotContain(after.Keys.Except(dumps.Keys), name => name.StartsWith("db-", StringComparison.Ordinal));
        return said;
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
            TestProgram.Run("umount", "--lazy", Dumps);
        Module.Dispose();
    }
}
