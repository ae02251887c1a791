using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Storage.Sftp;

/// <summary>
/// The system's ssh as the way to a server's SFTP subsystem. So keys, agents, certificates, hardware keys, known_hosts, <c>~/.ssh/config</c> and jump hosts
/// are what they are everywhere else on the machine. It asks nobody at a terminal, and knows a host or refuses it.
/// </summary>
internal sealed class SshProcess : ISftpTransport
{
    private const int KeptWords = 16 * 1024;
    private const int BufferLength = 256 * 1024;

    private static readonly TimeSpan LastWordsTime = TimeSpan.FromSeconds(2);

    private static readonly string[] Options =
    [
        "StrictHostKeyChecking=yes", "ConnectTimeout=30", "ConnectionAttempts=1",
        // A line that is dead without a word is noticed after a minute.
        "ServerAliveInterval=15", "ServerAliveCountMax=4",
        "ForwardAgent=no", "ForwardX11=no", "ClearAllForwardings=yes", "PermitLocalCommand=no", "RemoteCommand=none", "RequestTTY=no",
    ];

    private readonly SftpLocation _location;
    private readonly SftpOptions _options;
    private readonly SshSecrets? _secrets;
    private readonly Process _process;
    private readonly StringBuilder _words = new();
    private readonly Task _reading;
    private int _isEnding;

    private SshProcess(SftpLocation location, SftpOptions options, SshSecrets? secrets, ProcessStartInfo start)
    {
        (_location, _options, _secrets) = (location, options, secrets);
        _process = new Process { StartInfo = start };
        try
        {
            _process.Start();
        }
        catch (Win32Exception error)
        {
            throw NotFound(start.FileName, $"cannot be started: {error.Message}", location, error);
        }

        Input = new BufferedStream(_process.StandardOutput.BaseStream, BufferLength);
        Output = new BufferedStream(_process.StandardInput.BaseStream, BufferLength);
        _reading = Task.Factory.StartNew(ReadWords, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public Stream Input { get; }

    /// <inheritdoc/>
    public Stream Output { get; }

    /// <summary>Starts ssh.</summary>
    /// <exception cref="RekkordException">It cannot be started (<c>SshNotFound</c>), or cannot be given what the options say.</exception>
    public static SshProcess Start(SftpLocation location, SftpOptions options)
    {
        RequireKey(location, options);
        var secrets = options.Password is null && options.KeyPassphrase is null && options.Fingerprint is null ? null : CreateSecrets(location);
        try
        {
            return new SshProcess(location, options, secrets, CreateStartInfo(location, options, secrets));
        }
        catch
        {
            DisposeSecrets(secrets);
            throw;
        }
    }

    /// <inheritdoc/>
    public void HasBegun() => DisposeSecrets(_secrets);

    /// <inheritdoc/>
    public void Close(TimeSpan time)
    {
        Volatile.Write(ref _isEnding, 1);
        try
        {
            Output.Dispose();
            _process.WaitForExit(time);
        }
        catch (IOException)
        {
            // It has ended already.
            Abort();
        }
    }

    /// <inheritdoc/>
    public void Abort()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            // It has ended already.
            Volatile.Write(ref _isEnding, 1);
        }
    }

    /// <inheritdoc/>
    public StorageException Lost(string reason) => SftpErrors.Lost(_location.Url, reason, LastWord());

    /// <inheritdoc/>
    public StorageException NotSftp(Exception inner) => SftpErrors.NotSftp(_location.Url, inner);

    /// <inheritdoc/>
    public async Task<StorageException> ExplainAsync(StorageException error, CancellationToken cancellation)
    {
        // What it says last may come after its output has ended. A proxy that it has started may keep that open.
        await Task.WhenAny(_reading, Task.Delay(LastWordsTime, cancellation)).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        var words = Words();
        if (!SshWords.IsHostKeyRefusal(words))
            return SshWords.Explain(_location.Url, words, error);
        var shown = OperatingSystem.IsWindows() ? null : _options.Fingerprint is null ? await LookAtHostKeyAsync(cancellation).ConfigureAwait(false) : _secrets?.ReadShownKey();
        return SshWords.ExplainHostKey(_location.Url, words, _options.Fingerprint, shown);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Abort();
        _process.WaitForExit();
        _process.Dispose();
        DisposeSecrets(_secrets);
    }

    /// <summary>Connects once more, only to be shown the key of a host that was refused for it.</summary>
    private async Task<(string Fingerprint, string Line)?> LookAtHostKeyAsync(CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
            return null;
        using var secrets = new SshSecrets();
        var start = CreateStartInfo(_location, _options with { Password = null, KeyPassphrase = null }, null, $"KnownHostsCommand={secrets.CreateHostKeyCommand(null)}");
        using var process = new SshProcess(_location, _options, null, start);
        await process._process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        return secrets.ReadShownKey();
    }

    private static ProcessStartInfo CreateStartInfo(SftpLocation location, SftpOptions options, SshSecrets? secrets, params string[] more)
    {
        var command = options.Command is null ? ["ssh"] : CommandWords.Split(options.Command) ?? throw new RekkordException(
            "SftpCommandInvalid", RekkordErrorKind.InvalidArgument, "[SFTP] Command is no command: it has no word, or a quote that does not end. Write for example: ssh -J jump.example.org", "Command");
        // .NET looks for a program in the current directory before it looks in PATH.
        var isName = Path.GetFileName(command[0]) == command[0];
        var start = new ProcessStartInfo(isName ? ProgramSearch.Find(command[0]) ?? throw NotFound(command[0], "is in no directory of PATH", location) : command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (var word in command.Skip(1))
            start.ArgumentList.Add(word);
        foreach (var option in Options.Concat(more))
            start.ArgumentList.Add($"-o{option}");
        foreach (var secret in start.Environment.Keys.Where(name => name.StartsWith("REKKORD_", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(secret);
        AddIdentity(start, options, secrets);
        if (location.Port is { } port)
            start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"-p{port}"));
        if (location.User is { } user)
            start.ArgumentList.Add($"-l{user}");
        string[] last = ["-s", "--", location.Host, "sftp"];
        foreach (var word in last)
            start.ArgumentList.Add(word);
        return start;
    }

    private static StorageException NotFound(string program, string why, SftpLocation location, Exception? inner = null) => new(
        "SshNotFound",
        RekkordErrorKind.NotFound,
        $"The program '{program}', which connects to SFTP servers, {why}. Install OpenSSH's client (openssh-client), or name another with [SFTP] Command.",
        location.Url,
        inner);

    private static void AddIdentity(ProcessStartInfo start, SftpOptions options, SshSecrets? secrets)
    {
        if (options.KeyFile is { } key)
        {
            start.ArgumentList.Add($"-oIdentityFile=\"{key.Replace("%", "%%", StringComparison.Ordinal)}\"");
            start.ArgumentList.Add("-oIdentitiesOnly=yes");
        }

        if (OperatingSystem.IsWindows() || (options.Password is null && options.KeyPassphrase is null))
        {
            start.ArgumentList.Add("-oBatchMode=yes");
        }
        else
        {
            start.ArgumentList.Add("-oNumberOfPasswordPrompts=1");
            start.Environment["SSH_ASKPASS"] = secrets!.CreateAskingProgram(options);
            start.Environment["SSH_ASKPASS_REQUIRE"] = "force";
        }

        if (!OperatingSystem.IsWindows() && options.Fingerprint is { } fingerprint)
        {
            // The configuration says which key it is, whatever any known_hosts says.
            string[] hostKey = ["UserKnownHostsFile=/dev/null", "GlobalKnownHostsFile=/dev/null", $"KnownHostsCommand={secrets!.CreateHostKeyCommand(fingerprint)}"];
            foreach (var option in hostKey)
                start.ArgumentList.Add($"-o{option}");
        }
    }

    private static void RequireKey(SftpLocation location, SftpOptions options)
    {
        if (options.KeyFile is { } key && !File.Exists(key))
        {
            throw new StorageException(
                "SftpKeyUnusable", RekkordErrorKind.NotFound, $"The SSH key '{key}' does not exist. Correct [SFTP] KeyFile, or remove it to use ssh's own keys and agent.", location.Url);
        }
    }

    private static SshSecrets CreateSecrets(SftpLocation location) => !OperatingSystem.IsWindows()
        ? new SshSecrets()
        : throw new StorageException(
            "SftpSettingUnsupported",
            RekkordErrorKind.InvalidArgument,
            "On Windows, [SFTP] Password, KeyPassphrase and Fingerprint cannot be passed to ssh. Use a key in the ssh-agent service, and put the host into known_hosts.",
            location.Url);

    private static void DisposeSecrets(SshSecrets? secrets)
    {
        if (!OperatingSystem.IsWindows())
            secrets?.Dispose();
    }

    private void ReadWords()
    {
        var buffer = new char[1024];
        try
        {
            while (_process.StandardError.Read(buffer) is var read and > 0)
            {
                lock (_words)
                {
                    _words.Append(buffer, 0, read);
                    if (_words.Length > KeptWords)
                        _words.Remove(0, _words.Length - KeptWords);
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It was closed: what was read is all.
            Volatile.Write(ref _isEnding, 1);
        }
    }

    private string Words()
    {
        lock (_words)
            return _words.ToString();
    }

    private string LastWord() => Volatile.Read(ref _isEnding) != 0 ? "" : Words().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
}
