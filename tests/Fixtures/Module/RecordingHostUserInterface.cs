using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace Rekkord.Module.Tests;

/// <summary>The part of <see cref="RecordingHost"/> that is written to and asked.</summary>
internal sealed class RecordingHostUserInterface : PSHostUserInterface
{
    public const string DefaultAnswer = "No";

    public List<string> Lines { get; } = [];

    public List<string> Questions { get; } = [];

    public string Answer { get; set; } = DefaultAnswer;

    /// <summary>What is typed where nothing is shown; null when nobody is there.</summary>
    public SecureString? Secret { get; set; }

    public override PSHostRawUserInterface? RawUI => null;

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        throw new PSInvalidOperationException("Nobody is there to answer.");

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        Questions.Add($"{caption}: {message}");
        return choices.Select(choice => choice.Label.Replace("&", "", StringComparison.Ordinal)).ToList().IndexOf(Answer);
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw new PSInvalidOperationException("Nobody is there to answer.");

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        throw new PSInvalidOperationException("Nobody is there to answer.");

    public override string ReadLine() => throw new PSInvalidOperationException("Nobody is there to answer.");

    public override SecureString ReadLineAsSecureString() => Secret?.Copy() ?? throw new PSInvalidOperationException("Nobody is there to answer.");

    public override void Write(string value) => Lines.Add(value);

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Lines.Add(value);

    public override void WriteLine(string value) => Lines.Add(value);

    public override void WriteErrorLine(string value) => Lines.Add($"ERROR: {value}");

    public override void WriteDebugLine(string message) => Lines.Add($"DEBUG: {message}");

    public override void WriteVerboseLine(string message) => Lines.Add($"VERBOSE: {message}");

    public override void WriteWarningLine(string message) => Lines.Add($"WARNING: {message}");

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        // Progress is also in the stream of the pipeline, where the tests look.
    }
}
