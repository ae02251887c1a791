using Rekkord.Engine.Tests;
using Rekkord.Engine.Tests.Hooks;

namespace Rekkord.Module.Tests.Samples;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PostgreSqlTests(SharedServer<PostgreSqlServer> shared) : IClassFixture<SharedServer<PostgreSqlServer>>
{
    private const string All = "SELECT id, name, coalesce(note, 'NULL!'), encode(data, 'hex') FROM item ORDER BY id";

    private PostgreSqlServer Server => shared.Server;

    [RequiresProgramTheory("initdb", "pg_ctl", "pg_dump", "psql")]
    [InlineData("presave/50-postgresql.sh")]
    [InlineData("presave/50-postgresql.ps1")]
    public void A_database_comes_back_from_its_snapshot_and_unchanged_it_is_not_stored_twice(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Server.Settings);
        Fill();
        var content = Server.Sql("shop", All);

        sandbox.SaveTwice(leastSize: 4_000_000);
        Server.Sql("shop", "DROP TABLE item");
        sandbox.Restore();

        Server.Sql("postgres", "DROP DATABASE IF EXISTS fresh");
        Server.Sql("postgres", "CREATE DATABASE fresh TEMPLATE template0");
        Server.Load("fresh", Path.Combine(sandbox.Restored, "db-shop.sql"));
        Assert.Equal(content, Server.Sql("fresh", All));
    }

    [RequiresProgramTheory("initdb", "pg_ctl", "pg_dump", "psql")]
    [InlineData("presave/50-postgresql.sh")]
    [InlineData("presave/50-postgresql.ps1")]
    public void A_server_that_is_killed_while_it_dumps_stops_the_save(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Server.Settings);
        Fill();
        sandbox.Save().Clean();
        try
        {
            sandbox.AssertKilledServerStopsSave(Server, "shop", "BEGIN; LOCK TABLE item IN ACCESS EXCLUSIVE MODE", "server closed the connection");
        }
        finally
        {
            Server.Start();
        }
    }

    [RequiresRootFact]
    public void A_disk_that_gets_full_under_the_shell_sample_stops_the_save() => FillDisk("presave/50-postgresql.sh");

    [RequiresRootFact]
    public void A_disk_that_gets_full_under_the_script_sample_stops_the_save() => FillDisk("presave/50-postgresql.ps1");

    private void FillDisk(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Server.Settings);
        sandbox.LimitDisk("2m");
        Server.Sql("postgres", "DROP DATABASE IF EXISTS shop");
        Server.Sql("postgres", "DROP DATABASE IF EXISTS fresh");
        sandbox.Save().Clean();
        Fill();
        sandbox.AssertSaveStops("No space left on device");
    }

    private void Fill()
    {
        Server.Sql("postgres", "DROP DATABASE IF EXISTS shop");
        Server.Sql("postgres", "CREATE DATABASE shop");
        Server.Sql("shop", "CREATE TABLE item(id int PRIMARY KEY, name text, note text, data bytea)");
        Server.Sql("shop", """
            INSERT INTO item
            SELECT i, 'Stück ' || i || ' 漢字 🐘', CASE WHEN i % 3 > 0 THEN E'a ''quoted''\nline\t\\N' END,
                (SELECT string_agg(sha256((i * 1000 + j)::text::bytea), '') FROM generate_series(1, 250) j)
            FROM generate_series(1, 300) i
            """);
    }
}
