using System.Management.Automation;

namespace Rekkord.Cmdlets.Hooks;

/// <summary>Where in a script an error happened, for people who have to find it.</summary>
internal static class ErrorPlace
{
    /// <summary>The line, with the file when it is not the hook itself but something that it calls: <c>line 3: </c>.</summary>
    /// <returns>The empty string when the place is not known.</returns>
    public static string Of(ErrorRecord error, string hookPath)
    {
        if (error.InvocationInfo is not { ScriptLineNumber: > 0 } position)
            return "";
        var isElsewhere = !string.IsNullOrEmpty(position.ScriptName) && position.ScriptName != hookPath;
        return isElsewhere ? $"{position.ScriptName} line {position.ScriptLineNumber}: " : $"line {position.ScriptLineNumber}: ";
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
