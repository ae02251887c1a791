using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace Rekkord.Cmdlets.Hooks;

/// <summary>
/// The caller's host as a script hook has it, in whatever module it calls: it shows what it is given, but asks nobody, because
/// nobody may be there, and a hook that wants to end the session with a code only ends with that code itself.
/// </summary>
internal sealed class HookHost : PSHost
{
    // Read at once: while the hook runs, the caller's host object answers with what this one says.
    public HookHost(PSHost host)
    {
        Name = host.Name;
        Version = host.Version;
        InstanceId = host.InstanceId;
        PrivateData = host.PrivateData;
        CurrentCulture = host.CurrentCulture;
        CurrentUICulture = host.CurrentUICulture;
        UI = new SilentUserInterface(host.UI);
    }

    /// <summary>The code that the hook wanted to end the session with; null when it did not.</summary>
    public int? ExitCode { get; private set; }

    public override string Name { get; }

    public override Version Version { get; }

    public override Guid InstanceId { get; }

    public override PSObject PrivateData { get; }

    public override CultureInfo CurrentCulture { get; }

    public override CultureInfo CurrentUICulture { get; }

    public override PSHostUserInterface UI { get; }

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() => throw Refusal();

    public override void ExitNestedPrompt() => throw Refusal();

    public override void NotifyBeginApplication()
    {
        // Tells a host that shares its window with a program to keep its state; the hook's programs have no window.
    }

    public override void NotifyEndApplication()
    {
        // As above.
    }

    private static HostException Refusal() => new("A hook cannot ask questions: there may be nobody to answer.");

    private sealed class SilentUserInterface(PSHostUserInterface shown) : PSHostUserInterface
    {
        public override PSHostRawUserInterface RawUI => shown.RawUI;

        public override bool SupportsVirtualTerminal => shown.SupportsVirtualTerminal;

        public override void Write(string value) => shown.Write(value);

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => shown.Write(foregroundColor, backgroundColor, value);

        public override void WriteLine(string value) => shown.WriteLine(value);

        public override void WriteErrorLine(string value) => shown.WriteErrorLine(value);

        public override void WriteWarningLine(string message) => shown.WriteWarningLine(message);

        public override void WriteVerboseLine(string message) => shown.WriteVerboseLine(message);

        public override void WriteDebugLine(string message) => shown.WriteDebugLine(message);

        public override void WriteInformation(InformationRecord record) => shown.WriteInformation(record);

        public override void WriteProgress(long sourceId, ProgressRecord record) => shown.WriteProgress(sourceId, record);

        public override string ReadLine() => throw Refusal();

        public override SecureString ReadLineAsSecureString() => throw Refusal();

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) => throw Refusal();

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) => throw Refusal();

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw Refusal();

        public override PSCredential PromptForCredential(
            string caption,
            string message,
            string userName,
            string targetName,
            PSCredentialTypes allowedCredentialTypes,
            PSCredentialUIOptions options) => throw Refusal();
    }
}
