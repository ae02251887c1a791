using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Hooks.External;

/// <summary>
/// Starts a program with posix_spawn: unlike .NET's Process it tells why an execution failed, and gives the program a session of
/// its own, so that it has no terminal to ask on and can be signalled with all it starts. The caller reaps it.
/// </summary>
internal static unsafe partial class UnixSpawn
{
    // Room for posix_spawnattr_t (336 bytes on glibc), posix_spawn_file_actions_t (80) and sigset_t (128).
    private const int AttributesSize = 1024, ActionsSize = 1024, SignalSetSize = 128;
    private const short SetSignalDefaults = 0x04, SetSignalMask = 0x08;

    // POSIX_SPAWN_CLOEXEC_DEFAULT of macOS: only descriptors that an action names stay open.
    private static readonly int CloseOthers = OperatingSystem.IsMacOS() ? 0x4000 : 0;
    private static readonly int NewSession = OperatingSystem.IsMacOS() ? 0x400 : 0x80;
    private const int ReadOnly = 0;

    /// <summary>Starts a program without arguments.</summary>
    /// <returns>0, or the error number.</returns>
    /// <exception cref="StartFailedException">The start cannot even be prepared.</exception>
    public static int Start(ProcessStart start, SafeFileHandle output, SafeFileHandle errors, out int process)
    {
        var attributes = stackalloc byte[AttributesSize];
        var actions = stackalloc byte[ActionsSize];
        ThrowIfFailed(AttributesInit(attributes));
        ThrowIfFailed(ActionsInit(actions));
        var path = Marshal.StringToCoTaskMemUTF8(start.Path);
        var environment = AllocateStrings(start.Environment.Select(variable => $"{variable.Key}={variable.Value}"));
        try
        {
            SetSignals(attributes);
            ThrowIfFailed(ActionsAddOpen(actions, 0, "/dev/null", ReadOnly, 0));
            ThrowIfFailed(ActionsAddDup2(actions, (int)output.DangerousGetHandle(), 1));
            ThrowIfFailed(ActionsAddDup2(actions, (int)errors.DangerousGetHandle(), 2));
            AddClosingOfOthers(actions);
            ThrowIfFailed(ActionsAddChangeDirectory(actions, start.WorkingDirectory));
            var arguments = stackalloc nint[] { path, 0 };
            int id;
            var error = Spawn(&id, path, actions, attributes, arguments, environment);
            process = id;
            return error;
        }
        finally
        {
            _ = ActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
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
        _ = SignalSetFill(set);
        ThrowIfFailed(AttributesSetSignalDefaults(attributes, set));
        _ = SignalSetEmpty(set);
        ThrowIfFailed(AttributesSetSignalMask(attributes, set));
        ThrowIfFailed(AttributesSetFlags(attributes, (short)(SetSignalDefaults | SetSignalMask | NewSession | CloseOthers)));
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
            ThrowIfFailed(ActionsAddCloseFrom(actions, InheritedDescriptors.First));
        }
        catch (EntryPointNotFoundException)
        {
            // A C library without it (musl, glibc before 2.34). To close one that is closed meanwhile is not an error there.
            foreach (var descriptor in InheritedDescriptors.Find())
                ThrowIfFailed(ActionsAddClose(actions, descriptor));
        }
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

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    private static partial int Spawn(int* process, nint path, byte* actions, byte* attributes, nint* arguments, nint* environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int AttributesSetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int AttributesSetSignalDefaults(byte* attributes, byte* set);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int AttributesSetSignalMask(byte* attributes, byte* set);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ActionsAddOpen(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int ActionsAddDup2(byte* actions, int descriptor, int newDescriptor);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    private static partial int ActionsAddCloseFrom(byte* actions, int first);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclose")]
    private static partial int ActionsAddClose(byte* actions, int descriptor);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ActionsAddChangeDirectory(byte* actions, string path);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static partial int SignalSetFill(byte* set);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static partial int SignalSetEmpty(byte* set);
}
