using System.Management.Automation;

namespace Rekkord.Cmdlets.Loading;

/// <summary>Runs when the module is imported, before any of its cmdlets.</summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    /// <summary>Makes the engine loadable from the module's own folder.</summary>
    public void OnImport() => EngineLoadContext.Register();
}
