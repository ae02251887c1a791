using Rekkord.Engine.Native;

namespace Rekkord.Cmdlets.Loading;

/// <summary>The native library of this module, loaded when the first command needs it. A module that has none for this machine works without.</summary>
internal static class NativeEngine
{
    private static readonly (EngineLibrary? Library, string? Refusal) Loaded = Load();

    /// <summary>The library; null when there is none that can be used.</summary>
    public static EngineLibrary? Library => Loaded.Library;

    /// <summary>Why there is none; null when there is.</summary>
    public static string? Refusal => Loaded.Refusal;

    private static (EngineLibrary?, string?) Load() =>
        EngineLibrary.TryLoad(Path.Combine(ModuleLayout.Ahead, EngineLibrary.FileName), out var library, out var refusal) ? (library, null) : (null, refusal);
}
