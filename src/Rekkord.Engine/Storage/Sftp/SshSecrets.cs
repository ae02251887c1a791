using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Storage.Sftp;

/// <summary>
/// A private directory in which ssh asks what it may not be told on its command line or in its environment: a password comes out of a named pipe, so that it
/// is in no file. It is removed when the session has begun, or could not. What a process that was killed meanwhile has left goes with the next one.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class SshSecrets : IDisposable
{
    // It asks once a method; a method that fails may be followed by another that asks for the same.
    private const int Answers = 4;
    private const string Prefix = "rekkord-ssh-";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const uint PrivatePipe = 0x180; // rw-------

    // No session takes so long to begin.
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(1);

    private readonly string _directory;
    private readonly List<FileStream> _pipes = [];

    public SshSecrets()
    {
        RemoveLeftovers();
        _directory = Directory.CreateTempSubdirectory(Prefix).FullName;
    }

    /// <summary>The program that ssh runs to ask for a password or a passphrase.</summary>
    /// <param name="options">Has the answers.</param>
    public string CreateAskingProgram(SftpOptions options)
    {
        var path = Path.Combine(_directory, "ask");
        var script = new StringBuilder("#!/bin/sh\ncase \"$1\" in\n");
        AddAnswer(script, "*assphrase*", "passphrase", options.KeyPassphrase);
        AddAnswer(script, "*assword*", "password", options.Password);
        script.Append("*) exit 1 ;;\nesac\nprintf '%s\\n' \"$answer\"\n");
        WriteScript(path, script.ToString());
        return path;
    }

    /// <summary>
    /// The command that ssh runs with the key that a host has shown. It keeps what it was shown in a file, and accepts the key that has a fingerprint.
    /// </summary>
    /// <param name="fingerprint">The fingerprint; null to accept none.</param>
    public string CreateHostKeyCommand(string? fingerprint)
    {
        var path = Path.Combine(_directory, "hostkey");

        // Marked as revoked, a key is refused even where a known_hosts of the user's command has it.
        var decision = fingerprint is null
            ? "exit 0"
            : $"[ \"$5\" = {ShellQuoting.Quote(fingerprint)} ] && printf '%s\\n' \"$2 $3 $4\" || printf '@revoked %s\\n' \"$2 $3 $4\"";
        WriteScript(path, $"""
            [ "$1" = ORDER ] && exit 0
            printf '%s\n' "$5" "$2 $3 $4" > '{ShownFile}'
            {decision}

            """);
        return $"/bin/sh \"{path.Replace("%", "%%", StringComparison.Ordinal)}\" %I %H %t %K %f";
    }

    /// <summary>The fingerprint of the key that the host has shown, and the line for known_hosts; null when it was not seen.</summary>
    public (string Fingerprint, string Line)? ReadShownKey()
    {
        if (!File.Exists(ShownFile))
            return null;
        var lines = File.ReadAllLines(ShownFile);
        return lines.Length == 2 ? (lines[0], lines[1]) : null;
    }

    /// <summary>Removes it; may be called again.</summary>
    public void Dispose()
    {
        _pipes.ForEach(pipe => pipe.Dispose());
        _pipes.Clear();
        Remove(_directory);
    }

    private static void RemoveLeftovers()
    {
        var before = DateTime.UtcNow - LeftoverAge;
        foreach (var left in Directory.GetDirectories(Path.GetTempPath(), $"{Prefix}*"))
        {
            if (Directory.GetLastWriteTimeUtc(left) < before && IsOwn(left))
                Remove(left);
        }
    }

    // Anybody may make a directory of that name, with links in it.
    private static bool IsOwn(string directory) => FileOwnership.Read(directory, followLink: false, out var found) == 0
        && found is { IsDirectory: true, GroupCanWrite: false, OthersCanWrite: false } && found.User == LibC.EffectiveUser();

    private static void Remove(string directory)
    {
        try
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A script may still write there that ssh has started, and that was not ended with it. It goes with a later session.
            Debug.WriteLine(error.Message);
        }
    }

    private string ShownFile => Path.Combine(_directory, "shown");

    private void AddAnswer(StringBuilder script, string prompt, string name, string? secret)
    {
        if (secret is null)
            return;
        var path = Path.Combine(_directory, name);
        if (LibC.MakeFifo(path, PrivatePipe) != 0)
            throw new IOException($"'{path}' cannot be made: {Marshal.GetLastPInvokeErrorMessage()}");

        // Opened for both ends: it holds the answers until somebody reads them.
        var pipe = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        _pipes.Add(pipe);
        var line = Encoding.UTF8.GetBytes($"{secret}\n");
        for (var i = 0; i < Answers; i++)
            pipe.Write(line);
        CryptographicOperations.ZeroMemory(line);
        script.Append(prompt).Append(") IFS= read -r answer < ").Append(ShellQuoting.Quote(path)).Append(" ;;\n");
    }

    private static void WriteScript(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, OwnerOnly);
    }
}
