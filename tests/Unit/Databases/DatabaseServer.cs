using System.Diagnostics;
using System.Globalization;
using Rekkord.Engine.Tests;

namespace Rekkord.Tests.Databases;

/// <summary>A real database server with data of its own in a temporary directory, reached over a Unix socket only.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal abstract class DatabaseServer : IDisposable
{
    protected DatabaseServer(string account)
    {
        Root = Directory.CreateTempSubdirectory("rekkord-db-").FullName;
        Account = account;
        if (Environment.IsPrivilegedProcess)
            Execution.Execute("chown", account, Root);
    }

    /// <summary>The server's directory; its socket is in there.</summary>
    public string Root { get; }

    private string Account { get; }

    /// <summary>Starts the server, also after it was killed, and returns when it answers.</summary>
    public abstract void Start();

    /// <summary>Ends the server as a crash does.</summary>
    public void Kill()
    {
        var id = int.Parse(File.ReadAllLines(ProcessIdFile)[0], CultureInfo.InvariantCulture);
        using var process = Process.GetProcessById(id);
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        File.Delete(ProcessIdFile);
    }

    /// <summary>Runs one of the server's programs under the server's account.</summary>
    protected void RunAsServer(string program, params string[] arguments)
    {
        var path = RequiresProgramFactAttribute.Find(program) ?? program;
        if (Environment.IsPrivilegedProcess)
            Execution.Execute("runuser", ["-u", Account, "--", path, .. arguments]);
        else
            Execution.Execute(path, arguments);
    }

    protected abstract string ProcessIdFile { get; }

    public void Dispose()
    {
        if (File.Exists(ProcessIdFile))
            Kill();
        Directory.Delete(Root, recursive: true);
    }
}
