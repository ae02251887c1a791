using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Objects;

/// <summary>Stored bytes are not what was written: damaged, cut short, replaced or forged. Names the object.</summary>
public sealed class DamagedObjectException : RekkordException
{
    internal DamagedObjectException(string objectName, string what, Exception? inner = null)
        : base("ObjectDamaged", RekkordErrorKind.InvalidData, $"'{objectName}' in the repository is damaged: {what} Run Invoke-RekkordScan to see what is affected.", objectName, inner)
    {
    }

    private DamagedObjectException(Exception? inner, string objectName, string message)
        : base("ObjectDamaged", RekkordErrorKind.InvalidData, message, objectName, inner)
    {
    }

    /// <summary>The same exception again, from its whole message.</summary>
    internal static DamagedObjectException FromMessage(string message, string objectName, Exception? inner) => new(inner, objectName, message);
}
