using Xunit.Abstractions;
using Xunit.Sdk;

namespace Rekkord.Tests;

/// <summary>
/// A test that needs more than the .NET SDK, or takes long. Each has the trait <c>Needs=more</c>: CI runs all other tests on a machine that has nothing
/// else, and then these.
/// </summary>
public sealed class NeedsMoreDiscoverer : ITraitDiscoverer
{
    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> GetTraits(IAttributeInfo traitAttribute) => [new("Needs", "more")];
}
