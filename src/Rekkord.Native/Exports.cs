using System.Runtime.InteropServices;
using Rekkord.Engine.Native;

namespace Rekkord.Native;

/// <summary>
/// What the library exports; <see cref="EngineLibrary"/> calls it. An operation is the handle of its object. Messages are copied into
/// memory that the caller gives back.
/// </summary>
internal static unsafe class Exports
{
    [UnmanagedCallersOnly(EntryPoint = "rekkord_build")]
    private static void GetBuildId(byte* id) => EngineLibrary.BuildId.TryWriteBytes(new Span<byte>(id, sizeof(Guid)));

    /// <returns>0 when it could not begin.</returns>
    [UnmanagedCallersOnly(EntryPoint = "rekkord_start")]
    private static nint Start(byte* request, int requestLength, byte* keys, int keysLength)
    {
        try
        {
            var operation = HostedOperation.Start(new ReadOnlySpan<byte>(request, requestLength).ToArray(), new ReadOnlySpan<byte>(keys, keysLength));
            return GCHandle.ToIntPtr(GCHandle.Alloc(operation));
        }
#pragma warning disable CA1031 // Nothing may escape to the caller's runtime: it would end the process.
        catch (Exception)
#pragma warning restore CA1031
        {
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "rekkord_take")]
    private static int Take(nint operation, byte** message) => Give(Find(operation).Take(), message);

    [UnmanagedCallersOnly(EntryPoint = "rekkord_progress")]
    private static int GetProgress(nint operation, byte** message) => Give(Find(operation).Progress, message);

    [UnmanagedCallersOnly(EntryPoint = "rekkord_answer")]
    private static void Answer(nint operation, byte* answer, int length) => Find(operation).Answer(new ReadOnlySpan<byte>(answer, length).ToArray());

    [UnmanagedCallersOnly(EntryPoint = "rekkord_cancel")]
    private static void Cancel(nint operation) => Find(operation).Cancel();

    [UnmanagedCallersOnly(EntryPoint = "rekkord_release")]
    private static void Release(nint operation)
    {
        Find(operation).Dispose();
        GCHandle.FromIntPtr(operation).Free();
    }

    [UnmanagedCallersOnly(EntryPoint = "rekkord_free")]
    private static void Free(byte* message) => NativeMemory.Free(message);

    private static HostedOperation Find(nint operation) => (HostedOperation)GCHandle.FromIntPtr(operation).Target!;

    private static int Give(byte[] bytes, byte** message)
    {
        *message = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
        bytes.CopyTo(new Span<byte>(*message, bytes.Length));
        return bytes.Length;
    }
}
