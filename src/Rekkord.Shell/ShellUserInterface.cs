using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Security;

namespace Rekkord.Shell;

/// <summary>Writes as the console host does: errors to standard error, progress there too and only on a terminal, the rest to standard output.</summary>
internal sealed class ShellUserInterface(bool nonInteractive) : PSHostUserInterface
{
    private static readonly bool UsesColor = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    private readonly Lock _lock = new();
    private readonly bool _showsProgress = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
    private bool _progressShown;
    private volatile bool _asking;

    /// <summary>Whether a question waits for its answer. The pipeline cannot stop then: nothing interrupts the reading of a line.</summary>
    public bool IsAsking => _asking;

    public override PSHostRawUserInterface RawUI { get; } = new ShellRawUserInterface();
    public override bool SupportsVirtualTerminal => UsesColor && !Console.IsOutputRedirected;
    public override void Write(string value) => Print(value);
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Print(Paint(PSStyle.MapForegroundColorToEscapeSequence(foregroundColor), value));
    public override void WriteLine(string value) => Print(value + Environment.NewLine);
    public override void WriteErrorLine(string value) => Print(value.Length > 0 ? value + Environment.NewLine : "", toError: true);
    public override void WriteWarningLine(string message) => WriteLine(Paint(PSStyle.Instance.Formatting.Warning, $"WARNING: {message}"));
    public override void WriteVerboseLine(string message) => WriteLine(Paint(PSStyle.Instance.Formatting.Verbose, $"VERBOSE: {message}"));
    public override void WriteDebugLine(string message) => WriteLine(Paint(PSStyle.Instance.Formatting.Debug, $"DEBUG: {message}"));

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        if (!_showsProgress)
            return;
        lock (_lock)
        {
            ClearProgress();
            if (record.RecordType == ProgressRecordType.Completed)
                return;

            // Names of files are shown here: whatever is in them, it is no command to the terminal, which cuts the line itself.
            var text = $"{record.Activity}  {record.StatusDescription}  {record.CurrentOperation}".TrimEnd();
            Console.Error.Write($"\u001b[?7l{string.Concat(text.Select(letter => char.IsControl(letter) ? '?' : letter))}\u001b[?7h");
            _progressShown = true;
        }
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        var keys = choices.Select(choice => choice.Label[(choice.Label.IndexOf('&', StringComparison.Ordinal) + 1)..][..1].ToUpperInvariant()).ToList();
        var labels = keys.Zip(choices, (key, choice) => $"[{key}] {choice.Label.Replace("&", "", StringComparison.Ordinal)}");
        var hint = defaultChoice >= 0 ? $" (default is \"{keys[defaultChoice]}\")" : "";
        while (true)
        {
            var answer = Ask($"{caption}{Environment.NewLine}{message}", $"{Environment.NewLine}{string.Join("  ", labels)}{hint}: ");
            if (answer.Length == 0 && defaultChoice >= 0)
                return defaultChoice;
            if (keys.FindIndex(key => key.Equals(answer, StringComparison.OrdinalIgnoreCase)) is >= 0 and var chosen)
                return chosen;
        }
    }

    public override string ReadLine() => Ask("a line of input");
    public override SecureString ReadLineAsSecureString() => throw Unanswerable("a secret");
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        descriptions.ToDictionary(
            field => field.Name, field => IsSecret(field) ? throw Unanswerable(field.Name) : PSObject.AsPSObject(Ask(field.Name, ": ")));
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw Unanswerable(message);
    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        throw Unanswerable(message);

    private static bool IsSecret(FieldDescription field) =>
        field.ParameterTypeFullName == typeof(SecureString).FullName || field.ParameterTypeFullName == typeof(PSCredential).FullName;

    private static string Paint(string color, string text) => color + text + PSStyle.Instance.Reset;

    private static PSInvalidOperationException Unanswerable(string question) =>
        new($"There is nobody to answer: {question.ReplaceLineEndings(" ").TrimEnd(' ', '.', ':')}. Give it as a parameter; for a confirmation, -Confirm:$false.");

    /// <summary>Asks for a line. The end of the input is not an answer, and least of all the default one.</summary>
    private string Ask(string question, string prompt = "")
    {
        if (nonInteractive)
            throw Unanswerable(question);
        Write(prompt.Length > 0 ? question + prompt : "");
        _asking = true;
        try
        {
            return Console.In.ReadLine() ?? throw Unanswerable(question);
        }
        finally
        {
            _asking = false;
        }
    }

    private void Print(string text, bool toError = false)
    {
        var keepsColor = UsesColor && !(toError ? Console.IsErrorRedirected : Console.IsOutputRedirected);
        lock (_lock)
        {
            ClearProgress();
            (toError ? Console.Error : Console.Out).Write(keepsColor ? text : new StringDecorated(text).ToString(OutputRendering.PlainText));
        }
    }

    /// <summary>Takes the progress line away, if there is one.</summary>
    public void ClearProgress()
    {
        lock (_lock)
        {
            if (_progressShown)
                Console.Error.Write("\r\u001b[K");
            _progressShown = false;
        }
    }
}
