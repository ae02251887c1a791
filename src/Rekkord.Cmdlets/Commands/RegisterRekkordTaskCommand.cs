using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;
using Rekkord.Cmdlets.Models;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Scheduling;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Has a script run at a time of day, with its exit code kept.</summary>
[Cmdlet(VerbsLifecycle.Register, "RekkordTask", SupportsShouldProcess = true)]
[OutputType(typeof(RekkordTask))]
public sealed partial class RegisterRekkordTaskCommand : TaskCommand
{
    /// <summary>The task's name: letters, digits, <c>-</c> and <c>_</c>.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidatePattern("^[A-Za-z0-9_-]{1,64}$")]
    public string Name { get; set; } = "";

    /// <summary>The script.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string ScriptPath { get; set; } = "";

    /// <summary>The time of day, as <c>03:00</c>.</summary>
    [Parameter(Position = 2)]
    [ValidatePattern("^([01]?[0-9]|2[0-3]):[0-5][0-9]$")]
    public string At { get; set; } = "03:00";

    /// <summary>The days of the week; every day if none is given.</summary>
    [Parameter]
    public DayOfWeek[] Day { get; set; } = [];

    /// <summary>Replaces a task that exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var script = ResolvePath(ScriptPath);
        if (!File.Exists(script))
            throw new RekkordException("ScriptNotFound", RekkordErrorKind.NotFound, $"There is no script '{script}'.", script);
        var tasks = OpenTasks();
        var task = new TaskDefinition
        {
            Name = Name,
            Script = script,
            PowerShell = FindPowerShell(),
            At = TimeOnly.Parse(At, CultureInfo.InvariantCulture),
            Days = [.. Day.Distinct().Order()],
            Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        };
        WarnOfSilence(script);
        if (tasks.FindDoubt() is { } doubt)
            WriteWarning(doubt);
        if (ShouldProcess($"'{script}' at {At} with {Scheduler}", $"Register the task '{Name}'"))
            WriteObject(new RekkordTask(tasks.Register(task, Force, StopToken)));
    });

    /// <summary>Without <c>Stop</c>, PowerShell goes on after an error and ends with exit code 0: nobody would see that a save failed.</summary>
    private void WarnOfSilence(string script)
    {
        try
        {
            if (!SaysWhatAnErrorDoes().IsMatch(File.ReadAllText(script)))
                WriteWarning($"'{script}' does not set $ErrorActionPreference = 'Stop'. When its save fails it ends with exit code 0, and {Scheduler} takes that for success. Begin it with that line.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RekkordException("ScriptNotFound", RekkordErrorKind.NotFound, $"The script '{script}' cannot be read: {error.Message}", script, error);
        }
    }

    [GeneratedRegex(@"ErrorAction|\bexit\b", RegexOptions.IgnoreCase)]
    private static partial Regex SaysWhatAnErrorDoes();

    /// <summary>What runs this session, and not what started that: a launcher would not pass a signal on.</summary>
    private string[] FindPowerShell()
    {
        var home = GetVariableValue("PSHOME")?.ToString() ?? "";
        var program = Path.Combine(home, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh");
        if (File.Exists(program))
            return [program];
        var library = Path.Combine(home, "pwsh.dll");
        return File.Exists(library) && Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? [host, library] : throw new RekkordException(
            "PowerShellNotFound", RekkordErrorKind.NotFound, $"There is no pwsh in '{home}' that a scheduler could start. Register the task in pwsh.", home);
    }
}
