using System.Management.Automation;

namespace Rekkord.Module.Tests.Commands;

/// <summary>
/// What the commands write goes to another session or through a file, as Export-Clixml writes it, and is still readable there. JSON is
/// tested with Pester: the engine alone has no ConvertTo-Json.
/// </summary>
public sealed class SerializationTests : IDisposable
{
    // Two levels: what Export-Clixml keeps unless it is told otherwise.
    private const string RoundTrip = "ForEach-Object { $PSSerializer = [System.Management.Automation.PSSerializer]; $_; $PSSerializer::Deserialize($PSSerializer::Serialize($_, 2)) }";

    private readonly ModuleSandbox _sandbox = new();

    public SerializationTests()
    {
        _sandbox.Write("file", "content");
        _sandbox.ShellHook("PreSave", "10-dump", "echo dumped; echo notice >&2");
        _sandbox.Hook("PreScan", "10-check.ps1", "1; [pscustomobject]@{ Name = 'db' }; Get-Command no-such-command -ErrorAction Continue");
        _sandbox.Invoke("Invoke-RekkordSave test $source").Clean();
    }

    [Theory]
    [InlineData("Invoke-RekkordSave test $source", "RekkordHookResult RekkordSaveResult")]
    [InlineData("Invoke-RekkordScan", "RekkordHookResult RekkordScanResult")]
    [InlineData("Restore-RekkordSnapshot test $destination", "RekkordRestoreResult")]
    [InlineData("Get-RekkordSnapshot", "RekkordSnapshot")]
    [InlineData("Get-RekkordItem test", "RekkordItem")]
    [InlineData("$first = (Get-RekkordSnapshot).Id; [System.IO.File]::WriteAllText(\"$source/more\", 'x'); Invoke-RekkordSave test $source | Out-Null; Compare-RekkordSnapshot $first test", "RekkordDifference")]
    [InlineData("Get-RekkordHook", "RekkordHook RekkordHook")]
    [InlineData("Get-RekkordConfig", "RekkordConfig")]
    [InlineData("Initialize-RekkordRepository ./other ./other.key -WarningAction Ignore", "RekkordRepository")]
    public void A_result_that_is_read_back_has_the_same_properties(string command, string types)
    {
        var run = _sandbox.Invoke($"{command} | {RoundTrip}");
        Assert.Null(run.Ending?.ToString());
        Assert.Equal(types.Split(' '), run.Output.Chunk(2).Select(pair => pair[0].BaseObject.GetType().Name));
        Assert.All(run.Output.Chunk(2), pair => AssertSame(pair[0], pair[1]));
    }

    [Fact]
    public void The_hooks_in_a_result_that_is_read_back_are_whole()
    {
        var read = _sandbox.Invoke($"Invoke-RekkordSave test $source | {RoundTrip}").Clean().Output[^1];
        var hook = Assert.Single(read.Items("Hooks"));
        Assert.Equal("10-dump", hook.Text("Name"));
        Assert.Equal(["dumped"], hook.Texts("Output"));
        Assert.Equal(["notice"], hook.Texts("ErrorOutput"));
        Assert.IsType<TimeSpan>(hook.Value("Duration"));
    }

    public void Dispose() => _sandbox.Dispose();

    private static void AssertSame(PSObject written, PSObject read)
    {
        foreach (var property in written.Properties.Where(property => property.MemberType == PSMemberTypes.Property))
        {
            var (before, after) = (property.Value, read.Value(property.Name));
            if (before is Array many)
                Assert.Equal(many.Length, read.Items(property.Name).Count);
            else if (before is DateTimeOffset time)
                Assert.Equal(time.UtcDateTime, PSObject.AsPSObject(after!).Value("UtcDateTime")); // PowerShell keeps its properties
            else if (before is string or long or int or bool or TimeSpan or null)
                Assert.Equal(before, after);
            else
                Assert.Equal(before.ToString(), read.Properties[property.Name].Value.ToString());
        }
    }
}
