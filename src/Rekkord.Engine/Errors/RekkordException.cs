namespace Rekkord.Engine.Errors;

/// <summary>
/// The one exception that the engine raises on purpose: it carries a stable PascalCase identifier that scripts can match,
/// the kind of error, and the file, object or setting it is about. The message says what happened, to what, and what to do,
/// and never holds a key, passphrase or credential.
/// </summary>
public class RekkordException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="errorId">A stable identifier in PascalCase, such as <c>RepositoryNotFound</c>.</param>
    /// <param name="kind">What sort of error it is.</param>
    /// <param name="message">What happened, to which thing, and what to do.</param>
    /// <param name="target">The file, object or setting the error is about; null when there is none.</param>
    /// <param name="innerException">The lower-level failure, when there is one.</param>
    public RekkordException(string errorId, RekkordErrorKind kind, string message, string? target = null, Exception? innerException = null)
        : base(message, innerException)
    {
        ErrorId = errorId;
        Kind = kind;
        Target = target;
    }

    /// <summary>The stable identifier of the error, in PascalCase.</summary>
    public string ErrorId { get; }

    /// <summary>What sort of error it is.</summary>
    public RekkordErrorKind Kind { get; }

    /// <summary>The file, object or setting the error is about; null when there is none.</summary>
    public string? Target { get; }

    /// <summary>Whether something stored is lost: its bytes are not what was written, or the medium cannot give them. Reading again does not help.</summary>
    internal virtual bool MeansLoss => Kind == RekkordErrorKind.InvalidData;
}
