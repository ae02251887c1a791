using System.Globalization;
using System.Management.Automation.Host;
using System.Reflection;

namespace Rekkord.Shell;

/// <summary>What PowerShell asks of the program it runs in.</summary>
internal sealed class ShellHost(bool nonInteractive) : PSHost
{
    private readonly ShellUserInterface _ui = new(nonInteractive || Console.IsInputRedirected);

    /// <summary>Whether a question waits for its answer.</summary>
    public bool IsAsking => _ui.IsAsking;

    /// <summary>The code that <c>exit</c> asked for; null when nothing did.</summary>
    public int? ExitCode { get; private set; }

    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;
    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;
    public override Guid InstanceId { get; } = Guid.NewGuid();
    public override string Name => "Rekkord.Shell";
    public override PSHostUserInterface UI => _ui;
    public override Version Version => Assembly.GetExecutingAssembly().GetName().Version!;
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;
    public override void EnterNestedPrompt() => throw new NotSupportedException("Rekkord.Shell has no prompt.");
    public override void ExitNestedPrompt() => throw new NotSupportedException("Rekkord.Shell has no prompt.");

    // A program, and what comes after the last command, find the line empty.
    public override void NotifyBeginApplication() => _ui.ClearProgress();
    public override void NotifyEndApplication() => _ui.ClearProgress();
}
