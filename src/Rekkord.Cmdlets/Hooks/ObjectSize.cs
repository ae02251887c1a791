using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Text;

namespace Rekkord.Cmdlets.Hooks;

/// <summary>
/// About how much memory an object holds: all that can be reached from it, except what belongs to PowerShell and to the runtime. Fields
/// are looked at and no property is asked, because asking can have an effect, or take long.
/// </summary>
internal static class ObjectSize
{
    /// <summary>What a text of no characters takes.</summary>
    public const int OfEmptyText = Header + Reference;

    private const int Header = 24, Reference = 8, Record = 512;

    private static readonly ConcurrentDictionary<Type, FieldInfo[]> Fields = new();

    /// <summary>Estimates an object's size.</summary>
    /// <param name="value">The object.</param>
    /// <param name="limit">Where to stop counting: what is returned is then more than this, and the object may be larger still.</param>
    public static long Estimate(object? value, long limit)
    {
        if (value is null)
            return Reference;
        if (value is string only)
            return OfText(only);

        long size = Reference;
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var pending = new Stack<object>([value]);
        while (size <= limit && pending.TryPop(out var item))
        {
            if (item.GetType().IsValueType || seen.Add(item))
                size += Header + Open(item, pending);
        }

        return size;
    }

    private static long OfText(string text) => OfEmptyText + ((long)text.Length * sizeof(char));

    /// <summary>Counts an object's own bytes, and notes what it refers to.</summary>
    private static long Open(object item, Stack<object> pending)
    {
        switch (item)
        {
            case string text:
                return OfText(text);
            case Array array:
                return Open(array, pending);
            case PSObject wrapped:
                if (wrapped.BaseObject is not PSCustomObject)
                    pending.Push(wrapped.BaseObject);
                PushAll(pending, wrapped.Properties.OfType<PSNoteProperty>().Select(property => property.Value));
                return Reference;
            case ErrorRecord error:
                PushAll(pending, [error.Exception, error.Exception.Message, error.ErrorDetails?.Message, error.TargetObject]);
                return Record;
            case InformationRecord { MessageData: var data }:
                PushAll(pending, [data is HostInformationMessage message ? message.Message : data]);
                return Record;
            case InformationalRecord { Message: var text }:
                PushAll(pending, [text]);
                return Record;
            default:
                return IsShared(item) ? 0 : OpenFields(item, pending);
        }
    }

    private static long Open(Array array, Stack<object> pending)
    {
        var element = array.GetType().GetElementType()!;
        if (element.IsPrimitive)
            return Buffer.ByteLength(array);

        // What is beyond the limit in references alone need not be looked at.
        if (array.LongLength <= BoundedRecords.Capacity / Reference)
            PushAll(pending, array.Cast<object?>());
        return array.LongLength * Reference;
    }

    private static long OpenFields(object item, Stack<object> pending)
    {
        var fields = Fields.GetOrAdd(item.GetType(), FindFields);
        PushAll(pending, fields.Where(field => !field.FieldType.IsPrimitive).Select(field => field.GetValue(item)));
        return (long)fields.Length * Reference;
    }

    private static FieldInfo[] FindFields(Type type)
    {
        List<FieldInfo> fields = [];
        for (var current = type; current is not null && !type.IsPrimitive && !type.IsEnum; current = current.BaseType)
        {
            fields.AddRange(current
                .GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .Where(field => !field.FieldType.IsPointer && !field.FieldType.IsFunctionPointer && !field.FieldType.IsByRefLike));
        }

        return [.. fields];
    }

    private static void PushAll(Stack<object> pending, IEnumerable<object?> values)
    {
        foreach (var value in values)
        {
            if (value is not null)
                pending.Push(value);
        }
    }

    private static bool IsShared(object item) =>
        item is Type or MemberInfo or Assembly or Module or Delegate or Thread or CultureInfo or Encoding or TimeZoneInfo
        || item.GetType().Assembly == typeof(PSObject).Assembly;
}
