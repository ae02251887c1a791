namespace Rekkord.Engine.Platform;

/// <summary>Why a path is not trusted.</summary>
/// <param name="IsDangerous">Whether somebody could change it; false when that cannot be told.</param>
/// <param name="Reason">Why, without a full stop.</param>
/// <param name="Remedy">The command that puts it right, where there is one.</param>
internal sealed record PathDoubt(bool IsDangerous, string Reason, string? Remedy);

/// <summary>
/// Decides whether somebody other than the current user and the administrator could change a file that says which programs run, or put
/// another one in its place. One is made for each look at a directory and remembers what it has seen.
/// </summary>
internal abstract class PathTrust
{
    /// <summary>The rules of this system.</summary>
    public static PathTrust Create() => OperatingSystem.IsWindows() ? new WindowsPathTrust() : new UnixPathTrust();

    /// <summary>
    /// Checks a file that counts because it lies in its directory, such as a hook: the file, the directory that it is in, and all above;
    /// where links lead, the same for what they lead to.
    /// </summary>
    /// <param name="path">Its full path.</param>
    /// <returns>Why it is not trusted; null when it is.</returns>
    public abstract PathDoubt? CheckListed(string path);

    /// <summary>
    /// The same for a file that is named by its path, such as a configuration: what others could add beside it does not matter.
    /// </summary>
    public abstract PathDoubt? CheckNamed(string path);
}
