namespace Rekkord.Tests;

/// <summary>A <see cref="RequiresProgramFactAttribute"/> with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresProgramTheoryAttribute : TheoryAttribute
{
    public RequiresProgramTheoryAttribute(params string[] programs) => Skip = new RequiresProgramFactAttribute(programs).Skip;
}
