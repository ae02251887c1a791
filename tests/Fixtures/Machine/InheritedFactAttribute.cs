using Xunit.Abstractions;
using Xunit.Sdk;

namespace Rekkord.Tests;

/// <summary>
/// A test that classes inherit. One of a class that needs programs (<see cref="RequiresProgramsAttribute"/>) is reported as skipped where
/// one is missing.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Rekkord.Tests.InheritedFactDiscoverer", "Rekkord.Tests.Machine")]
public sealed class InheritedFactAttribute : FactAttribute;

/// <summary>What the inherited tests of a class need.</summary>
/// <param name="programs">Names of programs, with blanks between them.</param>
[AttributeUsage(AttributeTargets.Class)]
[TraitDiscoverer("Rekkord.Tests.NeedsMoreDiscoverer", "Rekkord.Tests.Machine")]
public sealed class RequiresProgramsAttribute(string programs) : Attribute, ITraitAttribute
{
    /// <summary>Names of programs, with blanks between them.</summary>
    public string Programs => programs;
}

/// <summary>Makes the cases of inherited tests.</summary>
/// <param name="messages">What xunit is told through.</param>
public sealed class InheritedFactDiscoverer(IMessageSink messages) : FactDiscoverer(messages)
{
    /// <inheritdoc/>
    protected override IXunitTestCase CreateTestCase(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        new InheritedFactCase(
            DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod);
}

/// <summary>An inherited test of one class.</summary>
public sealed class InheritedFactCase : XunitTestCase
{
    /// <summary>For xunit, which carries cases from one process to another.</summary>
    [Obsolete("Called by xunit only.")]
    public InheritedFactCase()
    {
    }

    /// <summary>Makes the case.</summary>
    public InheritedFactCase(IMessageSink messages, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(messages, display, options, method)
    {
    }

    /// <inheritdoc/>
    protected override string? GetSkipReason(IAttributeInfo factAttribute) => base.GetSkipReason(factAttribute)
        ?? TestMethod.TestClass.Class.GetCustomAttributes(typeof(RequiresProgramsAttribute))
            .Select(required => new RequiresProgramFactAttribute(((string)required.GetConstructorArguments().Single()).Split(' ')).Skip)
            .FirstOrDefault();
}
