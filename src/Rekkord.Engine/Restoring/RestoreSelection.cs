using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Patterns;

namespace Rekkord.Engine.Restoring;

/// <summary>Which entries of a snapshot a restore was asked for. For one thread.</summary>
internal sealed class RestoreSelection
{
    private readonly PatternSet _included;
    private readonly WantedPaths? _wanted;

    /// <summary>Takes what was asked for: paths, patterns, or everything.</summary>
    public RestoreSelection(RestoreRequest request)
    {
        _included = new PatternSet(request.Include);
        _wanted = request.Items.Count + request.SingleItems.Count > 0 ? new WantedPaths(request.Items, request.SingleItems) : null;
    }

    /// <summary>The errors for paths that are not there and patterns that matched nothing, once all was walked: what was asked for is missing.</summary>
    public IEnumerable<RekkordException> Unmet =>
    [
        .. (_wanted?.Missing ?? []).Select(path => new RekkordException(
            "PathNotInSnapshot", RekkordErrorKind.NotFound, $"The snapshot has no '{path}'. Get-RekkordItem shows the paths.", path)),
        .. _included.Unmet.Select(pattern => new RekkordException(
            "PatternNotInSnapshot", RekkordErrorKind.NotFound, $"Nothing in the snapshot matches '{pattern.Text}'. Get-RekkordItem shows the paths.", pattern.Text)),
    ];

    /// <summary>Whether an entry was asked for.</summary>
    /// <param name="path">Its path in the snapshot, as displayed.</param>
    /// <param name="name">Its name.</param>
    /// <param name="included">Whether a directory above was asked for already.</param>
    public bool Includes(string path, byte[] name, bool included)
    {
        if (_wanted is not null)
            return _wanted.Meet(path) || included;
        if (_included.IsEmpty)
            return true;
        if (!included)
            return _included.Find(path, FileName.ToDisplay(name)) is not null;
        if (_included.HasUnmet)
            _included.Meet(path, FileName.ToDisplay(name));
        return true;
    }

    /// <summary>Whether all that is in a directory was asked for.</summary>
    /// <param name="directory">Its path in the snapshot, as displayed.</param>
    /// <param name="included">Whether it was asked for.</param>
    /// <param name="above">Whether one above it was, with everything below.</param>
    public bool IncludesContent(string directory, bool included, bool above) => included && (above || _wanted?.IsSingle(directory) != true);

    /// <summary>Whether something below a directory that was not asked for as a whole may have been.</summary>
    public bool MayIncludeBelow(string directory) => _wanted?.IsAbove(directory) != false;
}
