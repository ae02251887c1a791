using System.Management.Automation.Runspaces;

namespace Rekkord.Shell;

/// <summary>The command line: a subset of <c>pwsh</c>'s, with the same meanings.</summary>
/// <param name="Command">Text to run as script.</param>
/// <param name="File">A script to run.</param>
/// <param name="Rest">The script's arguments.</param>
/// <param name="NonInteractive">Whether questions are errors.</param>
/// <param name="ShowHelp">Whether only the usage is wanted.</param>
internal sealed record ShellArguments(string? Command, string? File, string[] Rest, bool NonInteractive, bool ShowHelp)
{
    /// <summary>The exit code, also <c>pwsh</c>'s, when the command line cannot be used.</summary>
    public const int UsageError = 64;

    public const string Usage = """
        A small PowerShell with the Rekkord module imported, for machines that have the .NET SDK and no pwsh.

          dotnet run --project src/Rekkord.Shell -- [-NonInteractive] -Command "Get-RekkordSnapshot"
          dotnet run --project src/Rekkord.Shell -- [-NonInteractive] -File script.ps1 [arguments]

        It runs the PowerShell language with the cmdlets of Microsoft.PowerShell.Core (Import-Module, Where-Object,
        ForEach-Object, Get-Command, Out-Host, ...). It has none of the Utility and Management cmdlets: no Write-Output,
        Get-ChildItem, Select-Object or ConvertTo-Json; use .NET instead, or pwsh.

        The exit code is pwsh's: 0; 1 after a terminating error; or the script's own. It is 1 when it was interrupted.
        """;

    /// <summary>Reads the command line; null when it cannot be used.</summary>
    public static ShellArguments? Parse(string[] args)
    {
        var nonInteractive = false;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i].ToUpperInvariant())
            {
                case "-NONINTERACTIVE": nonInteractive = true; break;
                case "-NOPROFILE" or "-NOLOGO": break;
                case "-HELP" or "-?" or "-H" or "--HELP": return new ShellArguments(null, null, [], nonInteractive, ShowHelp: true);
                case "-COMMAND" or "-C" when i + 1 < args.Length: return new ShellArguments(string.Join(' ', args[(i + 1)..]), null, [], nonInteractive, false);
                case "-FILE" or "-F" when i + 1 < args.Length: return new ShellArguments(null, args[i + 1], args[(i + 2)..], nonInteractive, false);
                default: return null;
            }
        }

        return null;
    }

    /// <summary>Makes a script's arguments of text. A name keeps its dash: what follows it binds as it would at a prompt.</summary>
    public static IEnumerable<CommandParameter> Bind(string[] rest)
    {
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] is not ['-', _, ..])
                yield return new CommandParameter(null, rest[i]);
            else if (rest[i].Split(':', 2) is not [var name, var value])
                yield return new CommandParameter(rest[i]);
            else if (value.Length > 0)
                yield return new CommandParameter(name, ToBoolean(value));
            else if (++i < rest.Length)
                yield return new CommandParameter(name, rest[i]);
        }
    }

    private static object ToBoolean(string value) => bool.TryParse(value.TrimStart('$'), out var boolean) ? boolean : value;
}
