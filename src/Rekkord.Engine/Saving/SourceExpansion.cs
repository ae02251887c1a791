using System.Text;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Patterns;

namespace Rekkord.Engine.Saving;

/// <summary>Finds the paths that wildcards mean.</summary>
/// <param name="files">Where to look.</param>
/// <param name="exclusions">What matches of wildcards are left out.</param>
/// <param name="report">Told of a directory that wildcards lead to and that cannot be listed.</param>
internal sealed class SourceExpansion(LocalFileSystem files, PatternSet exclusions, Action<RekkordException> report)
{
    // The directory that was listed last: thousands of names with brackets may be given from one.
    private (byte[] Path, (byte[] Name, string Text)[] Entries)? _listed;

    /// <summary>Finds all of them.</summary>
    /// <exception cref="RekkordException">
    /// Nothing matches one (<c>SourceNotFound</c>), or it cannot be read as wildcards (<c>PatternInvalid</c>).
    /// </exception>
    public NamedPaths Expand(IReadOnlyList<SourcePath> paths)
    {
        var named = new NamedPaths();
        foreach (var path in paths)
        {
            var isThere = path.Pattern is null || Exists(path.Path);
            if (isThere)
                named.Add(path.Path, isMatch: false);
            if (path.Pattern is { } pattern)
                AddMatches(named, path, pattern, isThere);
        }

        return named;
    }

    /// <summary>Adds what wildcards match, also beside something that has that very name: somebody else may have made it.</summary>
    private void AddMatches(NamedPaths named, SourcePath path, string pattern, bool isThere)
    {
        var root = OperatingSystem.IsWindows() ? SourcePath.EndRoot(Path.GetPathRoot(pattern)!.Replace('\\', '/')) : "/";
        var names = pattern[Math.Min(root.Length, pattern.Length)..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        List<byte[]> found;
        try
        {
            found = Match(names, root);
        }
        catch (RekkordException) when (isThere)
        {
            // A name such as '[b' can be no wildcards.
            return;
        }

        if (found.Count == 0 && !isThere)
            throw NothingMatches(path.ToString());
        var isMatch = names.Any(name => Wildcard.Unquote(name) is null);
        foreach (var match in found.Where(match => !isMatch || !IsExcluded(match)))
            named.Add(match, isMatch);
    }

    private bool IsExcluded(byte[] path) => exclusions.Find(FileName.ToDisplay(path), FileName.ToDisplay(SourceRoot.NameOf(path))) is not null;

    private static RekkordException NothingMatches(string path) => new(
        "SourceNotFound", RekkordErrorKind.NotFound, $"There is nothing to save that matches '{path}'. Nothing was saved.", path);

    /// <summary>Whether something is there; when the system refuses to say, it is taken to be, and the refusal is met when it is opened.</summary>
    private bool Exists(byte[] path)
    {
        try
        {
            using var parent = SourceRoot.OpenParent(files, path);
            parent.GetStatus(SourceRoot.NameOf(path));
            return true;
        }
        catch (FileSystemException error)
        {
            return !IsAbsence(error);
        }
    }

    private List<byte[]> Match(string[] names, string root)
    {
        List<byte[]> found = [FileName.FromText(root)];
        foreach (var name in names)
        {
            var isMatch = Matcher(name);
            found = isMatch is null
                ? [.. found.Select(directory => Join(directory, FileName.FromText(Wildcard.Unquote(name)!)))]
                : [.. found.SelectMany(directory => List(directory).Where(entry => isMatch(entry.Name, entry.Text)).Select(entry => Join(directory, entry.Name)))];
        }

        return [.. found.Where(Exists)];
    }

    /// <summary>What a name of the pattern stands for; null when only for itself, and always for what has that very name. Wildcards ignore case everywhere in PowerShell.</summary>
    private static Func<byte[], string, bool>? Matcher(string name)
    {
        var literal = Wildcard.Unquote(name);
        if (literal is not null && !literal.Contains((char)Rune.ReplacementChar.Value, StringComparison.Ordinal))
            return null;
        var matches = Wildcard.Matcher(name, ignoreCase: literal is null);
        var verbatim = FileName.FromText(name);
        return (candidate, text) => matches(text) || candidate.AsSpan().SequenceEqual(verbatim);
    }

    private (byte[] Name, string Text)[] List(byte[] path)
    {
        if (_listed is { } last && last.Path.AsSpan().SequenceEqual(path))
            return last.Entries;
        try
        {
            using var directory = files.OpenDirectory(path);
            (byte[], string)[] entries = [.. directory.ReadNames().Select(name => (name, Encoding.UTF8.GetString(name)))];
            _listed = (path, entries);
            return entries;
        }
        catch (FileSystemException error) when (IsAbsence(error))
        {
            return [];
        }
        catch (FileSystemException error)
        {
            report(error);
            return [];
        }
    }

    private static bool IsAbsence(FileSystemException error) => error.Kind == RekkordErrorKind.NotFound || error.ErrorId == "NotADirectory";

    private static byte[] Join(byte[] directory, byte[] name) => directory[^1] == (byte)'/' ? [.. directory, .. name] : [.. directory, (byte)'/', .. name];
}
