using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Sftp;

namespace Rekkord.Stores.Integration.Tests;

/// <summary>
/// OpenSSH's server on the loopback interface, with keys, ports and files of its own, run by whoever runs the tests. The client is the system's ssh, and takes
/// nothing from the account's own configuration.
/// </summary>
internal sealed class SshServer : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;

    /// <summary>Starts one.</summary>
    /// <param name="settings">More lines of its configuration.</param>
    public SshServer(params string[] settings)
    {
        TestProgram.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", _directory["host"]);
        UserKey = MakeKey("user", "ed25519");
        Port = FreePort();
        File.WriteAllLines(_directory["sshd_config"],
        [
            $"Port {Port.ToString(CultureInfo.InvariantCulture)}", "ListenAddress 127.0.0.1", $"HostKey {_directory["host"]}", $"PidFile {_directory["pid"]}",
            $"AuthorizedKeysFile {_directory["authorized_keys"]}", "StrictModes no", "UsePAM no", "PermitRootLogin yes", "MaxStartups 100", "Subsystem sftp internal-sftp",
            .. settings,
        ]);
        Know(HostKey);
        if (Environment.IsPrivilegedProcess)
            Directory.CreateDirectory("/run/sshd");
        _process = Process.Start(new ProcessStartInfo(RequiresProgramFactAttribute.Find("sshd")!, ["-D", "-e", "-f", _directory["sshd_config"], "-E", _directory["log"]]))!;
        WaitUntilListening();
    }

    public int Port { get; }

    /// <summary>A private key that lets in.</summary>
    public string UserKey { get; }

    /// <summary>The host's public key: its type and the key.</summary>
    public string HostKey => string.Join(' ', File.ReadAllText(_directory["host.pub"]).Split(' ')[..2]);

    public string HostFingerprint => TestProgram.Run("ssh-keygen", "-lf", _directory["host.pub"]).Split(' ')[1];

    /// <summary>The name of the host in known_hosts.</summary>
    public string KnownName => string.Create(CultureInfo.InvariantCulture, $"[127.0.0.1]:{Port}");

    /// <summary>How a store is opened on it.</summary>
    public SftpOptions Options => new() { KeyFile = UserKey, Command = Command() };

    /// <summary>The client's command.</summary>
    public string Command(string configuration = "/dev/null") =>
        $"ssh -F \"{configuration}\" -o \"UserKnownHostsFile={_directory["known_hosts"]}\" -o GlobalKnownHostsFile=/dev/null";

    /// <summary>A new directory for a store.</summary>
    public string NewPath() => _directory[Guid.NewGuid().ToString("n")];

    /// <summary>A location of the server.</summary>
    public SftpLocation At(string path) => new("127.0.0.1", Port, Environment.UserName, path);

    /// <summary>A file beside the server's.</summary>
    public string FilePath(string name) => _directory[name];

    /// <summary>Makes a key that the server lets in.</summary>
    public string MakeKey(string name, string type, string passphrase = "")
    {
        TestProgram.Run("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", _directory[name]);
        File.AppendAllText(_directory["authorized_keys"], File.ReadAllText(_directory[$"{name}.pub"]));
        return _directory[name];
    }

    /// <summary>Has known_hosts hold one key of the host, or none.</summary>
    public void Know(string? key) => File.WriteAllText(_directory["known_hosts"], key is null ? "" : $"{KnownName} {key}\n");

    /// <summary>Kills the processes that serve connections, or stops them with another signal. New ones are still accepted.</summary>
    public void SignalSessions(string signal)
    {
        // All are found before the first is killed: its child would no longer be known by its parent.
        string[] sessions = [.. Directory.EnumerateDirectories("/proc").Where(IsSession).Select(process => Path.GetFileName(process))];
        if (sessions.Length > 0)
            Process.Start(new ProcessStartInfo("kill", [signal, .. sessions]) { RedirectStandardError = true })!.WaitForExit();
    }

    public void Dispose()
    {
        // Stopped, it starts no more sessions while those that there are end.
        Process.Start("kill", ["-STOP", _process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
        SignalSessions("-KILL");
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _directory.Dispose();
    }

    // A session is a child of the server, and, unless root runs it as root, that one's child.
    private bool IsSession(string process) => ParentOf(process) is { } parent && (parent == _process.Id || ParentOf($"/proc/{parent}") == _process.Id);

    private static int? ParentOf(string process)
    {
        try
        {
            return int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out _)
                ? int.Parse(File.ReadAllText($"{process}/stat").Split(") ")[^1].Split(' ')[1], CultureInfo.InvariantCulture)
                : null;
        }
        catch (IOException)
        {
            // It has ended.
            return null;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void WaitUntilListening()
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var client = new TcpClient("127.0.0.1", Port);
                return;
            }
            catch (SocketException) when (clock.Elapsed < TimeSpan.FromSeconds(30) && !_process.HasExited)
            {
                Thread.Yield();
            }
        }
    }
}

/// <summary>One server for the tests that change nothing of it.</summary>
public sealed class SharedSshServer : IDisposable
{
    private readonly Lazy<SshServer> _server = new(() => new SshServer());

    internal SshServer Server => _server.Value;

    public void Dispose()
    {
        if (_server.IsValueCreated)
            _server.Value.Dispose();
    }
}
