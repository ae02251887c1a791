using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace Rekkord.Cmdlets.Models;

/// <summary>
/// What the tables of <c>Rekkord.format.ps1xml</c> write into their cells. Everything is made of plain values and texts, since an object from
/// a job, a file or another machine has no types of this module any more. A cell is one call with the object and the name of a property:
/// PowerShell compiles each column's script in each process, and longer ones take some 5 ms each.
/// </summary>
public static class TableCells
{
    private const int IdLength = 12;

    // $PSStyle. The library that modules are compiled against is older than it.
    private static readonly PSObject? Style = typeof(PSObject).Assembly.GetType("System.Management.Automation.PSStyle")?.GetProperty("Instance")?.GetValue(null) is { } style
        ? PSObject.AsPSObject(style)
        : null;

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

    /// <inheritdoc cref="Size(object)"/>
    public static string Size(PSObject item, string property) => Size(Value(item, property));

    /// <summary>The size of a file; nothing for what has no content.</summary>
    public static string FileSize(PSObject item, string kind, string property) => Text(item, kind) == "File" ? Size(item, property) : "";

    /// <summary>The size of a file in bytes; nothing for what has no content.</summary>
    public static object? FileLength(PSObject item) => Text(item, "Kind") == "File" ? Value(item, "Size") : null;

    /// <summary>A count, with separators.</summary>
    public static string Count(object? count) => count is null ? "" : Convert.ToInt64(Unwrap(count), CultureInfo.InvariantCulture).ToString("N0", CultureInfo.CurrentCulture);

    /// <inheritdoc cref="Count(object)"/>
    public static string Count(PSObject item, string property) => Count(Value(item, property));

    /// <summary>How long something took, in seven characters at most.</summary>
    public static string Duration(PSObject item, string property) => Value(item, property) is TimeSpan time ? Duration(time) : "";

    private static string Duration(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalHours):0}h{time.Minutes:00}m"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}m{time.Seconds:00}s"),
        { TotalSeconds: >= 1 } => time.TotalSeconds.ToString("0.0", CultureInfo.CurrentCulture) + "s",
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0}ms"),
    };

    /// <summary>A time in the one form that all cultures and calendars have in common; nothing for null.</summary>
    public static string Time(PSObject item, string property) => Time(item, property, "yyyy-MM-dd HH:mm:ss");

    /// <summary>A time to the minute.</summary>
    public static string Minute(PSObject item, string property) => Time(item, property, "yyyy-MM-dd HH:mm");

    /// <summary>The day of a time.</summary>
    public static string Date(PSObject item, string property) => Time(item, property, "yyyy-MM-dd");

    /// <summary>The time of a snapshot, with a question mark where its clock was wrong.</summary>
    public static string SnapshotTime(PSObject snapshot) => Time(snapshot, "Time") + (Value(snapshot, "IsTimeDoubtful") is true ? "?" : "");

    /// <summary>The beginning of an ID.</summary>
    public static string ShortId(PSObject item, string property) => Text(item, property) is { Length: > IdLength } id ? id[..IdLength] : Text(item, property);

    /// <summary>The tags of a snapshot in brackets, and the paths in it.</summary>
    public static string TagsAndPaths(PSObject snapshot)
    {
        var tags = string.Join(", ", Texts(snapshot, "Tags"));
        return (tags.Length > 0 ? $"[{tags}] " : "") + string.Join(", ", Texts(snapshot, "Paths"));
    }

    /// <summary>A text for the last cell of a row, in lines that end between words: PowerShell breaks them anywhere.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">How many columns the cell has. A word that is longer is left to PowerShell.</param>
    public static string Words(string? text, int width) => Break((text ?? "").Split(' '), " ", width);

    /// <summary>A path or URL for the last cell of a row, all of it, in lines that end between its names: both its ends say something.</summary>
    /// <param name="item">The object.</param>
    /// <param name="property">Which of its properties is the path.</param>
    /// <param name="host">The host, whose width counts. A name that is longer than the cell is left to PowerShell.</param>
    /// <param name="before">How many columns are before the cell.</param>
    public static string Path(PSObject item, string property, PSHost host, int before)
    {
        var parts = new List<string>();
        for (var rest = Text(item, property); rest.Length > 0;)
        {
            var end = rest.AsSpan().IndexOfAny('/', '\\') is var separator and >= 0 ? separator + 1 : rest.Length;
            parts.Add(rest[..end]);
            rest = rest[end..];
        }

        return Break(parts, "", WidthOf(host) - before);
    }

    /// <summary>How many columns a host has; as a terminal has at least where it cannot tell, such as one whose output goes to a file.</summary>
    private static int WidthOf(PSHost host)
    {
        const int Usual = 80;
        try
        {
            return host?.UI?.RawUI?.BufferSize.Width is { } width and > 0 ? width : Usual;
        }
        catch (Exception error) when (error is HostException or IOException or NotImplementedException or PlatformNotSupportedException)
        {
            return Usual;
        }
    }

    private static string Break(IEnumerable<string> parts, string between, int width)
    {
        var lines = new List<string>();
        foreach (var part in parts)
        {
            if (lines.Count > 0 && lines[^1].Length + between.Length + part.Length <= width)
                lines[^1] += between + part;
            else
                lines.Add(part);
        }

        return string.Join('\n', lines);
    }

    /// <summary>A setting of a configuration, with what says so where that is not its file.</summary>
    public static string Setting(PSObject config, string section, string name) =>
        ListSettings(config).FirstOrDefault(value => Text(value, "Section") == section && Text(value, "Name") == name) is { } found ? Describe(found) : "";

    /// <summary>The other settings of a configuration that something gives, a line each.</summary>
    public static string OtherSettings(PSObject config) => string.Join('\n', ListSettings(config)
        .Where(value => Text(value, "Source") != "Default" && (Text(value, "Section"), Text(value, "Name")) is not (("Repository", "URL") or ("Repository", "KeyFile")))
        .Select(value => $"[{Text(value, "Section")}] {Text(value, "Name")} = {Describe(value)}")
        .Append("(Get-RekkordConfig).Values has every key, and where it comes from."));

    private static IEnumerable<PSObject> ListSettings(PSObject config) =>
        Value(config, "Values") is System.Collections.IEnumerable values ? values.Cast<object>().Select(PSObject.AsPSObject) : [];

    private static string Describe(PSObject value) =>
        Text(value, "Value") + (Text(value, "Source") is "Default" or "File" ? "" : $" ({Text(value, "Origin")})");

    /// <summary>A status in its colour: green only where nothing is to be looked at.</summary>
    public static string Status(PSObject item, string property) => Colour(Text(item, property), Text(item, property));

    /// <summary>The status of what is not whole.</summary>
    public static string Flaw(PSObject item) => Text(item, "Status") == "Whole" ? "" : Status(item, "Status");

    /// <summary>Whether a keyfile was revoked; nothing where that is not known.</summary>
    public static string Revocation(PSObject key) => Value(key, "IsRevoked") switch
    {
        true => Colour("REVOKED", "REVOKED"),
        false => "no",
        _ => "",
    };

    /// <summary>The status of a scan. One that read nothing, because there is nothing or nothing was due, has no colour.</summary>
    public static string ScanStatus(PSObject result) => Colour(Text(result, "Status"), HasRead(result) ? Text(result, "Status") : null);

    /// <summary>How an entry differs, in a colour of its own.</summary>
    public static string Change(PSObject item) => Paint(Text(item, "Change"), "Foreground", Text(item, "Change") switch
    {
        "Added" => "Green",
        "Removed" => "BrightRed",
        _ => "Yellow",
    });

    /// <summary>The directory that an item is in: where it came from a drive, the path there.</summary>
    public static string Folder(PSObject item)
    {
        var parent = Text(item, "PSParentPath");
        return parent.Length > 0 ? parent[(parent.IndexOf("::", StringComparison.Ordinal) + 2)..] : Text(item, "Directory");
    }

    /// <summary>The name of an item, in the colour that a directory or link has, with what a link points to. In a drive it is written as it is to be typed.</summary>
    public static string ItemName(PSObject item)
    {
        var name = Text(item, "PSChildName") is { Length: > 0 } child ? child : Text(item, "Name");
        if (Text(item, "LinkTarget") is { Length: > 0 } target)
            name += $" -> {target}";
        return Text(item, "Kind") switch
        {
            "Directory" => Paint(name, "FileInfo", "Directory"),
            "SymbolicLink" => Paint(name, "FileInfo", "SymbolicLink"),
            _ => name,
        };
    }

    /// <summary>The row of a save's result, with its heading.</summary>
    public static string SaveRow(PSObject result) => Row(
        result,
        ("Status", -9, "Status"), ("Errors", 6, Count(result, "ErrorCount")), ("Snapshot", -12, Text(result, "Id")), ("Channel", -12, Text(result, "Channel")),
        ("Files", 10, Count(result, "Files")), ("New", 8, Size(result, "AddedSize")), ("Stored", 8, Size(result, "StoredSize")),
        ("Time", 7, Duration(result, "Duration")));

    /// <summary>The row of a scan's result, with its heading.</summary>
    public static string ScanRow(PSObject result) => Row(
        result,
        ("Status", -13, "Status"), ("Problems", 8, Count((Value(result, "Problems") as System.Collections.ICollection)?.Count ?? 0)),
        ("Snapshots", 9, Count(result, "Snapshots")), ("Packs", 7, Count(result, "Packs")), ("Skipped", 7, Count(result, "SkippedPacks")),
        ("Blobs", 10, Count(result, "Blobs")), ("Read", 8, ScanSize(result)), ("Time", 7, Duration(result, "Duration")));

    /// <summary>How much a scan read; in words, where it had nothing to read.</summary>
    public static string ScanSize(PSObject result) => Value(result, "NothingDue") is true ? "none due" : Size(result, "Size");

    /// <summary>The row of a restore's result, with its heading.</summary>
    public static string RestoreRow(PSObject result) => Row(
        result,
        ("Status", -9, "Status"), ("Errors", 6, Count(result, "ErrorCount")), ("Snapshot", -12, Text(result, "Snapshot")),
        ("Files", 10, Count(result, "Files")), ("Folders", 9, Count(result, "Directories")), ("Size", 8, Size(result, "Size")),
        ("Verified", 10, Count(result, "VerifiedFiles")), ("Time", 7, Duration(result, "Duration")));

    /// <summary>One row as a table of PowerShell's has it. The first column is the status.</summary>
    private static string Row(PSObject result, params (string Name, int Width, string Value)[] columns)
    {
        var status = Text(result, "Status");
        var names = Join(columns.Select(column => Fit(column.Name, column.Width)));
        var rule = Join(columns.Select(column => Fit(new string('-', column.Name.Length), column.Width)));
        var row = Join(columns.Skip(1).Select(column => Fit(column.Value, column.Width)).Prepend(Colour(Fit(status, columns[0].Width), HasRead(result) ? status : null)));
        return string.Join(Environment.NewLine, Paint(names, "Formatting", "TableHeader"), Paint(rule, "Formatting", "TableHeader"), row);

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

    private static string Colour(string text, string? status) => string.IsNullOrWhiteSpace(status) ? text
        : Paint(text, "Foreground", Good.Contains(status) ? "Green" : Doubtful.Contains(status) ? "Yellow" : "BrightRed");

    /// <summary>A text in a colour of <c>$PSStyle</c>, unless that says that there are to be none.</summary>
    private static string Paint(string text, string group, string colour) =>
        text.Length == 0 || Style is not { } style || Text(style, "OutputRendering") == "PlainText" || Value(style, group) is not { } colours ? text
        : Text(PSObject.AsPSObject(colours), colour) + text + Text(style, "Reset");

    private static bool HasRead(PSObject result) => Value(result, "Packs") is not 0 || Text(result, "Status") != "Succeeded";

    /// <summary>A time that may have come from another process: then it is an object that has the time as one of its properties.</summary>
    private static string Time(PSObject item, string property, string format) => Value(item, property) switch
    {
        DateTimeOffset time => time.ToString(format, CultureInfo.InvariantCulture),
        DateTime time => time.ToString(format, CultureInfo.InvariantCulture),
        PSObject time => Time(time, "DateTime", format),
        _ => "",
    };

    private static IEnumerable<string> Texts(PSObject item, string property) =>
        LanguagePrimitives.GetEnumerable(Value(item, property)) is { } values ? values.Cast<object?>().Select(value => $"{value}") : [];

    private static string Text(PSObject item, string property) => Value(item, property)?.ToString() ?? "";

    private static object? Value(PSObject item, string property)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Properties[property]?.Value is { } value ? Unwrap(value) : null;
    }

    /// <summary>The value itself. Of a deserialized enumeration that is the text beside it.</summary>
    private static object Unwrap(object value) => value is not PSObject wrapped ? value
        : wrapped.TypeNames.Contains("Deserialized.System.Enum") ? wrapped.ToString()
        : wrapped.BaseObject is PSCustomObject ? wrapped : wrapped.BaseObject;
}
