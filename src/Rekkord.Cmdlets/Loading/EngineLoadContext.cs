using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace Rekkord.Cmdlets.Loading;

/// <summary>
/// The private load context of the engine and its packages: whatever other versions of these packages a session has loaded,
/// neither side sees the other's. The default context asks for nothing but <c>Rekkord.Engine</c> itself, and is answered here.
/// </summary>
internal sealed class EngineLoadContext : AssemblyLoadContext
{
    private const string EngineName = "Rekkord.Engine";

    private static readonly Lock RegistrationLock = new();
    private static EngineLoadContext? _registered;

    private EngineLoadContext()
        : base("Rekkord")
    {
    }

    /// <summary>Makes the engine resolvable. Does nothing the second time: a module is imported again, and in other runspaces.</summary>
    public static void Register()
    {
        lock (RegistrationLock)
        {
            if (_registered is not null)
                return;
            _registered = new EngineLoadContext();
            Default.Resolving += (_, name) => name.Name == EngineName ? _registered.LoadFromAssemblyName(name) : null;
        }
    }

    /// <summary>An assembly of the module: as it was compiled ahead for this machine, or else the one for every machine.</summary>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var file = $"{assemblyName.Name}.dll";
        var path = Path.Combine(ModuleLayout.Ahead, file);
        if (!File.Exists(path))
            path = Path.Combine(ModuleLayout.Dependencies, file);
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}

/// <summary>Runs when the module is imported, before any of its cmdlets.</summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    /// <summary>Makes the engine loadable from the module's own folder.</summary>
    public void OnImport() => EngineLoadContext.Register();
}
