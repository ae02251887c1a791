using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Hooks;

/// <summary>What a failed program said last: what its user needs to see first.</summary>
public static class LastWords
{
    // Database tools tell the error first and then its detail, the query and the place, each on a line of its own.
    private const int MaximumLines = 4, MaximumLineLength = 250, LinesLookedAt = 20;

    /// <summary>The last lines that are not blank, in their order, as one line; null when there is none.</summary>
    /// <param name="lines">What the program wrote, in its order.</param>
    public static string? Of(IEnumerable<string> lines)
    {
        var last = lines.TakeLast(LinesLookedAt)
            .Select(line => OneLine.From(line, MaximumLineLength))
            .Where(line => line.Length > 0)
            .TakeLast(MaximumLines)
            .ToList();
        return last.Count == 0 ? null : string.Join("; ", last);
    }
}
