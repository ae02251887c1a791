namespace Rekkord.Module.Integration.Tests.Samples;

/// <summary>One server for the tests of a class. It starts with the first that uses it, so that skipped tests need none.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SharedServer<TServer> : IDisposable
    where TServer : DatabaseServer, new()
{
    private TServer? _server;

    public TServer Server => _server ??= new TServer();

    public void Dispose() => _server?.Dispose();
}
