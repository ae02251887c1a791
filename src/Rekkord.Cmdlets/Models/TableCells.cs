using System.Globalization;
using System.Management.Automation;

namespace Rekkord.Cmdlets.Models;

/// <summary>
/// What the tables of <c>Rekkord.format.ps1xml</c> write into their cells. Everything is made of plain values and texts, since an object from
/// a job, a file or another machine has no types of this module any more.
/// </summary>
public static class TableCells
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    // What is bad is never green, and what a person should look at is not either.
    private static readonly string[] Good = ["Succeeded", "Whole", "Passed", "Ready", "Copied", "Present"];
    private static readonly string[] Doubtful = ["Incomplete", "NotRun", "Unknown", "Changed", "Removed", "Warning", "Skipped", "PruneDue"];

    /// <summary>A number of bytes in eight characters at most; nothing for null.</summary>
    public static string Size(object? bytes)
    {
        if (bytes is null)
            return "";
        var value = Convert.ToDouble(Unwrap(bytes), CultureInfo.InvariantCulture);
        var unit = 0;
        for (; value >= 1024 && unit < Units.Length - 1; unit++)
            value /= 1024;
        return string.Create(CultureInfo.CurrentCulture, $"{value.ToString(value >= 100 ? "0" : "0.#", CultureInfo.CurrentCulture)} {Units[unit]}");
    }

    /// <summary>A count, with separators.</summary>
    public static string Count(object? count) => count is null ? "" : Convert.ToInt64(Unwrap(count), CultureInfo.InvariantCulture).ToString("N0", CultureInfo.CurrentCulture);

    /// <summary>How long something took, in seven characters at most.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalHours):0}h{time.Minutes:00}m"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}m{time.Seconds:00}s"),
        { TotalSeconds: >= 1 } => time.TotalSeconds.ToString("0.0", CultureInfo.CurrentCulture) + "s",
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0}ms"),
    };

    /// <summary>A time in the one form that all cultures and calendars have in common.</summary>
    public static string Time(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A text for the last cell of a row, in lines that end between words: PowerShell breaks them anywhere.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">How many columns the cell has. A word that is longer is left to PowerShell.</param>
    public static string Words(string? text, int width)
    {
        var lines = new List<string>();
        foreach (var word in (text ?? "").Split(' '))
        {
            if (lines.Count > 0 && lines[^1].Length + 1 + word.Length <= width)
                lines[^1] += $" {word}";
            else
                lines.Add(word);
        }

        return string.Join('\n', lines);
    }

    /// <summary>A status in its colour: green only where nothing is to be looked at.</summary>
    public static string Status(string? status, PSObject style) => Colour(status ?? "", status, style);

    /// <summary>The status of a scan. One that read nothing, because there is nothing, has no colour.</summary>
    public static string ScanStatus(PSObject result, PSObject style)
    {
        ArgumentNullException.ThrowIfNull(result);
        return Colour(Text(result, "Status"), HasRead(result) ? Text(result, "Status") : null, style);
    }

    /// <summary>How an entry differs, in a colour of its own.</summary>
    public static string Change(string? change, PSObject style) => Paint(change ?? "", style, "Foreground", change switch
    {
        "Added" => "Green",
        "Removed" => "BrightRed",
        _ => "Yellow",
    });

    /// <summary>The directory that an item is in: where it came from a drive, the path there.</summary>
    public static string Folder(PSObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var parent = Text(item, "PSParentPath");
        return parent.Length > 0 ? parent[(parent.IndexOf("::", StringComparison.Ordinal) + 2)..] : Text(item, "Directory");
    }

    /// <summary>The name of an item, in the colour that a directory or link has, with what a link points to. In a drive it is written as it is to be typed.</summary>
    public static string ItemName(PSObject item, PSObject style)
    {
        ArgumentNullException.ThrowIfNull(item);
        var name = Text(item, "PSChildName") is { Length: > 0 } child ? child : Text(item, "Name");
        if (Text(item, "LinkTarget") is { Length: > 0 } target)
            name += $" -> {target}";
        return Text(item, "Kind") switch
        {
            "Directory" => Paint(name, style, "FileInfo", "Directory"),
            "SymbolicLink" => Paint(name, style, "FileInfo", "SymbolicLink"),
            _ => name,
        };
    }

    /// <summary>The row of a save's result, with its heading.</summary>
    public static string SaveRow(PSObject result, PSObject style) => Row(
        result,
        style,
        ("Status", -9, "Status"), ("Errors", 6, Count(Value(result, "ErrorCount"))), ("Snapshot", -12, Text(result, "Id")), ("Channel", -12, Text(result, "Channel")),
        ("Files", 10, Count(Value(result, "Files"))), ("New", 8, Size(Value(result, "AddedSize"))), ("Stored", 8, Size(Value(result, "StoredSize"))),
        ("Time", 7, DurationOf(result)));

    /// <summary>The row of a scan's result, with its heading.</summary>
    public static string ScanRow(PSObject result, PSObject style) => Row(
        result,
        style,
        ("Status", -13, "Status"), ("Problems", 8, Count((Value(result, "Problems") as System.Collections.ICollection)?.Count ?? 0)),
        ("Snapshots", 9, Count(Value(result, "Snapshots"))), ("Packs", 7, Count(Value(result, "Packs"))), ("Skipped", 7, Count(Value(result, "SkippedPacks"))),
        ("Blobs", 10, Count(Value(result, "Blobs"))), ("Read", 8, Size(Value(result, "Size"))), ("Time", 7, DurationOf(result)));

    /// <summary>The row of a restore's result, with its heading.</summary>
    public static string RestoreRow(PSObject result, PSObject style) => Row(
        result,
        style,
        ("Status", -9, "Status"), ("Errors", 6, Count(Value(result, "ErrorCount"))), ("Snapshot", -12, Text(result, "Snapshot")),
        ("Files", 10, Count(Value(result, "Files"))), ("Folders", 9, Count(Value(result, "Directories"))), ("Size", 8, Size(Value(result, "Size"))),
        ("Verified", 10, Count(Value(result, "VerifiedFiles"))), ("Time", 7, DurationOf(result)));

    /// <summary>One row as a table of PowerShell's has it. The first column is the status.</summary>
    private static string Row(PSObject result, PSObject style, params (string Name, int Width, string Value)[] columns)
    {
        ArgumentNullException.ThrowIfNull(result);
        var status = Text(result, "Status");
        var names = Join(columns.Select(column => Fit(column.Name, column.Width)));
        var rule = Join(columns.Select(column => Fit(new string('-', column.Name.Length), column.Width)));
        var row = Join(columns.Skip(1).Select(column => Fit(column.Value, column.Width)).Prepend(Colour(Fit(status, columns[0].Width), HasRead(result) ? status : null, style)));
        return string.Join(Environment.NewLine, Paint(names, style, "Formatting", "TableHeader"), Paint(rule, style, "Formatting", "TableHeader"), row);

        static string Join(IEnumerable<string> cells) => string.Join(' ', cells).TrimEnd();
    }

    /// <summary>A text in a column of so many characters; a negative number for one that begins at the left.</summary>
    private static string Fit(string text, int width)
    {
        var room = Math.Abs(width);
        if (width < 0)
            return (text.Length <= room ? text : IsId(text) ? text[..room] : text[..(room - 1)] + "…").PadRight(room);
        return text.PadLeft(room);

        static bool IsId(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit);
    }

    private static string Colour(string text, string? status, PSObject style) => string.IsNullOrWhiteSpace(status) ? text
        : Paint(text, style, "Foreground", Good.Contains(status) ? "Green" : Doubtful.Contains(status) ? "Yellow" : "BrightRed");

    /// <summary>A text in a colour of <c>$PSStyle</c>, unless that says that there are to be none.</summary>
    private static string Paint(string text, PSObject style, string group, string colour) =>
        text.Length == 0 || Text(style, "OutputRendering") == "PlainText" || Value(style, group) is not { } colours ? text
        : Text(PSObject.AsPSObject(colours), colour) + text + Text(style, "Reset");

    private static bool HasRead(PSObject result) => Value(result, "Packs") is not 0 || Text(result, "Status") != "Succeeded";

    private static string DurationOf(PSObject result) => Value(result, "Duration") is TimeSpan time ? Duration(time) : "";

    private static string Text(PSObject item, string property) => Value(item, property)?.ToString() ?? "";

    private static object? Value(PSObject item, string property) => item.Properties[property]?.Value is { } value ? Unwrap(value) : null;

    /// <summary>The value itself. Of a deserialized enumeration that is the text beside it.</summary>
    private static object Unwrap(object value) => value is not PSObject wrapped ? value
        : wrapped.TypeNames.Contains("Deserialized.System.Enum") ? wrapped.ToString()
        : wrapped.BaseObject is PSCustomObject ? wrapped : wrapped.BaseObject;
}
