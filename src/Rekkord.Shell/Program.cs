using System.Management.Automation;
using System.Reflection;
using System.Runtime.InteropServices;
using Rekkord.Shell;

// Before anything of PowerShell is touched: it would report its start.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");

if (ShellArguments.Parse(args) is not { } arguments)
{
    Console.Error.WriteLine(ShellArguments.Usage);
    return ShellArguments.UsageError;
}

if (arguments.ShowHelp)
{
    Console.WriteLine(ShellArguments.Usage);
    return 0;
}

try
{
    var module = typeof(ShellHost).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "RekkordModule").Value!;
    using var session = new ShellSession(module, arguments.NonInteractive);

    // The pipeline stops, runs what must still run (post hooks), and ends; only then does the process. A second Ctrl-C is for
    // those hooks; a second SIGTERM, where Ctrl-C cannot be pressed, is for the process.
    var terminating = 0;
    Console.CancelKeyPress += (_, interrupt) => interrupt.Cancel = session.Stop();
    using var termination = PosixSignalRegistration.Create(
        PosixSignal.SIGTERM, signal => signal.Cancel = Interlocked.Exchange(ref terminating, 1) == 0 && session.Stop());
    return arguments.File is { } file ? session.RunFile(file, arguments.Rest) : session.RunCommand(arguments.Command!);
}
catch (RuntimeException unusable)
{
    Console.Error.WriteLine($"The Rekkord module could not be imported: {unusable.Message}");
    return 1;
}
