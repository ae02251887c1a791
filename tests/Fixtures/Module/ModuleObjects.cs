using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace Rekkord.Module.Tests;

/// <summary>Reads the module's objects as a script does: by property name, and enums by their text.</summary>
internal static class ModuleObjects
{
    public static object? Value(this PSObject item, string property)
    {
        var found = item.Properties[property] ?? throw new ArgumentException($"{item.BaseObject.GetType().Name} has no property {property}.");
        return found.Value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : found.Value;
    }

    public static string? Text(this PSObject item, string property) => Convert.ToString(item.Value(property), CultureInfo.InvariantCulture);

    public static long Number(this PSObject item, string property) => Convert.ToInt64(item.Value(property), CultureInfo.InvariantCulture);

    public static IReadOnlyList<PSObject> Items(this PSObject item, string property) =>
        [.. ((IEnumerable)item.Value(property)!).Cast<object?>().Select(value => PSObject.AsPSObject(value!))];

    public static IReadOnlyList<string> Texts(this PSObject item, string property) =>
        [.. item.Items(property).Select(value => value.ToString())];
}
