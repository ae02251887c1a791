using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Hooks;

/// <summary>One file of a hook directory, in its place in the order.</summary>
/// <param name="Phase">The phase whose directory it is in.</param>
/// <param name="Order">Its place in the phase, from 1.</param>
/// <param name="Name">Its file name.</param>
/// <param name="Path">Its full path, links not resolved.</param>
/// <param name="Kind">How it is run.</param>
/// <param name="Refusal">Why it will not be run; null when it will.</param>
public sealed record Hook(HookPhase Phase, int Order, string Name, string Path, HookKind Kind, HookRefusal? Refusal = null)
{
    /// <summary>Whether the phase would start it.</summary>
    public bool WillRun => Refusal is null;
}

/// <summary>How a hook is run.</summary>
public enum HookKind
{
    /// <summary>A program of its own: the file itself on Unix, <c>.exe .com .cmd .bat</c> on Windows.</summary>
    External,

    /// <summary>A <c>.ps1</c> file, run in the caller's PowerShell session.</summary>
    ScriptBlock,
}

/// <summary>Why a hook that was found will not be run. It still counts: a refused hook is a failed hook.</summary>
/// <param name="Status">
/// <see cref="HookStatus.Refused"/> when its file or a directory above it can be changed by others;
/// <see cref="HookStatus.Failed"/> when it cannot run at all (no execute permission, dangling link, …).
/// </param>
/// <param name="Reason">What is wrong, in one line.</param>
/// <param name="Remedy">What puts it right, where possible a command to paste; null when there is none.</param>
public sealed record HookRefusal(HookStatus Status, string Reason, string? Remedy);
