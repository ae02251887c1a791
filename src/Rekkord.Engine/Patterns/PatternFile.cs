using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Patterns;

/// <summary>A file with a pattern on each line. Blank lines and lines that start with <c>#</c> are passed over.</summary>
public static class PatternFile
{
    /// <summary>Reads the patterns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parse">Reads a pattern.</param>
    /// <exception cref="RekkordException">There is no such file (<c>PatternFileNotFound</c>), it cannot be read (<c>PatternFileUnreadable</c>), or a pattern in it cannot be used (<c>PatternInvalid</c>).</exception>
    public static IReadOnlyList<PathPattern> Read(string path, Func<string, PathPattern> parse)
    {
        ArgumentNullException.ThrowIfNull(parse);
        var lines = ReadLines(path);
        var patterns = new List<PathPattern>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]) || lines[i].StartsWith('#'))
                continue;
            try
            {
                patterns.Add(parse(lines[i]).WithOrigin($"line {i + 1} of '{path}'"));
            }
            catch (RekkordException error)
            {
                throw new RekkordException(error.ErrorId, error.Kind, $"Line {i + 1} of '{path}' is wrong. {error.Message}", path, error);
            }
        }

        return patterns;
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RekkordException("PatternFileNotFound", RekkordErrorKind.NotFound, $"There is no file of patterns '{path}'. Check -ExcludeFrom and ExcludeFrom in the [Save] section. Nothing was saved.", path, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RekkordException("PatternFileUnreadable", RekkordErrorKind.ReadError, $"The file of patterns '{path}' cannot be read: {error.Message} Nothing was saved.", path, error);
        }
    }
}
