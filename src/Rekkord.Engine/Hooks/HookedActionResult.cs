namespace Rekkord.Engine.Hooks;

/// <summary>What the action between the two phases came to, when it did not throw.</summary>
/// <typeparam name="T">The save's or scan's own result.</typeparam>
/// <param name="Value">That result.</param>
/// <param name="Succeeded">
/// False when it ended but not well (a partial save, a scan with findings): post hooks see <c>SUCCESS=0</c>.
/// </param>
/// <param name="Snapshot">The object ID of the snapshot, if one was made.</param>
/// <param name="Errors">What went wrong, one line each.</param>
public sealed record HookedActionResult<T>(T Value, bool Succeeded, string? Snapshot, IReadOnlyList<string> Errors);
