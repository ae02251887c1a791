using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rekkord.Module.Integration.Tests.Samples;

/// <summary>The hooks that send mail, with a mail server that keeps what it gets.</summary>
public sealed class MailTests : IDisposable
{
    private const string Shell = "postsave/90-mail.sh", Script = "postsave/90-mail.ps1", Server = "aiosmtpd";

    private readonly ModuleSandbox _sandbox = new();
    private readonly int _port = FindPort();
    private Process? _server;

    public MailTests() => _sandbox.Write("file", "content");

    private string Mailbox => Path.Combine(_sandbox.Base, "mailbox");

    [RequiresProgramTheory("curl", Server)]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void A_save_that_succeeded_is_mailed_with_its_snapshot(string sample)
    {
        StartServer();
        var run = Save(sample, "$source");
        var mail = ReadMail();
        Assert.Equal($"Saved größe \"x\\[1-2] on {Environment.MachineName}", mail.Subject);
        Assert.Contains(run.Clean().Save.Text("Id")!, mail.Text, StringComparison.Ordinal);
        Assert.Contains("from@example.org", mail.Header, StringComparison.Ordinal);
        Assert.Contains("X-RcptTo: to@example.org", mail.Header, StringComparison.Ordinal);
    }

    [RequiresProgramTheory("curl", Server)]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void A_save_that_failed_is_mailed_with_its_error(string sample)
    {
        StartServer();
        Assert.Equal("SourceNotFound", Save(sample, "$source/missing").EndingId);
        var mail = ReadMail();
        Assert.StartsWith("SAVE FAILED: größe", mail.Subject, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_sandbox.Source, "missing"), mail.Text, StringComparison.Ordinal);
    }

    [RequiresProgramTheory("curl", Server)]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void A_server_without_TLS_gets_nothing_where_TLS_is_required(string sample)
    {
        StartServer();
        var run = Save(sample, "$source", ("MAIL_TLS", "required"));
        Assert.Equal("PostSaveHookFailed", run.EndingId);
        Assert.Contains("The mail was not accepted", run.Ending!.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Mailbox, "new")) && Directory.EnumerateFiles(Path.Combine(Mailbox, "new")).Any());
    }

    [RequiresProgramFact("curl", Server, "openssl")]
    public void A_server_with_TLS_gets_it_encrypted_and_only_when_it_is_the_right_one()
    {
        var (key, certificate) = (Path.Combine(_sandbox.Base, "tls.key"), Path.Combine(_sandbox.Base, "tls.pem"));
        TestProgram.Run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1");

        // It takes no mail before the line is encrypted.
        StartServer("--tlscert", certificate, "--tlskey", key);
        Assert.Equal("PostSaveHookFailed", Save(Shell, "$source", ("MAIL_TLS", "required")).EndingId);
        Assert.Equal("PostSaveHookFailed", Save(Shell, "$source").EndingId);
        Save(Shell, "$source", ("MAIL_TLS", "required"), ("CURL_CA_BUNDLE", certificate)).Clean();
        Assert.StartsWith("Saved", ReadMail().Subject, StringComparison.Ordinal);
    }

    [RequiresProgramTheory("curl")]
    [InlineData(Script)]
    public void No_server_is_an_error(string sample)
    {
        var run = Save(sample, "$source");
        Assert.Equal("PostSaveHookFailed", run.EndingId);
        Assert.Contains("The mail was not accepted", run.Ending!.ToString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (_server is { } server)
        {
            server.Kill(entireProcessTree: true);
            server.WaitForExit();
            server.Dispose();
        }

        _sandbox.Dispose();
    }

    private static int FindPort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private void StartServer(params string[] options)
    {
        _server = Process.Start(new ProcessStartInfo(Server, ["-n", "-l", $"127.0.0.1:{_port}", "-c", "aiosmtpd.handlers.Mailbox", .. options, Mailbox]) { RedirectStandardError = true })!;
        var end = Stopwatch.GetTimestamp() + (60 * Stopwatch.Frequency);
        while (!Answers())
        {
            Assert.False(_server.HasExited, "The mail server has ended.");
            Assert.True(Stopwatch.GetTimestamp() < end, "The mail server does not answer.");
        }
    }

    private bool Answers()
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", _port);
            using var reader = new StreamReader(client.GetStream());
            return reader.ReadLine()?.StartsWith("220", StringComparison.Ordinal) == true;
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return false;
        }
    }

    private ModuleRun Save(string sample, string path, params (string Name, string Value)[] settings)
    {
        _sandbox.Hook("PostSave", Path.GetFileName(sample), SampleHooks.WithSettings(
            sample, [("MAIL_TO", "to@example.org"), ("MAIL_FROM", "from@example.org"), ("MAIL_SERVER", $"smtp://127.0.0.1:{_port}"), .. settings]));
        return _sandbox.Invoke($"Invoke-RekkordSave 'größe \"x\\[1-2]' {path}");
    }

    private (string Subject, string Text, string Header) ReadMail()
    {
        var parts = File.ReadAllText(Assert.Single(Directory.GetFiles(Path.Combine(Mailbox, "new")))).ReplaceLineEndings("\n").Split("\n\n", 2);
        var subject = parts[0].Replace("\n ", " ", StringComparison.Ordinal).Split('\n').Single(line => line.StartsWith("Subject: ", StringComparison.OrdinalIgnoreCase))["Subject: ".Length..];
        var words = subject.Split(' ').Select(word => word["=?utf-8?B?".Length..^2]);
        return (string.Concat(words.Select(Decode)), Decode(parts[1]), parts[0]);

        static string Decode(string text) => Encoding.UTF8.GetString(Convert.FromBase64String(text));
    }
}
