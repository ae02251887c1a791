using System.Globalization;
using System.Management.Automation.Host;

namespace Rekkord.Module.Tests;

/// <summary>A host without a person in front of it: it keeps what is written to it, and answers questions as it was told to.</summary>
internal sealed class RecordingHost : PSHost
{
    private readonly RecordingHostUserInterface _ui = new();

    /// <summary>What was written straight to the host.</summary>
    public List<string> Lines => _ui.Lines;

    /// <summary>The questions asked.</summary>
    public List<string> Questions => _ui.Questions;

    /// <summary>The label of the choice that questions are answered with.</summary>
    public string Answer
    {
        get => _ui.Answer;
        set => _ui.Answer = value;
    }

    /// <summary>What is typed when a secret is asked for; null when nobody is there.</summary>
    public System.Security.SecureString? Secret
    {
        get => _ui.Secret;
        set => _ui.Secret = value;
    }

    /// <summary>Becomes as it was when it was new.</summary>
    public void Forget()
    {
        Lines.Clear();
        Questions.Clear();
        Answer = RecordingHostUserInterface.DefaultAnswer;
        Secret = null;
    }

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "RecordingHost";

    public override PSHostUserInterface UI => _ui;

    public override Version Version { get; } = new(1, 0);

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
        // There is no terminal whose state a program could change.
    }

    public override void NotifyEndApplication()
    {
        // There is no terminal whose state a program could change.
    }

    public override void SetShouldExit(int exitCode) => Lines.Add($"exit {exitCode}");
}
