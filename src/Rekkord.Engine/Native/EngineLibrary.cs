using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Rekkord.Engine.Native;

/// <summary>The door to operations that run elsewhere; a running one is known by a number.</summary>
internal interface IEngineLibrary
{
    /// <summary>Begins an operation. The keys are read before this returns.</summary>
    nint Start(byte[] request, byte[] keys);

    /// <summary>Waits for the next message of an operation.</summary>
    byte[] Take(nint operation);

    /// <summary>How far an operation is; empty before it has begun.</summary>
    byte[] Progress(nint operation);

    /// <summary>Gives an operation the answer to what it asked of a store. May come from any thread.</summary>
    void Answer(nint operation, byte[] answer);

    /// <summary>Has an operation end soon.</summary>
    void Cancel(nint operation);

    /// <summary>Lets go of an operation whose last message was taken.</summary>
    void Release(nint operation);
}

/// <summary>
/// The native library: this same engine, compiled ahead of time for one kind of machine, with a runtime of its own in the same process.
/// Messages are the only thing that the two sides share.
/// </summary>
public sealed unsafe class EngineLibrary : IEngineLibrary
{
    /// <summary>Its name.</summary>
    public const string FileName = "Rekkord.Native.so";

    private const int BuildIdLength = 16;

    private readonly delegate* unmanaged<byte*, int, byte*, int, nint> _start;
    private readonly delegate* unmanaged<nint, byte**, int> _take;
    private readonly delegate* unmanaged<nint, byte**, int> _progress;
    private readonly delegate* unmanaged<nint, byte*, int, void> _answer;
    private readonly delegate* unmanaged<nint, void> _cancel;
    private readonly delegate* unmanaged<nint, void> _release;
    private readonly delegate* unmanaged<byte*, void> _free;

    private EngineLibrary(nint library)
    {
        _start = (delegate* unmanaged<byte*, int, byte*, int, nint>)NativeLibrary.GetExport(library, "rekkord_start");
        _take = (delegate* unmanaged<nint, byte**, int>)NativeLibrary.GetExport(library, "rekkord_take");
        _progress = (delegate* unmanaged<nint, byte**, int>)NativeLibrary.GetExport(library, "rekkord_progress");
        _answer = (delegate* unmanaged<nint, byte*, int, void>)NativeLibrary.GetExport(library, "rekkord_answer");
        _cancel = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "rekkord_cancel");
        _release = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "rekkord_release");
        _free = (delegate* unmanaged<byte*, void>)NativeLibrary.GetExport(library, "rekkord_free");
    }

    /// <summary>What tells builds of the engine apart: the library is made from the same compiled code as the engine beside it, or not used.</summary>
    internal static Guid BuildId => typeof(EngineLibrary).Module.ModuleVersionId;

    /// <summary>Loads the library.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="library">The library; null when it cannot be used.</param>
    /// <param name="refusal">Why it cannot be used, a sentence.</param>
    public static bool TryLoad(string path, [NotNullWhen(true)] out EngineLibrary? library, [NotNullWhen(false)] out string? refusal)
    {
        library = null;
        refusal = FindObstacle() ?? (File.Exists(path) ? null : $"There is no '{path}'.");
        if (refusal is not null)
            return false;
        try
        {
            var handle = NativeLibrary.Load(path);
            if (ReadBuildId(handle) != BuildId)
            {
                refusal = $"'{path}' was made from another version of the module. Install the module again.";
                return false;
            }

            library = new EngineLibrary(handle);
            return true;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            refusal = $"'{path}' cannot be loaded: {error.Message}";
            return false;
        }
    }

    nint IEngineLibrary.Start(byte[] request, byte[] keys)
    {
        fixed (byte* requestStart = request, keyStart = keys)
        {
            var operation = _start(requestStart, request.Length, keyStart, keys.Length);
            return operation != 0 ? operation : throw new InvalidOperationException("The native library could not begin the operation.");
        }
    }

    byte[] IEngineLibrary.Take(nint operation)
    {
        byte* message;
        var length = _take(operation, &message);
        return Copy(message, length);
    }

    byte[] IEngineLibrary.Progress(nint operation)
    {
        byte* message;
        var length = _progress(operation, &message);
        return Copy(message, length);
    }

    void IEngineLibrary.Answer(nint operation, byte[] answer)
    {
        fixed (byte* start = answer)
            _answer(operation, start, answer.Length);
    }

    void IEngineLibrary.Cancel(nint operation) => _cancel(operation);

    void IEngineLibrary.Release(nint operation) => _release(operation);

    private static Guid ReadBuildId(nint library)
    {
        var id = stackalloc byte[BuildIdLength];
        ((delegate* unmanaged<byte*, void>)NativeLibrary.GetExport(library, "rekkord_build"))(id);
        return new Guid(new ReadOnlySpan<byte>(id, BuildIdLength));
    }

    /// <summary>What the library's own runtime would end the process for, since it finds out only after it is loaded.</summary>
    private static string? FindObstacle()
    {
        if (!OperatingSystem.IsLinux())
            return "The native library is for Linux only.";
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64 && !(Avx2.IsSupported && Fma.IsSupported && Bmi1.IsSupported && Bmi2.IsSupported && Lzcnt.IsSupported))
            return "The native library needs a processor with AVX2.";
        if (HasAddressLimit())
            return "The native library reserves more address space than this process may have (ulimit -v).";
        return HasCultures() ? null : "The native library needs the culture data of the system (ICU), which this PowerShell works without.";
    }

    private static bool HasAddressLimit() => File.ReadLines("/proc/self/limits")
        .Any(line => line.StartsWith("Max address space", StringComparison.Ordinal) && !line.Contains("unlimited", StringComparison.Ordinal));

    /// <summary>Whether this runtime has found the system's culture data, and not its own or none.</summary>
    private static bool HasCultures()
    {
        try
        {
            return CultureInfo.GetCultureInfo("de-DE").NumberFormat.NumberDecimalSeparator == "," && AppContext.GetData("System.Globalization.AppLocalIcu") is null;
        }
        catch (CultureNotFoundException)
        {
            return false;
        }
    }

    private byte[] Copy(byte* message, int length)
    {
        try
        {
            return new ReadOnlySpan<byte>(message, length).ToArray();
        }
        finally
        {
            _free(message);
        }
    }
}
