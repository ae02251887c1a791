using Rekkord.Engine.Browsing;

namespace Rekkord.Cmdlets.Models;

/// <summary>Type and permissions of an entry as ten letters (<c>-rw-r--r--</c>), or its Windows attributes as six (<c>d-r---</c>).</summary>
internal static class ItemMode
{
    private const uint SetUserId = 0x800;
    private const uint SetGroupId = 0x400;
    private const uint Sticky = 0x200;

    public static string Format(SnapshotItem item) => item.Mode is { } mode
        ? FormatUnix((RekkordItemKind)item.Kind, mode)
        : FormatWindows((RekkordItemKind)item.Kind, (FileAttributes)(item.WindowsAttributes ?? 0));

    private static string FormatUnix(RekkordItemKind kind, uint mode) => string.Create(10, (kind, mode), static (text, item) =>
    {
        text[0] = item.kind switch
        {
            RekkordItemKind.Directory => 'd',
            RekkordItemKind.SymbolicLink => 'l',
            RekkordItemKind.Fifo => 'p',
            RekkordItemKind.Socket => 's',
            RekkordItemKind.CharacterDevice => 'c',
            RekkordItemKind.BlockDevice => 'b',
            _ => '-',
        };
        for (var bit = 0; bit < 9; bit++)
            text[1 + bit] = (item.mode & (0x100u >> bit)) != 0 ? "rwx"[bit % 3] : '-';
        Overlay(text, 3, item.mode & SetUserId, 's');
        Overlay(text, 6, item.mode & SetGroupId, 's');
        Overlay(text, 9, item.mode & Sticky, 't');
    });

    /// <summary>A special bit takes the place of the execute bit; upper case says that it stands there alone.</summary>
    private static void Overlay(Span<char> text, int position, uint bit, char letter)
    {
        if (bit != 0)
            text[position] = text[position] == 'x' ? letter : char.ToUpperInvariant(letter);
    }

    private static string FormatWindows(RekkordItemKind kind, FileAttributes attributes)
    {
        var isLink = kind == RekkordItemKind.SymbolicLink;
        return new string(
        [
            isLink ? 'l' : kind == RekkordItemKind.Directory ? 'd' : '-',
            Letter(FileAttributes.Archive, 'a'),
            Letter(FileAttributes.ReadOnly, 'r'),
            Letter(FileAttributes.Hidden, 'h'),
            Letter(FileAttributes.System, 's'),
            !isLink && attributes.HasFlag(FileAttributes.ReparsePoint) ? 'l' : '-',
        ]);

        char Letter(FileAttributes bit, char letter) => attributes.HasFlag(bit) ? letter : '-';
    }
}
