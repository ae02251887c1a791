using System.Management.Automation;
using System.Reflection;
using System.Runtime.InteropServices;
using Rekkord.Shell;

// Before anything of PowerShell is touched: it would report its start.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");

if (ShellArguments.Parse(args) is not { } arguments)
{
    Console.Error.WriteLine(ShellArguments.Usage);
    return 64;
}

if (arguments.ShowHelp)
{
    Console.WriteLine(ShellArguments.Usage);
    return 0;
}

var module = typeof(ShellHost).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "RekkordModule").Value!;
using var session = new ShellSession(module, arguments.NonInteractive);
Console.CancelKeyPress += (_, interrupt) =>
{
    // The pipeline stops, runs what must still run (post hooks), and ends; only then does the process.
    interrupt.Cancel = true;
    session.Stop();
};
using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    session.Stop();
});
try
{
    return arguments.File is { } file ? session.RunFile(file, arguments.Rest) : session.RunCommand(arguments.Command!);
}
catch (PSSecurityException refused)
{
    Console.Error.WriteLine(refused.Message);
    return 1;
}
