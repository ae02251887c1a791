using System.Diagnostics;
using System.Globalization;

namespace Rekkord.Module.Integration.Tests.Samples;

/// <summary>A real database server with data of its own in a temporary directory, reached over a Unix socket only.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public abstract class DatabaseServer : IDisposable
{
    private bool _killed;

    protected DatabaseServer(string account)
    {
        Root = Directory.CreateTempSubdirectory("rekkord-db-").FullName;
        Account = account;
        if (Environment.IsPrivilegedProcess)
            TestProgram.Run("chown", account, Root);
    }

    /// <summary>The server's directory; its socket is in there.</summary>
    public string Root { get; }

    private string Account { get; }

    /// <summary>Runs one of the server's programs under the server's account.</summary>
    protected void RunAsServer(string program, params string[] arguments)
    {
        var path = RequiresProgramFactAttribute.Find(program) ?? program;
        if (Environment.IsPrivilegedProcess)
            TestProgram.Run("runuser", ["-u", Account, "--", path, .. arguments]);
        else
            TestProgram.Run(path, arguments);
    }

    /// <summary>Starts the server, also again after <see cref="Kill"/>, and returns when it answers.</summary>
    public void Start()
    {
        _killed = false;
        Launch();
    }

    /// <summary>Starts the server, which may have crashed before, and waits for it to answer.</summary>
    protected abstract void Launch();

    /// <summary>Opens a session that has run these statements, and stays open with the locks that they took.</summary>
    public abstract HeldSession Hold(string database, string sql);

    /// <summary>Whether a session waits for a lock that another one holds.</summary>
    public abstract bool IsSessionBlocked { get; }

    /// <summary>Ends the server as a crash does.</summary>
    public void Kill()
    {
        _killed = true;
        var id = int.Parse(File.ReadAllLines(ProcessIdFile)[0], CultureInfo.InvariantCulture);
        using var process = Process.GetProcessById(id);
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    protected abstract string ProcessIdFile { get; }

    public void Dispose()
    {
        if (!_killed && File.Exists(ProcessIdFile))
            Kill();
        Directory.Delete(Root, recursive: true);
    }
}
