using Rekkord.Engine.Hooks;

namespace Rekkord.Engine.Platform;

/// <summary>
/// Decides whether somebody other than the current user and the administrator could change what a hook does, or which hooks run. One is made for each
/// look at a directory and remembers what it has seen.
/// </summary>
internal abstract class HookTrust
{
    /// <summary>The rules of this system.</summary>
    public static HookTrust Create() => OperatingSystem.IsWindows() ? new WindowsHookTrust() : new UnixHookTrust();

    /// <summary>
    /// Checks a hook: its file, the directory it is in, and all above; where links lead, the same for what they lead to.
    /// </summary>
    /// <param name="path">The hook's full path.</param>
    /// <returns>Why it is refused; null when it is trusted.</returns>
    public abstract HookRefusal? Check(string path);

    /// <summary>
    /// The same for a file that is named by its path, such as a configuration: what others could add beside it does not matter.
    /// </summary>
    public abstract HookRefusal? CheckNamed(string path);
}
