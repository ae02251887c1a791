using System.Globalization;

namespace Rekkord.Engine.Hooks.External;

/// <summary>Names of signals.</summary>
internal static class SignalName
{
    // By number from 1 on.
    private static readonly string[] Linux =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    private static readonly string[] MacOS =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "EMT", "FPE", "KILL", "BUS", "SEGV", "SYS", "PIPE", "ALRM", "TERM", "URG",
        "STOP", "TSTP", "CONT", "CHLD", "TTIN", "TTOU", "IO", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "INFO", "USR1", "USR2",
    ];

    /// <summary>The name of a signal, such as <c>SIGKILL</c>; its number where it has none.</summary>
    public static string Of(int signal)
    {
        var names = OperatingSystem.IsMacOS() ? MacOS : Linux;
        return signal >= 1 && signal <= names.Length ? "SIG" + names[signal - 1]
            : string.Create(CultureInfo.InvariantCulture, $"signal {signal}");
    }
}
