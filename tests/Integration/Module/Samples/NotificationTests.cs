using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace Rekkord.Module.Integration.Tests.Samples;

public sealed class NotificationTests : IDisposable
{
    private const string Shell = "postsave/90-notify.sh", Script = "postsave/90-notify.ps1";

    private readonly ModuleSandbox _sandbox = new();
    private readonly HttpListener _listener = new();
    private readonly string _url;

    public NotificationTests()
    {
        using (var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            socket.Start();
            _url = $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndpoint).Port}/secret-path/";
        }

        _listener.Prefixes.Add(_url);
        _listener.Start();
        _sandbox.Write("file", "content");
    }

    [RequiresProgramTheory("curl")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public async Task A_save_that_succeeded_is_told_with_its_snapshot(string sample)
    {
        var (run, bodies) = await Save(sample, "$source", 200);
        var body = Assert.Single(bodies);
        Assert.True(body.GetProperty("success").GetBoolean());
        Assert.Equal(run.Clean().Save.Text("Id"), body.GetProperty("snapshot").GetString());
        Assert.Equal($"Saved größe \"x\\[1-2] on {Environment.MachineName}", body.GetProperty("text").GetString());
    }

    [RequiresProgramTheory("curl")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public async Task A_save_that_failed_is_told_with_its_error(string sample)
    {
        var (run, bodies) = await Save(sample, "$source/missing", 204);
        Assert.Equal("SourceNotFound", run.EndingId);
        var body = Assert.Single(bodies);
        Assert.False(body.GetProperty("success").GetBoolean());
        Assert.Equal("", body.GetProperty("snapshot").GetString());
        Assert.StartsWith($"SAVE FAILED: größe \"x\\[1-2] on {Environment.MachineName}: ", body.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_sandbox.Source, "missing"), body.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [RequiresProgramTheory("curl")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public async Task A_message_that_is_refused_or_redirected_is_an_error_and_one_that_meets_trouble_is_sent_again(string sample)
    {
        var (run, _) = await Save(sample, "$source", 403);
        Assert.Equal("PostSaveHookFailed", run.EndingId);
        Assert.Contains("the webhook answered 403", run.Ending!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret-path", run.Ending.ToString(), StringComparison.Ordinal);

        foreach (var code in new[] { 301, 302, 307 })
        {
            (run, _) = await Save(sample, "$source", code);
            Assert.Equal("PostSaveHookFailed", run.EndingId);
            Assert.Contains($"the webhook answered {code}", run.Ending!.ToString(), StringComparison.Ordinal);
            Assert.Contains("it has moved", run.Ending.ToString(), StringComparison.Ordinal);
        }

        var (again, bodies) = await Save(sample, "$source", 503, 200);
        again.Clean();
        Assert.Equal(2, bodies.Count);
    }

    [RequiresProgramFact("curl")]
    public async Task The_address_is_in_no_command_line()
    {
        var lines = new ConcurrentBag<string>();
        await Save(Shell, "$source", () =>
        {
            // The hook waits for its answer: the program that sends is there to be looked at.
            foreach (var process in Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
                lines.Add(ReadCommandLine(process));
        }, 200);
        Assert.Contains(lines, line => line.StartsWith("curl", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("secret-path", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _listener.Close();
        _sandbox.Dispose();
    }

    private static string ReadCommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            // It has ended.
            return "";
        }
    }

    private Task<(ModuleRun Run, List<JsonElement> Bodies)> Save(string sample, string path, params int[] answers) => Save(sample, path, null, answers);

    /// <summary>Saves, and answers one request after another with these codes.</summary>
    private async Task<(ModuleRun Run, List<JsonElement> Bodies)> Save(string sample, string path, Action? beforeAnswer, params int[] answers)
    {
        _sandbox.Hook("PostSave", Path.GetFileName(sample), SampleHooks.WithSettings(sample, ("NOTIFY_URL", _url + "[1-2]{a,b}")));
        var saving = Task.Run(() => _sandbox.Invoke($"Invoke-RekkordSave 'größe \"x\\[1-2]' {path}"));
        var bodies = new List<JsonElement>();
        foreach (var answer in answers)
        {
            var arriving = _listener.GetContextAsync();
            if (await Task.WhenAny(arriving, saving) == saving)
                Assert.Fail($"The save ended without a message: {(await saving).Ending}");
            var request = await arriving;
            beforeAnswer?.Invoke();
            Assert.Equal("POST", request.Request.HttpMethod);
            Assert.Equal("application/json; charset=utf-8", request.Request.ContentType);
            bodies.Add((await JsonDocument.ParseAsync(request.Request.InputStream)).RootElement);
            request.Response.StatusCode = answer;
            request.Response.RedirectLocation = answer is >= 300 and < 400 ? _url : null;
            request.Response.Close();
        }

        return (await saving, bodies);
    }
}
