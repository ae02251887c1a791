using System.Diagnostics;

namespace Rekkord.Module.Integration.Tests.Samples;

/// <summary>A session of a database's own client that is kept open.</summary>
public sealed class HeldSession : IDisposable
{
    private readonly Process _client;

    internal HeldSession(string sql, string client, params string[] arguments)
    {
        _client = Process.Start(new ProcessStartInfo(client, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        _client.StandardInput.WriteLine($"{sql}; SELECT 'done';");
        _client.StandardInput.Flush();
        Assert.Equal("done", _client.StandardOutput.ReadLine());
    }

    public void Dispose()
    {
        _client.StandardInput.Close();
        _client.StandardOutput.ReadToEnd();
        _client.WaitForExit();
        _client.Dispose();
    }
}
