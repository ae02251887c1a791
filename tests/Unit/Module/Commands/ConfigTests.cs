using System.Text.RegularExpressions;

namespace Rekkord.Module.Tests.Commands;

public sealed class ConfigTests
{
    [Fact]
    public void Shows_each_value_and_where_it_comes_from()
    {
        using var sandbox = new ModuleSandbox(initialize: false);
        sandbox.Configure("HookTimeout = '10m'");
        var config = Assert.Single(sandbox.Invoke("Get-RekkordConfig -KeyFile ./other.key").Clean().Output);
        Assert.Equal(sandbox.ConfigFile, config.Text("ConfigFile"));
        Assert.Equal(sandbox.Repository, config.Text("Repository"));
        Assert.Equal(Path.Combine(sandbox.Base, "other.key"), config.Text("KeyFile"));
        Assert.Equal(sandbox.HookDirectory("PreSave"), config.Text("PreSaveDirectory"));
        Assert.Equal(TimeSpan.FromMinutes(10), config.Value("HookTimeout"));

        var values = config.Items("Values").ToDictionary(value => $"{value.Text("Section")}.{value.Text("Name")}");
        Assert.Equal("Parameter", values["Repository.KeyFile"].Text("Source"));
        Assert.Equal("File", values["Hooks.HookTimeout"].Text("Source"));
        Assert.StartsWith(sandbox.ConfigFile, values["Hooks.HookTimeout"].Text("Origin"), StringComparison.Ordinal);
        Assert.Equal("Default", values["Settings.CompressionLevel"].Text("Source"));
    }

    [Fact]
    public void A_parameter_counts_before_the_environment_and_the_environment_before_the_file()
    {
        using var sandbox = new ModuleSandbox(initialize: false);
        Environment.SetEnvironmentVariable("REKKORD_REPOSITORY", "/from/environment");
        try
        {
            Assert.Equal("/from/environment", sandbox.Invoke("Get-RekkordConfig").Clean().Output.Single().Text("Repository"));
            Assert.Equal("/from/parameter", sandbox.Invoke("Get-RekkordConfig -Repository /from/parameter").Clean().Output.Single().Text("Repository"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("REKKORD_REPOSITORY", null);
        }
    }

    [Fact]
    public void The_ini_form_of_Rekkord_loads_as_it_stands()
    {
        using var sandbox = new ModuleSandbox(initialize: false);
        var ini = Path.Combine(sandbox.Base, "rekkord.ini");
        File.WriteAllText(ini, "# ...\n\n[Hooks]\nPreSaveDirectory = /opt/rekkord/hooks/presave\n");
        var config = sandbox.Invoke("Get-RekkordConfig -ConfigPath ./rekkord.ini").Clean().Output.Single();
        Assert.Equal("/opt/rekkord/hooks/presave", config.Text("PreSaveDirectory"));
    }

    [Fact]
    public void An_unknown_key_is_an_error_with_file_line_column_and_the_nearest_key_and_nothing_runs()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.LogOutcome("PreSave");
        sandbox.LogOutcome();
        sandbox.Configure("PreSaveDirectorry = 'x'");
        var line = 1 + File.ReadAllLines(sandbox.ConfigFile).ToList().FindIndex(text => text.StartsWith("PreSaveDirectorry", StringComparison.Ordinal));

        var run = sandbox.Save();

        Assert.Equal("ConfigUnknownKey", run.EndingId);
        Assert.StartsWith($"{sandbox.ConfigFile}:{line}:1: ", run.Ending!.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("PreSaveDirectory", run.Ending.Exception.Message.Replace("PreSaveDirectorry", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Empty(sandbox.LogLines);
        Assert.Empty(run.Output);
    }

    [Theory]
    [InlineData("HookTimeout = 'ten minutes'")]
    [InlineData("HookTimeout = ")]
    [InlineData("TrustHookPermissions = 'yes'")]
    [InlineData("[Hoooks]\nx = 1")]
    public void Every_command_refuses_a_wrong_configuration(string line)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Configure(line);
        string[] commands =
        [
            "Get-RekkordConfig", "Get-RekkordHook", "Get-RekkordSnapshot", "Invoke-RekkordHook PreSave",
            "Invoke-RekkordSave test $source", "Invoke-RekkordScan", "Restore-RekkordSnapshot test $destination",
        ];
        foreach (var command in commands)
        {
            var run = sandbox.Invoke(command);
            Assert.Matches("^" + Regex.Escape(sandbox.ConfigFile) + ":[0-9]+:[0-9]+: ", run.Ending!.Exception.Message);
            Assert.StartsWith("Config", run.EndingId, StringComparison.Ordinal);
        }
    }
}
