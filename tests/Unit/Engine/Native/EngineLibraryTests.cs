using System.Runtime.InteropServices;
using Rekkord.Engine.Native;

namespace Rekkord.Engine.Tests.Native;

/// <summary>What cannot be the native library of this engine is not used, and why is said.</summary>
public sealed class EngineLibraryTests
{
    [Fact]
    public void A_library_that_is_not_there() => AssertRefused("/nowhere/Rekkord.Native.so", "There is no '/nowhere/Rekkord.Native.so'.");

    [Fact]
    public void A_file_that_is_no_library()
    {
        var path = typeof(EngineLibraryTests).Assembly.Location;
        AssertRefused(path, $"'{path}' cannot be loaded: ");
    }

    [Fact]
    public void A_library_of_something_else()
    {
        var path = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Native.so");
        AssertRefused(path, $"'{path}' cannot be loaded: ");
    }

    private static void AssertRefused(string path, string reason)
    {
        Assert.False(EngineLibrary.TryLoad(path, out var library, out var refusal));
        Assert.Null(library);
        Assert.StartsWith(OperatingSystem.IsLinux() ? reason : "The native library is for Linux only.", refusal, StringComparison.Ordinal);
    }
}
