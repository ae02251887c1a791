namespace Rekkord.Engine.FileSystem;

/// <summary>
/// The kinds of Windows reparse points that are told apart (ntifs.h). Those that are not named here hold their content as other files do,
/// such as deduplicated and compressed ones: Windows opens them so.
/// </summary>
internal static class WindowsReparsePoint
{
    internal const uint Junction = 0xA000_0003;
    internal const uint SymbolicLink = 0xA000_000C;
    internal const uint ProgramAlias = 0x8000_001B; // IO_REPARSE_TAG_APPEXECLINK
    internal const uint Socket = 0x8000_0023; // IO_REPARSE_TAG_AF_UNIX
    internal const uint LinuxFifo = 0x8000_0024;
    internal const uint LinuxCharacterDevice = 0x8000_0025;
    internal const uint LinuxBlockDevice = 0x8000_0026;

    // FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS: to read it is to download it. Windows hides the tags of such files from most programs, and shows
    // this. FILE_ATTRIBUTE_RECALL_ON_OPEN is in listings only: a handle has another meaning for that bit, extended attributes.
    private const uint Recalled = 0x40_0000;

    /// <summary>Whether a file is there by name only, and its content elsewhere.</summary>
    internal static bool IsPlaceholder(in FileStatus status) => status.Kind == FileKind.File && (status.WindowsAttributes & Recalled) != 0;

    /// <summary>Why a file is left out unless it is named; null when it has content of its own.</summary>
    internal static string? FindReasonToLeaveOut(in FileStatus status)
    {
        if (status.Kind == FileKind.File && status.ReparseTag == ProgramAlias)
            return "it is an alias by which Windows starts an app, and has no content. The app makes it again when it is installed.";
        return IsPlaceholder(status)
            ? "it is a placeholder, and its content is in the cloud only. Reading it would download it. Name it as a path to save, or have it kept on this device."
            : null;
    }
}
