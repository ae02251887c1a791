using System.Buffers;
using System.Globalization;
using System.Text;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Snapshots;

/// <summary>What users may write on snapshots: tags, by which they are found and kept, and a note. Tags are equal if they are the same characters; case counts.</summary>
public static class SnapshotLabels
{
    /// <summary>How many tags a snapshot may have.</summary>
    public const int MostTags = 32;

    /// <summary>How many bytes of UTF-8 a tag may have.</summary>
    public const int MaximumTagLength = 64;

    /// <summary>How many bytes of UTF-8 a note may have.</summary>
    public const int MaximumNoteLength = 4096;

    // They would be a pattern, or the end of a tag in a list.
    private const string Reserved = "*?[]`,";

    private static readonly SearchValues<char> ReservedCharacters = SearchValues.Create(Reserved);

    /// <summary>Checks tags, and brings them into the order in which they are stored, each once.</summary>
    /// <exception cref="RekkordException">One is not valid, or there are too many (<c>TagInvalid</c>).</exception>
    public static IReadOnlyList<string> Order(IEnumerable<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        string[] ordered = [.. tags.Distinct(StringComparer.Ordinal).OrderBy(Encoding.UTF8.GetBytes, Comparer<byte[]>.Create(static (one, other) => one.AsSpan().SequenceCompareTo(other)))];
        if (Array.Find(ordered, tag => !IsTag(tag)) is { } wrong)
        {
            throw new RekkordException(
                "TagInvalid",
                RekkordErrorKind.InvalidArgument,
                $"'{Show(wrong)}' cannot be a tag. A tag has 1 to {MaximumTagLength} bytes of UTF-8, no blank at its beginning or end, no control characters, and none of {Reserved}",
                Show(wrong));
        }

        return ordered.Length <= MostTags ? ordered : throw new RekkordException(
            "TagInvalid", RekkordErrorKind.InvalidArgument, $"{ordered.Length} tags were given. A snapshot has {MostTags} at most.");
    }

    /// <summary>Reads tags that stand in one text, with commas between them. No text is no tag.</summary>
    /// <exception cref="RekkordException">One is not valid, or there are too many (<c>TagInvalid</c>).</exception>
    public static IReadOnlyList<string> Parse(string? list) => list is null ? [] : Order(list.Split(',', StringSplitOptions.TrimEntries));

    /// <summary>Checks a note. It may be empty.</summary>
    /// <exception cref="RekkordException">It is too long, or has control characters (<c>NoteInvalid</c>).</exception>
    public static void ValidateNote(string note)
    {
        if (!IsNote(note))
        {
            throw new RekkordException(
                "NoteInvalid", RekkordErrorKind.InvalidArgument, $"A note is one line of {MaximumNoteLength:N0} bytes of UTF-8 at most, without control characters. Shorten it, or leave line breaks and tabs out.");
        }
    }

    /// <summary>Whether a text can be a tag.</summary>
    internal static bool IsTag(string text) =>
        text.Length > 0 && text.AsSpan().Trim().Length == text.Length && text.AsSpan().IndexOfAny(ReservedCharacters) < 0 && IsLine(text, MaximumTagLength);

    /// <summary>Whether a text can be a note.</summary>
    internal static bool IsNote(string text) => IsLine(text, MaximumNoteLength);

    /// <summary>Whether a text is valid Unicode that a terminal shows in one line: what it would obey was perhaps written by somebody else.</summary>
    private static bool IsLine(string text, int most)
    {
        for (var i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                return false;
            i += rune.Utf16SequenceLength;
        }

        return Encoding.UTF8.GetByteCount(text) <= most;
    }

    private static string Show(string text) => FileSystem.FileName.ToDisplay(FileSystem.FileName.FromText(text));
}
