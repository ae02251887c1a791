using System.Net;
using System.Text.Json;
using Rekkord.Engine.Tests.Hooks;

namespace Rekkord.Module.Tests.Samples;

public sealed class NotificationTests : IDisposable
{
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
        _sandbox.Hook("PostSave", "90-notify.ps1", SampleHooks.WithSettings("postsave/90-notify.ps1", ("NOTIFY_URL", _url)));
    }

    [Fact]
    public async Task A_save_that_succeeded_is_told_with_its_snapshot()
    {
        var (run, bodies) = await Save("$source", 200);
        var body = Assert.Single(bodies);
        Assert.True(body.GetProperty("success").GetBoolean());
        Assert.Equal(run.Clean().Save.Text("Id"), body.GetProperty("snapshot").GetString());
        Assert.Equal($"Saved größe \"x\" on {Environment.MachineName}", body.GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_save_that_failed_is_told_with_its_error()
    {
        var (run, bodies) = await Save("$source/missing", 204);
        Assert.Equal("SourceNotFound", run.EndingId);
        var body = Assert.Single(bodies);
        Assert.False(body.GetProperty("success").GetBoolean());
        Assert.Equal("", body.GetProperty("snapshot").GetString());
        Assert.StartsWith($"SAVE FAILED: größe \"x\" on {Environment.MachineName}: ", body.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_sandbox.Source, "missing"), body.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_is_refused_is_an_error_and_one_that_meets_trouble_is_sent_again()
    {
        var (run, _) = await Save("$source", 403);
        Assert.Equal("PostSaveHookFailed", run.EndingId);
        Assert.Contains("the webhook answered 403 (Forbidden)", run.Ending!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret-path", run.Ending.ToString(), StringComparison.Ordinal);

        var (again, bodies) = await Save("$source", 503, 200);
        again.Clean();
        Assert.Equal(2, bodies.Count);
    }

    public void Dispose()
    {
        _listener.Close();
        _sandbox.Dispose();
    }

    /// <summary>Saves, and answers one request after another with these codes.</summary>
    private async Task<(ModuleRun Run, List<JsonElement> Bodies)> Save(string path, params int[] answers)
    {
        var saving = Task.Run(() => _sandbox.Invoke($"Invoke-RekkordSave 'größe \"x\"' {path}"));
        var bodies = new List<JsonElement>();
        foreach (var answer in answers)
        {
            var arriving = _listener.GetContextAsync();
            if (await Task.WhenAny(arriving, saving) == saving)
                Assert.Fail($"The save ended without a message: {(await saving).Ending}");
            var request = await arriving;
            Assert.Equal("POST", request.Request.HttpMethod);
            Assert.Equal("application/json; charset=utf-8", request.Request.ContentType);
            bodies.Add((await JsonDocument.ParseAsync(request.Request.InputStream)).RootElement);
            request.Response.StatusCode = answer;
            request.Response.Close();
        }

        return (await saving, bodies);
    }
}
