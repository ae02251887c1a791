using System.Runtime.CompilerServices;

namespace Rekkord.Module.Tests.Samples;

/// <summary>A sandbox with one sample hook, copied as it is shipped, and its settings in the environment.</summary>
internal sealed class SampleSandbox : IDisposable
{
    private readonly List<string> _variables = [];

    public ModuleSandbox Module { get; } = new();

    /// <summary>Where the dumps go, and what is saved.</summary>
    public string Dumps => Path.Combine(Module.Base, "my dumps");

    /// <summary>The text of a sample, by its path below <c>samples/hooks</c>.</summary>
    public static string TextOf(string sample, [CallerFilePath] string thisFile = "")
    {
        var root = new FileInfo(thisFile).Directory!;
        while (!File.Exists(Path.Combine(root.FullName, "Rekkord.PowerShell.sln")))
            root = root.Parent!;
        return File.ReadAllText(Path.Combine(root.FullName, "samples", "hooks", sample));
    }

    /// <summary>Puts a sample into the directory of its phase.</summary>
    public void Install(string phase, string sample) => Module.Hook(phase, Path.GetFileName(sample), TextOf(sample));

    /// <summary>Sets a variable until this is disposed of.</summary>
    public void Set(string name, string value)
    {
        _variables.Add(name);
        Environment.SetEnvironmentVariable(name, value);
    }

    /// <summary>Saves the directory of the dumps.</summary>
    public ModuleRun Save()
    {
        Set("DUMP_DIRECTORY", Dumps);
        Module.Session.Set("dumps", Dumps);
        return Module.Invoke("Invoke-RekkordSave test $dumps");
    }

    /// <summary>Takes the dumps of the newest snapshot back and returns the path of one.</summary>
    public string Restore(string dump)
    {
        Module.Invoke("Restore-RekkordSnapshot \"test:$dumps\" $destination").Clean();
        return Path.Combine(Module.Destination, dump);
    }

    /// <summary>Saves once more, of a server that has not changed, and fails unless at least 95% of the dumps is not stored again.</summary>
    public void AssertSecondSaveStoresNextToNothing()
    {
        var size = new DirectoryInfo(Dumps).GetFiles().Sum(file => file.Length);
        Assert.True(size > 1_000_000, $"{size} bytes of dumps say nothing.");
        var save = Save().Clean().Save;
        Assert.Equal("Succeeded", save.Text("Status"));
        Assert.InRange(save.Number("StoredSize"), 0, size / 20);
    }

    public void Dispose()
    {
        foreach (var name in _variables)
            Environment.SetEnvironmentVariable(name, null);
        Module.Dispose();
    }
}
