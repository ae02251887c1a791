using System.Runtime.InteropServices;
using Rekkord.Engine.Native;

namespace Rekkord.Engine.Tests.Native;

/// <summary>What cannot be the native library of this engine is not used, and why is said.</summary>
public sealed class EngineLibraryTests
{
    [Fact]
    public void A_library_that_is_not_there()
    {
        Assert.False(EngineLibrary.TryLoad("/nowhere/Rekkord.Native.so", out var library, out var refusal));
        Assert.Null(library);
        Assert.Equal("There is no '/nowhere/Rekkord.Native.so'.", refusal);
    }

    [Fact]
    public void A_file_that_is_no_library()
    {
        Assert.False(EngineLibrary.TryLoad(typeof(EngineLibraryTests).Assembly.Location, out _, out var refusal));
        Assert.StartsWith($"'{typeof(EngineLibraryTests).Assembly.Location}' cannot be loaded: ", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_of_something_else()
    {
        // The .NET runtime has one in any case.
        var other = Directory.GetFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*System.Native.*").Concat(Directory.GetFiles(RuntimeEnvironment.GetRuntimeDirectory(), "clrjit.dll")).First();
        Assert.False(EngineLibrary.TryLoad(other, out _, out var refusal));
        Assert.StartsWith($"'{other}' cannot be loaded: ", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_path_names_the_system_and_the_processor() =>
        Assert.Matches(@"^native[/\\](linux|linux-musl|osx|win)-(x64|arm64|x86|arm)[/\\]Rekkord\.Native\.(so|dylib|dll)$", EngineLibrary.RelativePath);
}
