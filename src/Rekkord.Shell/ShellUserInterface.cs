using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace Rekkord.Shell;

/// <summary>Writes as the console host does: errors to standard error, progress there too and only on a terminal, the rest to standard output.</summary>
internal sealed class ShellUserInterface(bool nonInteractive) : PSHostUserInterface
{
    private readonly Lock _lock = new();
    private readonly bool _showsProgress = !Console.IsErrorRedirected && !nonInteractive;
    private readonly bool _isTerminal = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private readonly ShellRawUserInterface _rawUI = new();
    private bool _progressShown;

    public override PSHostRawUserInterface RawUI => _rawUI;
    public override bool SupportsVirtualTerminal => _isTerminal;
    public override void Write(string value) => Print(Console.Out, value);
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Print(Console.Out, value);
    public override void WriteLine(string value) => Print(Console.Out, value + Environment.NewLine);
    public override void WriteErrorLine(string value) => Print(Console.Error, value + Environment.NewLine);
    public override void WriteWarningLine(string message) => WriteLine($"WARNING: {message}");
    public override void WriteVerboseLine(string message) => WriteLine($"VERBOSE: {message}");
    public override void WriteDebugLine(string message) => WriteLine($"DEBUG: {message}");

    public override void WriteInformation(InformationRecord record)
    {
        // What is to be seen comes through Write; the record itself is for the stream.
    }

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        if (!_showsProgress)
            return;
        lock (_lock)
        {
            ClearProgress();
            if (record.RecordType == ProgressRecordType.Completed)
                return;
            var text = string.Join("  ", new[] { record.Activity, record.StatusDescription, record.CurrentOperation }.Where(part => !string.IsNullOrWhiteSpace(part)));
            var width = _rawUI.BufferSize.Width - 1;
            Console.Error.Write(text.Length > width ? text[..width] : text);
            _progressShown = true;
        }
    }

    public override string ReadLine() => Ask() ?? "";
    public override SecureString ReadLineAsSecureString() => throw Unanswerable("A secret is asked for.");

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        throw Unanswerable(string.Join(", ", descriptions.Select(field => field.Name)));

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        var keys = choices.Select(choice => choice.Label[(choice.Label.IndexOf('&', StringComparison.Ordinal) + 1)..][..1]).ToList();
        while (true)
        {
            WriteLine($"{caption}{Environment.NewLine}{message}");
            Write(string.Join("  ", keys.Zip(choices, (key, choice) => $"[{key}] {choice.Label.Replace("&", "", StringComparison.Ordinal)}")) + ": ");
            var answer = Ask() ?? "";
            if (answer.Length == 0 && defaultChoice >= 0)
                return defaultChoice;
            if (keys.FindIndex(key => key.Equals(answer, StringComparison.OrdinalIgnoreCase)) is >= 0 and var chosen)
                return chosen;
        }
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw Unanswerable(message);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        throw Unanswerable(message);

    private static PSInvalidOperationException Unanswerable(string question) =>
        new($"There is nobody to answer: {question} Give what is asked for as a parameter, or -Confirm:$false.");

    private string? Ask()
    {
        if (nonInteractive)
            throw Unanswerable("something is asked for.");
        return Console.In.ReadLine();
    }

    private void Print(TextWriter writer, string text)
    {
        lock (_lock)
        {
            ClearProgress();
            writer.Write(_isTerminal ? text : new System.Management.Automation.Internal.StringDecorated(text).ToString(OutputRendering.PlainText));
        }
    }

    private void ClearProgress()
    {
        if (_progressShown)
            Console.Error.Write("\r\u001b[K");
        _progressShown = false;
    }
}
