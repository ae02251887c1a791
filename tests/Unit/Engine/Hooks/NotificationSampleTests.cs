using System.Net;
using System.Text.Json;
using Rekkord.Engine.Hooks;

namespace Rekkord.Engine.Tests.Hooks;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class NotificationSampleTests : IDisposable
{
    private readonly HookSandbox _sandbox = new();
    private readonly HttpListener _listener = new();
    private readonly string _url;

    public NotificationSampleTests()
    {
        using (var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            socket.Start();
            _url = $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndpoint).Port}/hook/";
        }

        _listener.Prefixes.Add(_url);
        _listener.Start();
    }

    [RequiresProgramFact("curl")]
    public async Task Success_and_failure_are_told_as_JSON()
    {
        var success = await Deliver(200, new HookContext { Phase = HookPhase.PreSave, Channel = "home", Success = true, Snapshot = "ab12" });
        Assert.True(success.Result.Succeeded, success.Result.Reason);
        Assert.True(success.Body.GetProperty("success").GetBoolean());
        Assert.Equal("ab12", success.Body.GetProperty("snapshot").GetString());
        Assert.StartsWith("Saved home on ", success.Body.GetProperty("text").GetString(), StringComparison.Ordinal);

        var failure = await Deliver(200, new HookContext
        {
            Phase = HookPhase.PreSave, Channel = "a\"b\\c é", Success = false, Errors = ["disk \"full\"\nat C:\\x"],
        });
        Assert.True(failure.Result.Succeeded, failure.Result.Reason);
        Assert.False(failure.Body.GetProperty("success").GetBoolean());
        Assert.StartsWith("SAVE FAILED: a\"b\\c é on ", failure.Body.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.EndsWith(": disk \"full\" at C:\\x", failure.Body.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [RequiresProgramFact("curl")]
    public async Task A_message_that_is_not_taken_fails_the_hook()
    {
        var (result, _) = await Deliver(403, new HookContext { Phase = HookPhase.PreSave, Success = true });
        Assert.Equal(HookStatus.Failed, result.Status);
        Assert.Contains("403", result.Reason, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _listener.Close();
        _sandbox.Dispose();
    }

    private async Task<(HookResult Result, JsonElement Body)> Deliver(int status, HookContext context)
    {
        _sandbox.AddSample("postsave/90-notify.sh", HookPhase.PostSave, ("NOTIFY_URL", _url));
        var run = Task.Run(() => _sandbox.Runner.Run(context with { Phase = HookPhase.PostSave }, CancellationToken.None));
        var request = await _listener.GetContextAsync();
        var body = await JsonDocument.ParseAsync(request.Request.InputStream);
        request.Response.StatusCode = status;
        request.Response.Close();
        return (Assert.Single((await run).Results), body.RootElement);
    }
}
