using System.Runtime.Loader;

namespace Rekkord.Module.Tests.Loading;

/// <summary>A session has what it has loaded, the module has its own, and neither sees the other's.</summary>
public sealed class PackageIsolationTests
{
    [Fact]
    public void A_session_with_another_Tomlyn_keeps_it_and_the_module_reads_TOML_with_its_own()
    {
        Assert.Equal("the other Tomlyn", Tomlyn.OtherToml.Answer());
        Assert.Equal(AssemblyLoadContext.Default, AssemblyLoadContext.GetLoadContext(typeof(Tomlyn.OtherToml).Assembly));

        using var sandbox = new ModuleSandbox();
        var config = sandbox.Invoke("Get-RekkordConfig").Clean().Output.Single();

        Assert.Equal(sandbox.Repository, config.Text("Repository"));
        Assert.Equal("the other Tomlyn", sandbox.Invoke("[Tomlyn.OtherToml]::Answer()").Clean().Output.Single().ToString());
        var tomlyns = AppDomain.CurrentDomain.GetAssemblies().Where(assembly => assembly.GetName().Name == "Tomlyn").ToList();
        Assert.Equal(2, tomlyns.Count);
        Assert.Equal("Rekkord", AssemblyLoadContext.GetLoadContext(tomlyns.Single(assembly => assembly != typeof(Tomlyn.OtherToml).Assembly))!.Name);
    }

    [Fact]
    public void The_engine_and_its_packages_are_loaded_once_and_apart()
    {
        using var first = new ModuleSandbox();
        using var second = new ModuleSandbox();
        first.Save().Clean();
        second.Save().Clean();
        foreach (var name in new[] { "Rekkord.Engine", "ZstdSharp", "System.Formats.Cbor" })
        {
            var loaded = AppDomain.CurrentDomain.GetAssemblies()
                .Where(assembly => assembly.GetName().Name == name && AssemblyLoadContext.GetLoadContext(assembly)!.Name == "Rekkord");
            Assert.Single(loaded);
        }
    }

    [Fact]
    public void Nothing_but_the_engine_is_given_to_the_session()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Save().Clean();
        var run = sandbox.Invoke("try { [Reflection.Assembly]::Load('ZstdSharp') } catch [IO.FileNotFoundException] { 'not found' }").Clean();
        Assert.Equal("not found", run.Output.Single().ToString());
    }
}
