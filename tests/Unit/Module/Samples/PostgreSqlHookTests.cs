using Rekkord.Engine.Tests;
using Rekkord.Tests.Databases;

namespace Rekkord.Module.Tests.Samples;

/// <summary>PostgreSQL saved and brought back through the sample hooks.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PostgreSqlHookTests(ServerFixture fixture) : IClassFixture<ServerFixture>, IDisposable
{
    private const string Shell = "presave/50-postgresql.sh", Script = "presave/50-postgresql.ps1";
    private const string All = "SELECT id, name, note, data FROM item ORDER BY id";

    private readonly SampleSandbox _sandbox = new();

    [RequiresProgramFact("initdb", "pg_ctl", "pg_dump", "psql")]
    public void The_shell_sample_brings_a_lost_database_back() => AssertRoundTrip(Shell);

    [RequiresProgramFact("initdb", "pg_ctl", "pg_dump", "psql")]
    public void The_script_sample_brings_a_lost_database_back() => AssertRoundTrip(Script);

    public void Dispose() => _sandbox.Dispose();

    private PostgreSqlServer Install(string sample)
    {
        var server = fixture.Get<PostgreSqlServer>();
        if (server.Sql("postgres", "SELECT 1 FROM pg_database WHERE datname = 'shop'").Length == 0)
        {
            server.Sql("postgres", "CREATE DATABASE shop");
            server.Sql("shop", "CREATE TABLE item(id int PRIMARY KEY, name text, note text, data bytea)");
            server.Sql("shop", """
                INSERT INTO item SELECT i, E'Stück 日本\t\\\n' || i, CASE WHEN i % 3 > 0 THEN '' END, decode(repeat(md5(i::text), 10), 'hex')
                FROM generate_series(1, 8000) i
                """);
        }

        foreach (var (name, value) in server.Settings)
            _sandbox.Set(name, value);
        _sandbox.Install("PreSave", sample);
        return server;
    }

    private void AssertRoundTrip(string sample)
    {
        var server = Install(sample);
        var before = server.Sql("shop", All);
        Assert.Equal("Succeeded", _sandbox.Save().Clean().Save.Text("Status"));
        _sandbox.AssertSecondSaveStoresNextToNothing();

        server.Sql("postgres", "DROP DATABASE shop");
        var dump = _sandbox.Restore("db-shop.sql");
        server.Sql("postgres", "CREATE DATABASE shop TEMPLATE template0");
        server.Load("shop", dump);
        Assert.Equal(before, server.Sql("shop", All));
    }
}
