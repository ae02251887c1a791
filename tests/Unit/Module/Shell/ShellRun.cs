namespace Rekkord.Module.Tests.Shell;

/// <summary>What a run of Rekkord.Shell wrote, and its exit code.</summary>
internal sealed record ShellRun(int ExitCode, string Output, string Error)
{
    public IReadOnlyList<string> Lines => Output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
}
