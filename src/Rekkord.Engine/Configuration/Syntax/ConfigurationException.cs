using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Configuration.Syntax;

/// <summary>The configuration cannot be used; nothing was run.</summary>
public sealed class ConfigurationException : RekkordException
{
    /// <summary>Creates the exception for a place in a file. The message is prefixed with that place.</summary>
    /// <param name="errorId">
    /// <c>ConfigSyntaxError</c>, <c>ConfigUnknownSection</c>, <c>ConfigUnknownKey</c>, <c>ConfigWrongType</c>,
    /// <c>ConfigInvalidValue</c> or <c>ConfigDuplicateKey</c>.
    /// </param>
    /// <param name="file">The file.</param>
    /// <param name="position">The place in it.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="suggestion">The nearest valid name, when there is one near.</param>
    public ConfigurationException(string errorId, string file, ConfigPosition position, string message, string? suggestion = null)
        : base(errorId, RekkordErrorKind.InvalidData, $"{file}:{position.Line}:{position.Column}: {message}", file)
    {
        File = file;
        Line = position.Line;
        Column = position.Column;
        Suggestion = suggestion;
    }

    /// <summary>Creates the exception for a file as a whole, a variable or a parameter.</summary>
    /// <param name="errorId">
    /// <c>ConfigFileNotFound</c>, <c>ConfigFileUnreadable</c>, <c>ConfigFileAmbiguous</c>, <c>ConfigFileExposed</c>,
    /// <c>ConfigFileUntrusted</c>, <c>ConfigSyntaxError</c> or <c>ConfigInvalidValue</c>.
    /// </param>
    /// <param name="kind">What sort of error it is.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="target">The file, variable or parameter.</param>
    /// <param name="innerException">The lower-level failure, when there is one.</param>
    public ConfigurationException(
        string errorId, RekkordErrorKind kind, string message, string target, Exception? innerException = null)
        : base(errorId, kind, message, target, innerException)
    {
    }

    /// <summary>The file; null when the error is not about a place in one.</summary>
    public string? File { get; }

    /// <summary>The line, from 1; null when the error is not about a place in a file.</summary>
    public int? Line { get; }

    /// <summary>The column, from 1, in characters; null when the error is not about a place in a file.</summary>
    public int? Column { get; }

    /// <summary>The nearest valid section or key, when there is one near.</summary>
    public string? Suggestion { get; }
}
