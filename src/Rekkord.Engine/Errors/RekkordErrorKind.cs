namespace Rekkord.Engine.Errors;

/// <summary>What sort of thing went wrong; each value has a counterpart among PowerShell's error categories.</summary>
public enum RekkordErrorKind
{
    /// <summary>A parameter or setting has a value that cannot be used.</summary>
    InvalidArgument,

    /// <summary>A file, repository, snapshot or object does not exist.</summary>
    NotFound,

    /// <summary>The thing to create exists already.</summary>
    AlreadyExists,

    /// <summary>The operating system, or a key's role, does not allow it.</summary>
    PermissionDenied,

    /// <summary>Stored or configured bytes are damaged or not in their format.</summary>
    InvalidData,

    /// <summary>A signature, key or trust check failed.</summary>
    Security,

    /// <summary>Reading a source or the repository failed.</summary>
    ReadError,

    /// <summary>Writing a destination or the repository failed.</summary>
    WriteError,

    /// <summary>The operation cannot run in this state, for example nested in itself.</summary>
    InvalidOperation,

    /// <summary>The operation was stopped by the user or by a time limit.</summary>
    Stopped,
}
