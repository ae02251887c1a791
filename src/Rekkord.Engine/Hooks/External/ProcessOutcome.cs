namespace Rekkord.Engine.Hooks.External;

/// <summary>How a process that was started ended.</summary>
/// <param name="ExitCode">Its exit code; null when a signal ended it, or it is not known.</param>
/// <param name="Signal">The number of the signal that ended it; null when none did.</param>
/// <param name="Stopped">Why it was ended from outside.</param>
/// <param name="OutputLeftOpen">Whether something it started kept its output open after it had ended.</param>
/// <param name="Survivors">How many of its processes were still there after they had been killed.</param>
internal sealed record ProcessOutcome(int? ExitCode, int? Signal, StopCause Stopped, bool OutputLeftOpen, int Survivors);
