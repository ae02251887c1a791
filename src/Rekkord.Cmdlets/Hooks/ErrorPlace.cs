using System.Management.Automation;

namespace Rekkord.Cmdlets.Hooks;

/// <summary>Where in a script an error happened, for people who have to find it.</summary>
internal static class ErrorPlace
{
    /// <summary>The line, with the file when it is not the hook itself but something that it calls: <c>line 3: </c>.</summary>
    /// <returns>The empty string when the place is not known.</returns>
    public static string Of(ErrorRecord error, string hookPath)
    {
        // Write-Error in the hook itself names the place from where the hook was called, which is in no file.
        if (string.IsNullOrEmpty(error.InvocationInfo?.ScriptName))
            return LineInTrace(error.ScriptStackTrace, hookPath) is { } traced ? $"line {traced}: " : "";
        var (file, line) = (error.InvocationInfo.ScriptName, error.InvocationInfo.ScriptLineNumber);
        return file == hookPath ? $"line {line}: " : $"{file} line {line}: ";
    }

    /// <summary>The line of a file in the innermost of the frames <c>at function, file: line 3</c> that is in it.</summary>
    private static string? LineInTrace(string? trace, string file)
    {
        var frameInFile = $", {file}: line ";
        return trace?.Split('\n', StringSplitOptions.TrimEntries)
            .Where(frame => frame.Contains(frameInFile, StringComparison.Ordinal))
            .Select(frame => frame[(frame.LastIndexOf(' ') + 1)..])
            .FirstOrDefault();
    }

    /// <summary>
    /// A copy of an error to write on with another command, which takes over its position: the text says then where it came from.
    /// </summary>
    public static ErrorRecord Keep(ErrorRecord error, string hookName, string hookPath)
    {
        var copy = new ErrorRecord(error, null);
        copy.ErrorDetails = new ErrorDetails($"{hookName}: {Of(error, hookPath)}{error}") { RecommendedAction = error.ErrorDetails?.RecommendedAction };
        return copy;
    }
}
