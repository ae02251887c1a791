using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Objects;

/// <summary>Stored bytes are not what was written: damaged, cut short, replaced or forged. Names the object.</summary>
public sealed class DamagedObjectException : RekkordException
{
    internal DamagedObjectException(string objectName, string what, Exception? inner = null)
        : base("ObjectDamaged", RekkordErrorKind.InvalidData, $"'{objectName}' in the repository is damaged: {what} Run Invoke-RekkordScan to see what is affected.", objectName, inner)
    {
    }
}
