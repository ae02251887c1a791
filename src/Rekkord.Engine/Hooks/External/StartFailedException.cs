namespace Rekkord.Engine.Hooks.External;

/// <summary>The process could not be started.</summary>
internal sealed class StartFailedException(string message, string? remedy, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What puts it right; null when that is not known.</summary>
    public string? Remedy { get; } = remedy;
}
