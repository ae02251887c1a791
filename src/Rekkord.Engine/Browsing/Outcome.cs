using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Browsing;

/// <summary>One step of something that goes on after errors: a result, or what kept it from one.</summary>
internal readonly record struct Outcome<T>(T? Value, RekkordException? Error)
    where T : class
{
    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(RekkordException error) => new(null, error);
}
