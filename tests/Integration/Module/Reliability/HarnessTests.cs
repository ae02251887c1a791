using System.Diagnostics;
using System.Reflection;

namespace Rekkord.Module.Integration.Tests.Reliability;

/// <summary>The harness of docs/testing.md in its short mode: real processes that are killed, suspended, or that work on one repository at once.</summary>
[Collection(nameof(HarnessTests))]
public sealed class HarnessTests
{
    private static readonly string Harness = typeof(HarnessTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RekkordHarness").Value!;

    [Theory]
    [InlineData("save", 2)]
    [InlineData("restore", 2)]
    public Task Nothing_is_lost(string operation, int rounds) => Run(operation, rounds);

    [RequiresTimeTheory]
    [InlineData("scan", 2)]
    [InlineData("prune", 2)]
    [InlineData("concurrent", 1)]
    [InlineData("pruning", 1)]
    public Task Nor_is_it_in_what_takes_longer(string operation, int rounds) => Run(operation, rounds);

    private static async Task Run(string operation, int rounds)
    {
        if (TestLength.IsLong)
            rounds *= 50;
        var start = new ProcessStartInfo("dotnet", [Harness, "--operation", operation, "--rounds", $"{rounds}", "--check-every", $"{rounds}", "--directory", TestDirectory.Work])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, $"{await output}{error}");
    }
}
