using System.Diagnostics;
using System.Globalization;

namespace Rekkord.Benchmarks.Measuring;

/// <summary>
/// Measures a program by running it as the only child of a process made for that: the system keeps the peak memory of
/// children as one number that never goes down, so a process can measure one child only.
/// </summary>
internal static class ProcessMeter
{
    public const string Verb = "measure";

    /// <summary>This program, to be started again.</summary>
    public static string Self => Path.Combine(AppContext.BaseDirectory, "Rekkord.Benchmarks");

    /// <summary>Runs a program and measures it.</summary>
    /// <param name="command">The program.</param>
    /// <param name="log">Where what it writes goes.</param>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static Measurement Measure(Command command, string log)
    {
        // What earlier runs left to be written is not this one's cost.
        using (var sync = Process.Start("sync"))
            sync.WaitForExit();
        Preparation.For(command);

        var start = new ProcessStartInfo(Self, [Verb, log, command.Program, .. command.Arguments])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = command.WorkingDirectory ?? "",
        };
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;
        start.Environment[Preparation.Variable] = Preparation.ArgumentsFor(command);
        using var meter = Process.Start(start)!;
        var fields = meter.StandardOutput.ReadToEnd().Split(' ');
        meter.WaitForExit();
        var output = File.ReadAllText(log);
        if (meter.ExitCode != 0)
            throw new InvalidOperationException($"'{command.Program} {string.Join(' ', command.Arguments)}' failed with code {meter.ExitCode}:\n{output}");
        return new Measurement(
            double.Parse(fields[0], CultureInfo.InvariantCulture),
            double.Parse(fields[1], CultureInfo.InvariantCulture),
            long.Parse(fields[2], CultureInfo.InvariantCulture),
            double.Parse(fields[3], CultureInfo.InvariantCulture),
            output);
    }

    /// <summary>Is the process that <see cref="Measure"/> starts.</summary>
    public static int Run(string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1", "sh", .. arguments]);
        var busyBefore = ResourceUsage.BusySecondsOfMachine();
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        process.WaitForExit();
        var seconds = watch.Elapsed.TotalSeconds;
        var (cpu, peak) = ResourceUsage.OfChildren();
        var elsewhere = Math.Max(0, ResourceUsage.BusySecondsOfMachine() - busyBefore - cpu) / seconds;
        Console.Write(string.Create(CultureInfo.InvariantCulture, $"{seconds} {cpu} {peak} {elsewhere}"));
        return process.ExitCode;
    }
}
