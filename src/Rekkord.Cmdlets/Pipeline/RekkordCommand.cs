using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;
using System.Runtime.ExceptionServices;
using Rekkord.Cmdlets.Loading;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>What all cmdlets of the module share: stopping, errors, and running engine operations beside the pipeline thread.</summary>
public abstract class RekkordCommand : PSCmdlet, IDisposable
{
    private static long _ended;

    // Made at once: StopProcessing may come before BeginProcessing has got anywhere.
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _notes = new();
    private ExceptionDispatchInfo? _writeFailure;
    private int _pipelineThread;

    /// <summary>How many commands of the module have ended in this process: each may have changed what a repository has.</summary>
    internal static long Ended => Interlocked.Read(ref _ended);

    /// <summary>Cancelled when the pipeline is stopped, by Ctrl-C or by a command after this one that has enough.</summary>
    internal CancellationToken StopToken => _stop.Token;

    /// <summary>
    /// The caller's session. PowerShell refuses another thread than the pipeline's when it writes, but not when it asks: it then fails now
    /// and then, when a script of the session is busy.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another thread asks.</exception>
    internal new SessionState SessionState
    {
        get
        {
            RequirePipelineThread();
            return base.SessionState;
        }
    }

    /// <summary>Whether to do something, which a person may be asked.</summary>
    /// <param name="target">With what.</param>
    /// <param name="action">What.</param>
    private protected new bool ShouldProcess(string target, string action) => TerminationSignals.WhileAsking(() => base.ShouldProcess(target, action));

    /// <summary>Asks whether to go on.</summary>
    /// <param name="query">The question.</param>
    /// <param name="caption">Its heading.</param>
    private protected new bool ShouldContinue(string query, string caption) => TerminationSignals.WhileAsking(() => base.ShouldContinue(query, caption));

    /// <summary>The caller's current directory.</summary>
    private protected string CurrentDirectory => SessionState.Path.CurrentFileSystemLocation.ProviderPath;

    /// <summary>Whether details are to be shown, by <c>-Verbose</c> or by preference.</summary>
    private protected bool IsVerbose => MyInvocation.BoundParameters.TryGetValue("Verbose", out var verbose)
        ? ((SwitchParameter)verbose!).ToBool()
        : GetVariableValue("VerbosePreference") is { } preference && !string.Equals(preference.ToString(), "SilentlyContinue", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether to do nothing and only say what would be done, by <c>-WhatIf</c> or by preference.</summary>
    private protected bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out var given)
        ? ((SwitchParameter)given!).ToBool()
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <summary>The value of a variable of the caller's.</summary>
    /// <exception cref="InvalidOperationException">Another thread than the pipeline's asks.</exception>
    private protected new object? GetVariableValue(string name)
    {
        RequirePipelineThread();
        return base.GetVariableValue(name);
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => RequestStop();

    /// <summary>Does what stopping the pipeline does, where that was noticed before <see cref="StopProcessing"/> was called.</summary>
    internal virtual void RequestStop() => _stop.Cancel();

    /// <summary>Releases what the command holds. PowerShell calls it also when the pipeline ended early.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the command holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _stop.Dispose();
        Interlocked.Increment(ref _ended);
    }

    /// <summary>Runs code whose exceptions become the command's terminating errors, with their own IDs.</summary>
    private protected void Guard(Action action)
    {
        _pipelineThread = Environment.CurrentManagedThreadId;
        try
        {
            RequireOwnModule(MyInvocation.MyCommand?.Module);
            action();
        }
        catch (Exception error) when (!IsFromPipeline(error))
        {
            if (Stopping || StopToken.IsCancellationRequested)
                throw new PipelineStoppedException();
            WriteNotes();
            EndWith(ErrorRecords.Create(error is AggregateException { InnerExceptions: [var only] } ? only : error));
        }

        WriteNotes();
    }

    /// <summary>
    /// A process holds one copy of this assembly. When another copy of the module is imported, its commands and its provider are those of the
    /// first one: what the user takes for a newer version would be the old one.
    /// </summary>
    /// <param name="module">What the command or provider came with; null when it came with no module.</param>
    /// <exception cref="RekkordException">It is another copy (<c>ModuleLoadedTwice</c>).</exception>
    internal static void RequireOwnModule(PSModuleInfo? module)
    {
        var comparison = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        if (module?.ModuleBase is { } imported && !imported.Equals(ModuleLayout.Root, comparison))
        {
            throw new RekkordException(
                "ModuleLoadedTwice",
                RekkordErrorKind.InvalidOperation,
                $"Rekkord {typeof(RekkordCommand).Assembly.GetName().Version?.ToString(3)} was loaded from '{ModuleLayout.Root}' earlier, and a process can hold one copy of it. To use the one in '{imported}', start a new pwsh.",
                imported);
        }
    }

    /// <summary>
    /// Ends the command with an error. Once a command after this one has had enough (<c>Select-Object -First 1</c>), PowerShell drops a
    /// terminating error without a word. So the error is then written before the command ends. With the preference Stop PowerShell
    /// makes a terminating error of that as well: then <c>$Error</c>, the error's text and the exit code are all that is left to tell of it.
    /// </summary>
    private protected void EndWith(ErrorRecord error)
    {
        if (_writeFailure?.SourceException is not PipelineStoppedException)
            ThrowTerminatingError(error);
        try
        {
            WriteError(error);
        }
        catch (RuntimeException)
        {
            (GetVariableValue("global:Error") as ArrayList)?.Insert(0, error);
            Host.UI.WriteErrorLine(error.ToString());
            if (Host.Name == TerminationSignals.Pwsh)
                ExitCodeGuard.Distrust($"{MyInvocation.MyCommand.Name} failed after a command behind it in the pipeline had had enough");
        }

        ThrowIfWriteFailed();
    }

    /// <summary>Keeps what any thread has to say to those who ask for details, until the pipeline thread shows it.</summary>
    private protected void AddNote(string message) => _notes.Enqueue(message);

    private void WriteNotes()
    {
        while (!Stopping && _notes.TryDequeue(out var note))
            WriteVerbose(note);
    }

    /// <summary>
    /// Whether an exception came out of a write: the pipeline was stopped, a preference made an error of it, or a command after this
    /// one left a loop, had enough (<c>Select-Object -First 1</c>), or failed. These go through as they are.
    /// </summary>
    private static bool IsFromPipeline(Exception error) =>
        error is FlowControlException or PSInvalidOperationException or (RuntimeException and not SessionStateException);

    /// <summary>
    /// Runs an engine operation beside the pipeline thread, with progress. When the command has written everything else, it calls
    /// <see cref="ThrowIfWriteFailed"/>.
    /// </summary>
    private protected T RunOperation<T>(Func<PipelinePump, T> operation, Func<IReadOnlyList<ProgressRecord>> progress)
    {
        using var guard = new ExitCodeGuard(MyInvocation.MyCommand.Name, StopToken);
        using var signals = new TerminationSignals(Host, RequestStop, StopToken);
        IReadOnlyList<ProgressRecord> shown = [];
        PipelinePump? serving = null;
        using var pump = new PipelinePump(() =>
        {
            serving?.Write(WriteNotes);
            if (!Stopping)
                shown = Show(progress(), shown);
        });
        serving = pump;
        try
        {
            return pump.Run(() => operation(pump));
        }
        finally
        {
            _writeFailure = pump.WriteFailure;

            // Of an operation that fails too: else the bar stays until the script ends.
            if (!Stopping)
                Show([], shown);
        }
    }

    /// <summary>Shows how far everything is that is under way, the outer before the inner, and takes away what no longer is.</summary>
    private IReadOnlyList<ProgressRecord> Show(IReadOnlyList<ProgressRecord> records, IReadOnlyList<ProgressRecord> shown)
    {
        foreach (var ended in shown.Where(before => records.All(record => record.ActivityId != before.ActivityId)).Reverse())
        {
            ended.RecordType = ProgressRecordType.Completed;
            WriteProgress(ended);
        }

        foreach (var record in records)
            WriteProgress(record);
        return records;
    }

    /// <summary>Raises what kept the operation from writing something, if there was anything.</summary>
    private protected void ThrowIfWriteFailed() => _writeFailure?.Throw();

    /// <summary>The keyfile that parameters, environment and file name.</summary>
    private protected static string RequireKeyFile(RekkordConfig config) => config.Repository.KeyFile.Value ?? throw new RekkordException(
        "KeyFileNotGiven",
        RekkordErrorKind.InvalidArgument,
        "No keyfile was given. Give one with -KeyFile, $env:REKKORD_KEY_FILE, or KeyFile in the [Repository] section of the configuration.");

    /// <summary>Reads a keyfile, with its passphrase if it has one.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="config">Says whether its permissions count.</param>
    /// <param name="parameter">The parameter that the passphrase can be given with.</param>
    /// <param name="getPassphrase">Gets the passphrase; null when there is none.</param>
    private protected KeyMaterial ReadKeyFile(string path, RekkordConfig config, string parameter, Func<Passphrase?> getPassphrase)
    {
        var keys = KeyFile.Read(path, new KeyFileOptions
        {
            GetPassphrase = getPassphrase,
            PassphraseParameter = parameter,
            TrustPermissions = config.Repository.TrustKeyFilePermissions.Value,
        });
        WriteVerbose($"The keyfile '{path}' has the role {keys.Role} and the ID {Convert.ToHexStringLower(keys.KeyId)}.");
        return keys;
    }

    /// <summary>The full path of what the user gave as a path of the file system.</summary>
    /// <exception cref="RekkordException">It is a path of something else (<c>PathNotOfFileSystem</c>).</exception>
    private protected string ResolvePath(string path)
    {
        if (!OperatingSystem.IsWindows() && !HasDrive(path))
        {
            // PowerShell would take every backslash for a separator and 'c:' for a drive; on Unix both are names.
            var full = System.IO.Path.GetFullPath(IsAtHome(path) ? Home + path[1..] : path, CurrentDirectory);
            if (!full.Contains('\\', StringComparison.Ordinal) || System.IO.Path.Exists(full))
                return full;
        }

        var resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == "FileSystem" ? resolved : throw new RekkordException(
            "PathNotOfFileSystem", RekkordErrorKind.InvalidArgument, $"'{path}' is no path of the file system, but of PowerShell's {provider.Name}. Give a file or directory.", path);
    }

    /// <summary>The location of a repository that the user gave: a full path, or the URL as it is.</summary>
    private protected string ResolveLocation(string location) =>
        location.Contains("://", StringComparison.Ordinal) || !(ObjectStore.IsLocal(location) || HasDrive(location)) || location.StartsWith("file:", StringComparison.Ordinal)
            ? location : ResolvePath(location);

    /// <summary>
    /// A path in a snapshot that the user gave: from the current directory on, if it is relative, and by a drive of PowerShell's or
    /// <c>~</c>. What was saved on Windows begins with a drive's letter everywhere.
    /// </summary>
    private protected string ResolveSnapshotPath(string path)
    {
        var isOfWindows = path is [_, ':', '/' or '\\', ..] && char.IsAsciiLetter(path[0]);
        if (path.StartsWith('/') || (isOfWindows && !HasDrive(path)))
            return path;
        if (!WildcardPattern.ContainsWildcardCharacters(path))
            return ResolvePath(path);
        var rest = HasDrive(path) ? path[DriveLength(path)..] : IsAtHome(path) ? path[1..] : path;
        return System.IO.Path.GetFullPath(rest.TrimStart('/'), WildcardPattern.Escape(FindPlace(path)));
    }

    /// <summary>A snapshot that the user gave, with its path from the root on.</summary>
    private protected SnapshotReference ParseReference(string text)
    {
        var reference = SnapshotReference.Parse(text);
        return reference.Path is { Length: > 0 } path ? reference with { Path = ResolveSnapshotPath(path) } : reference;
    }

    /// <summary>The pattern that the user gave. After a drive or provider of PowerShell's it means a place there, as a path does.</summary>
    /// <exception cref="RekkordException">It can match nothing, or everything (<c>PatternInvalid</c>), or is of something else than the file system (<c>PathNotOfFileSystem</c>).</exception>
    private protected PathPattern ParsePattern(string pattern)
    {
        if (!HasDrive(pattern))
            return PathPattern.Parse(pattern, CurrentDirectory, Home);
        return new PathPattern($"{WildcardPattern.Escape(FindPlace(pattern))}/{pattern[DriveLength(pattern)..]}");
    }

    /// <summary>The directory that a path starts from: that of its drive or provider, the home directory, or the current one.</summary>
    private protected string FindPlace(string path)
    {
        if (!HasDrive(path))
            return IsAtHome(path) ? Home : CurrentDirectory;
        var length = DriveLength(path);
        return ResolvePath(path.AsSpan(length) is ['/' or '\\', ..] ? $"{path[..length]}/" : path[..length]);
    }

    private static bool IsAtHome(string path) => path is "~" || path.StartsWith("~/", StringComparison.Ordinal);

    /// <summary>How much of a path names its drive or provider.</summary>
    private static int DriveLength(string path)
    {
        var colon = path.IndexOf(':', StringComparison.Ordinal);
        return path.AsSpan(colon).StartsWith("::") ? colon + 2 : colon + 1;
    }

    /// <summary>What <c>~</c> stands for.</summary>
    private string Home => SessionState.Provider.GetOne("FileSystem").Home;

    private void RequirePipelineThread()
    {
        if (Environment.CurrentManagedThreadId != _pipelineThread)
            throw new InvalidOperationException("Only the thread of the pipeline may ask the session.");
    }

    /// <summary>Whether a path begins with a drive or provider that PowerShell knows.</summary>
    private protected bool HasDrive(string path)
    {
        var end = path.IndexOf(':', StringComparison.Ordinal);
        if (end <= 0)
            return false;
        var name = path[..end];
        return path.AsSpan(end).StartsWith("::")
            ? SessionState.Provider.GetAll().Any(provider => name.Equals(provider.Name, StringComparison.OrdinalIgnoreCase)
                || name.Equals($"{provider.ModuleName}\\{provider.Name}", StringComparison.OrdinalIgnoreCase))
            : SessionState.Drive.GetAll().Any(drive => name.Equals(drive.Name, StringComparison.OrdinalIgnoreCase));
    }
}
