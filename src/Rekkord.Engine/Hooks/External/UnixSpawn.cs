using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks.External;

/// <summary>
/// Starts a program with posix_spawn: unlike .NET's Process it tells why an execution failed, and gives the program a session of
/// its own, so that it has no terminal to ask on and can be signalled with all it starts. The caller reaps it.
/// </summary>
internal static unsafe class UnixSpawn
{
    // Room for posix_spawnattr_t (336 bytes on glibc), posix_spawn_file_actions_t (80) and sigset_t (128).
    private const int AttributesSize = 1024, ActionsSize = 1024, SignalSetSize = 128;
    private const short SetSignalDefaults = 0x04, SetSignalMask = 0x08;

    // POSIX_SPAWN_CLOEXEC_DEFAULT of macOS: only descriptors that an action names stay open.
    private static readonly int CloseOthers = OperatingSystem.IsMacOS() ? 0x4000 : 0;
    private static readonly int NewSession = OperatingSystem.IsMacOS() ? 0x400 : 0x80;

    /// <summary>Starts a program without arguments.</summary>
    /// <returns>0, or the error number.</returns>
    /// <exception cref="StartFailedException">The start cannot even be prepared.</exception>
    public static int Start(ProcessStart start, SafeFileHandle output, SafeFileHandle errors, out int process)
    {
        var attributes = stackalloc byte[AttributesSize];
        var actions = stackalloc byte[ActionsSize];
        ThrowIfFailed(LibC.SpawnAttributesInit(attributes));
        ThrowIfFailed(LibC.SpawnActionsInit(actions));
        var path = Marshal.StringToCoTaskMemUTF8(start.Path);
        var environment = AllocateStrings(start.Environment.Select(variable => $"{variable.Key}={variable.Value}"));
        try
        {
            SetSignals(attributes);
            ThrowIfFailed(LibC.SpawnActionsAddOpen(actions, 0, "/dev/null", OpenFlags.ReadOnly, 0));
            ThrowIfFailed(LibC.SpawnActionsAddDup2(actions, (int)output.DangerousGetHandle(), 1));
            ThrowIfFailed(LibC.SpawnActionsAddDup2(actions, (int)errors.DangerousGetHandle(), 2));
            AddClosingOfOthers(actions);
            ThrowIfFailed(LibC.SpawnActionsAddChangeDirectory(actions, start.WorkingDirectory));
            var arguments = stackalloc nint[] { path, 0 };
            int id;
            var error = LibC.Spawn(&id, path, actions, attributes, arguments, environment);
            process = id;
            return error;
        }
        finally
        {
            _ = LibC.SpawnActionsDestroy(actions);
            _ = LibC.SpawnAttributesDestroy(attributes);
            FreeStrings(environment);
            Marshal.FreeCoTaskMem(path);
        }
    }

    /// <summary>
    /// The program starts with no signal blocked and none ignored: .NET ignores SIGPIPE, and a hook must not inherit that.
    /// </summary>
    private static void SetSignals(byte* attributes)
    {
        var set = stackalloc byte[SignalSetSize];
        _ = LibC.SignalSetFill(set);
        ThrowIfFailed(LibC.SpawnAttributesSetSignalDefaults(attributes, set));
        _ = LibC.SignalSetEmpty(set);
        ThrowIfFailed(LibC.SpawnAttributesSetSignalMask(attributes, set));
        ThrowIfFailed(LibC.SpawnAttributesSetFlags(attributes, (short)(SetSignalDefaults | SetSignalMask | NewSession | CloseOthers)));
    }

    /// <summary>
    /// A hook gets its input and output and nothing else: a lock that this process holds (<c>flock lock pwsh …</c>) would otherwise be
    /// kept by every service that a hook starts.
    /// </summary>
    private static void AddClosingOfOthers(byte* actions)
    {
        if (OperatingSystem.IsMacOS())
            return;
        try
        {
            ThrowIfFailed(LibC.SpawnActionsAddCloseFrom(actions, InheritedDescriptors.First));
        }
        catch (EntryPointNotFoundException)
        {
            // A C library without it (musl, glibc before 2.34). To close one that is closed meanwhile is not an error there.
            foreach (var descriptor in InheritedDescriptors.Find())
                ThrowIfFailed(LibC.SpawnActionsAddClose(actions, descriptor));
        }
    }

    /// <summary>A pipe that no program started meanwhile inherits.</summary>
    /// <exception cref="StartFailedException">The process has too many open files.</exception>
    public static (SafeFileHandle Read, SafeFileHandle Write) CreatePipe()
    {
        ThrowIfFailed(Descriptors.CreatePipe(out var read, out var write));
        return (read, write);
    }

    private static void ThrowIfFailed(int error)
    {
        if (error != 0)
            throw new StartFailedException($"cannot be started: {Marshal.GetPInvokeErrorMessage(error)}", null);
    }

    private static nint* AllocateStrings(IEnumerable<string> strings)
    {
        var all = strings.ToList();
        var result = (nint*)NativeMemory.AllocZeroed((nuint)all.Count + 1, (nuint)sizeof(nint));
        for (var i = 0; i < all.Count; i++)
            result[i] = Marshal.StringToCoTaskMemUTF8(all[i]);
        return result;
    }

    private static void FreeStrings(nint* strings)
    {
        for (var each = strings; *each != 0; each++)
            Marshal.FreeCoTaskMem(*each);
        NativeMemory.Free(strings);
    }
}
