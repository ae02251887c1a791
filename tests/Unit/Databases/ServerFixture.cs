namespace Rekkord.Tests.Databases;

/// <summary>One server for all tests of a class, started when the first of them asks for it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ServerFixture : IDisposable
{
    private DatabaseServer? _server;

    internal T Get<T>()
        where T : DatabaseServer, new()
    {
        _server ??= new T();
        return (T)_server;
    }

    public void Dispose() => _server?.Dispose();
}
