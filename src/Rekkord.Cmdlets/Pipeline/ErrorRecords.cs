using System.Management.Automation;
using Rekkord.Engine.Errors;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>Makes PowerShell's error records of the engine's exceptions: the same stable ID, a true category, the target.</summary>
internal static class ErrorRecords
{
    private const string UnexpectedId = "UnexpectedError";

    public static ErrorRecord Create(Exception error) => error switch
    {
        RekkordException known => new ErrorRecord(known, known.ErrorId, Categorize(known.Kind), known.Target),
        IContainsErrorRecord contained => contained.ErrorRecord,
        UnauthorizedAccessException => new ErrorRecord(error, UnexpectedId, ErrorCategory.PermissionDenied, null),
        _ => new ErrorRecord(error, UnexpectedId, ErrorCategory.NotSpecified, null),
    };

    /// <summary>One record of several errors: the first one's ID, category and target, and the messages of all.</summary>
    /// <param name="errors">The errors.</param>
    /// <param name="target">The result that the command has all the same, which is then the target; null when it has none.</param>
    public static ErrorRecord Combine(IReadOnlyList<Exception> errors, object? target = null)
    {
        var first = Create(errors[0]);
        if (target is not null)
            first = new ErrorRecord(first.Exception, first.FullyQualifiedErrorId, first.CategoryInfo.Category, target);
        if (errors.Count > 1)
            first.ErrorDetails = new ErrorDetails(string.Join(Environment.NewLine, errors.Select(error => error.Message)));
        return first;
    }

    private static ErrorCategory Categorize(RekkordErrorKind kind) => kind switch
    {
        RekkordErrorKind.InvalidArgument => ErrorCategory.InvalidArgument,
        RekkordErrorKind.NotFound => ErrorCategory.ObjectNotFound,
        RekkordErrorKind.AlreadyExists => ErrorCategory.ResourceExists,
        RekkordErrorKind.PermissionDenied => ErrorCategory.PermissionDenied,
        RekkordErrorKind.InvalidData => ErrorCategory.InvalidData,
        RekkordErrorKind.Security => ErrorCategory.SecurityError,
        RekkordErrorKind.ReadError => ErrorCategory.ReadError,
        RekkordErrorKind.WriteError => ErrorCategory.WriteError,
        RekkordErrorKind.InvalidOperation => ErrorCategory.InvalidOperation,
        RekkordErrorKind.Stopped => ErrorCategory.OperationStopped,
        _ => ErrorCategory.NotSpecified,
    };
}
