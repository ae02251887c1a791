using System.Runtime.InteropServices;
using System.Text;

namespace Rekkord.Engine.Platform;

/// <summary>What the programs of a system's console write.</summary>
internal static partial class ConsoleEncoding
{
    /// <summary>The OEM code page of Windows, in which its own programs write; null elsewhere, and where Windows uses UTF-8 for it.</summary>
    public static Encoding? Oem { get; } = OperatingSystem.IsWindows() ? Find((int)GetOemCodePage()) : null;

    /// <summary>The encoding of a code page; null for that of UTF-8, and for one that .NET does not know.</summary>
    internal static Encoding? Find(int codePage) => codePage == Encoding.UTF8.CodePage ? null : CodePagesEncodingProvider.Instance.GetEncoding(codePage);

    [LibraryImport("kernel32", EntryPoint = "GetOEMCP")]
    private static partial uint GetOemCodePage();
}
