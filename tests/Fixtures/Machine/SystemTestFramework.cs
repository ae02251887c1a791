using System.Reflection;
using System.Runtime.Versioning;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Rekkord.Tests;

/// <summary>
/// xunit, with one rule more: a class or test that has <see cref="SupportedOSPlatformAttribute"/> or <see cref="UnsupportedOSPlatformAttribute"/>
/// is reported as skipped on the systems that these leave out. Each test assembly names it (<c>tests/Directory.Build.targets</c>).
/// </summary>
/// <param name="messages">What xunit is told through.</param>
public sealed class SystemTestFramework(IMessageSink messages) : XunitTestFramework(messages)
{
    /// <inheritdoc/>
    protected override ITestFrameworkDiscoverer CreateDiscoverer(IAssemblyInfo assemblyInfo) =>
        new Discoverer(assemblyInfo, SourceInformationProvider, DiagnosticMessageSink);

    /// <inheritdoc/>
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Discoverer(IAssemblyInfo assembly, ISourceInformationProvider sources, IMessageSink messages)
        : XunitTestFrameworkDiscoverer(assembly, sources, messages)
    {
        protected override bool FindTestsForMethod(
            ITestMethod testMethod, bool includeSourceInformation, IMessageBus messageBus, ITestFrameworkDiscoveryOptions discoveryOptions) =>
            SystemCase.FindSkipReason(testMethod) is not null && testMethod.Method.GetCustomAttributes(typeof(FactAttribute)).Any()
                ? ReportDiscoveredTestCase(new SystemCase(DiagnosticMessageSink, testMethod), includeSourceInformation, messageBus)
                : base.FindTestsForMethod(testMethod, includeSourceInformation, messageBus, discoveryOptions);
    }

    private sealed class Executor(AssemblyName assembly, ISourceInformationProvider sources, IMessageSink messages)
        : XunitTestFrameworkExecutor(assembly, sources, messages)
    {
        protected override ITestFrameworkDiscoverer CreateDiscoverer() => new Discoverer(AssemblyInfo, SourceInformationProvider, DiagnosticMessageSink);
    }
}

/// <summary>A test that this system is not for; one of many values too, which are not even read.</summary>
public sealed class SystemCase : XunitTestCase
{
    /// <summary>For xunit, which carries cases from one process to another.</summary>
    [Obsolete("Called by xunit only.")]
    public SystemCase()
    {
    }

    /// <summary>Makes the case.</summary>
    public SystemCase(IMessageSink messages, ITestMethod method)
        : base(messages, TestMethodDisplay.ClassAndMethod, TestMethodDisplayOptions.None, method)
    {
    }

    /// <summary>Why a test does not run here; null when it does.</summary>
    internal static string? FindSkipReason(ITestMethod method) =>
        FindSkipReason(method.Method.GetCustomAttributes) ?? FindSkipReason(method.TestClass.Class.GetCustomAttributes);

    /// <inheritdoc/>
    protected override string? GetSkipReason(IAttributeInfo factAttribute) => FindSkipReason(TestMethod);

    private static string? FindSkipReason(Func<string, IEnumerable<IAttributeInfo>> attributes)
    {
        var supported = Systems(attributes, typeof(SupportedOSPlatformAttribute));
        if (supported.Count > 0 && !supported.Exists(OperatingSystem.IsOSPlatform))
            return $"It is for {string.Join(" and ", supported)}.";
        return Systems(attributes, typeof(UnsupportedOSPlatformAttribute)).Find(OperatingSystem.IsOSPlatform) is { } system ? $"It is not for {system}." : null;
    }

    private static List<string> Systems(Func<string, IEnumerable<IAttributeInfo>> attributes, Type kind) =>
        [.. attributes(kind.AssemblyQualifiedName!).Select(attribute => (string)attribute.GetConstructorArguments().Single())];
}
