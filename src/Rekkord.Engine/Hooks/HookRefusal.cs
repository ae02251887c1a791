using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Hooks;

/// <summary>Why a hook that was found will not be run. It still counts: a refused hook is a failed hook.</summary>
/// <param name="Status">
/// <see cref="HookStatus.Refused"/> when its file or a directory above it can be changed by others;
/// <see cref="HookStatus.Failed"/> when it cannot run at all (no execute permission, dangling link, …).
/// </param>
/// <param name="Reason">What is wrong, in one line.</param>
/// <param name="Remedy">What puts it right, where possible a command to paste; null when there is none.</param>
public sealed record HookRefusal(HookStatus Status, string Reason, string? Remedy);
