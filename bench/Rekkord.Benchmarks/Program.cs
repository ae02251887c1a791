using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Rekkord.Benchmarks.Comparison;
using Rekkord.Benchmarks.Engine;
using Rekkord.Benchmarks.Growth;
using Rekkord.Benchmarks.Inputs;
using Rekkord.Benchmarks.Limits;
using Rekkord.Benchmarks.LongLife;
using Rekkord.Benchmarks.Measuring;

namespace Rekkord.Benchmarks;

internal static class Program
{
    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["compare", .. var options]:
                return CompareCommand.Run(options);
            case ["growth", .. var options]:
                return GrowthCommand.Run(options);
            case ["input", var letter, var directory]:
                Input.All(quick: false).Single(input => letter == $"{input.Letter}").Create(Directory.CreateDirectory(directory).FullName);
                return 0;
            case [EngineCommand.Verb, .. var options]:
                return EngineCommand.Run(options);
            case [LongLifeCommand.Verb, .. var options]:
                return LongLifeCommand.Run(options);
            case [ProcessMeter.Verb, .. var options]:
                return ProcessMeter.Run(options);
            case [Preparation.Verb, .. var options]:
                return Preparation.Run(options);
            case [LimitCommand.Verb, .. var options]:
                return LimitCommand.Run(options);
            default:
                var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance);
                BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddJob(job));
                return 0;
        }
    }
}
