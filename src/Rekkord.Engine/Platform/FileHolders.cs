using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Rekkord.Engine.Platform;

/// <summary>Which programs have a file open, as the Restart Manager of Windows tells it.</summary>
internal static partial class FileHolders
{
    private const int Success = 0, MoreData = 234;
    private const int KeyLength = 32 + 1; // CCH_RM_SESSION_KEY
    private const int MaximumHolders = 8; // of more, one need not know all

    // RM_PROCESS_INFO: the process (number and time of its start), two names, and four numbers.
    private const int NameOffset = 12, NameLength = 256, ServiceLength = 64;

    /// <summary>The length of what is told of one program.</summary>
    internal const int RecordLength = NameOffset + (sizeof(char) * (NameLength + ServiceLength)) + (4 * sizeof(int));

    /// <summary>The programs that have a file open, each with its name and the number of its process. None when Windows does not tell.</summary>
    [SupportedOSPlatform("windows")]
    internal static IReadOnlyList<string> Find(string path)
    {
        try
        {
            return Ask(WindowsPath.ToPlain(path));
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            Debug.WriteLine(error.Message); // small editions of Windows have no Restart Manager
            return [];
        }
    }

    /// <summary>Reads what is told of so many programs.</summary>
    internal static IReadOnlyList<string> Read(ReadOnlySpan<byte> records, int count)
    {
        var holders = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var record = records.Slice(i * RecordLength, RecordLength);
            var name = MemoryMarshal.Cast<byte, char>(record.Slice(NameOffset, sizeof(char) * NameLength));
            if (name.IndexOf('\0') is var length and >= 0)
                name = name[..length];
            holders.Add($"'{name}' (process {BinaryPrimitives.ReadInt32LittleEndian(record)})");
        }

        return holders;
    }

    [SupportedOSPlatform("windows")]
    private static IReadOnlyList<string> Ask(string path)
    {
        if (Start(out var session, 0, new byte[KeyLength * sizeof(char)]) != Success)
            return [];
        try
        {
            if (Register(session, 1, [path], 0, 0, 0, 0) != Success)
                return [];
            var records = new byte[MaximumHolders * RecordLength];
            uint count = MaximumHolders;
            return List(session, out _, ref count, records, out _) is Success or MoreData ? Read(records, (int)Math.Min(count, MaximumHolders)) : [];
        }
        finally
        {
            _ = End(session);
        }
    }

    [LibraryImport("rstrtmgr", EntryPoint = "RmStartSession")]
    private static partial int Start(out uint session, int flags, Span<byte> key);

    [LibraryImport("rstrtmgr", EntryPoint = "RmRegisterResources", StringMarshalling = StringMarshalling.Utf16)]
    private static partial int Register(uint session, uint fileCount, string[] files, uint processCount, nint processes, uint serviceCount, nint services);

    [LibraryImport("rstrtmgr", EntryPoint = "RmGetList")]
    private static partial int List(uint session, out uint needed, ref uint count, Span<byte> records, out uint rebootReasons);

    [LibraryImport("rstrtmgr", EntryPoint = "RmEndSession")]
    private static partial int End(uint session);
}
