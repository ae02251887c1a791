namespace Rekkord.Engine.Storage.Retrying;

/// <summary>
/// When a request is repeated, and when no more. The pause doubles from one attempt to the next up to a limit, and a random part of it is left out, so that many
/// clients that a server turned away at once do not come back at once.
/// </summary>
public sealed record RetryPolicy
{
    /// <summary>How often a request is made before its error counts: with the pauses of the default, over about two minutes.</summary>
    public int Attempts { get; init; } = 10;

    /// <summary>The longest pause after the first attempt.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Measures the pauses.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gives random numbers from 0 to less than 1.</summary>
    public Func<double> Random { get; init; } = System.Random.Shared.NextDouble;

    /// <summary>The pause after an attempt: between the half and the whole of its longest.</summary>
    /// <param name="attempt">Its number, from 1.</param>
    public TimeSpan PauseAfter(int attempt)
    {
        var doubled = FirstPause.TotalSeconds * Math.Pow(2, attempt - 1);
        return TimeSpan.FromSeconds(Math.Min(doubled, LongestPause.TotalSeconds) * (1 - (Random() / 2)));
    }
}
