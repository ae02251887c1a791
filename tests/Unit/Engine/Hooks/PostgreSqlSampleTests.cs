using Rekkord.Engine.Hooks;

namespace Rekkord.Engine.Tests.Hooks;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PostgreSqlSampleTests : IDisposable
{
    private const string Sample = "presave/50-postgresql.sh";

    private readonly HookSandbox _sandbox = new();
    private PostgreSqlServer? _server;

    [RequiresProgramFact("initdb", "pg_ctl", "pg_dump", "psql")]
    public void Every_database_is_dumped_and_can_be_loaded_again()
    {
        var server = StartWithData();
        var result = RunSample();
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal(["dumped a = b 'c", "dumped postgres", "dumped shop"], result.Output);
        Assert.Equal(["db-a = b 'c.sql", "db-postgres.sql", "db-shop.sql", "globals.sql"], Directory.GetFiles(Dumps).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("CREATE ROLE clerk", File.ReadAllText(Path.Combine(Dumps, "globals.sql")), StringComparison.Ordinal);

        const string all = "SELECT id, name, price FROM item ORDER BY id";
        var before = server.Sql("shop", all);
        server.Sql("shop", "DELETE FROM item WHERE id % 2 = 0");
        server.Sql("postgres", "CREATE DATABASE fresh");
        server.Load("fresh", Path.Combine(Dumps, "db-shop.sql"));
        Assert.Equal(before, server.Sql("fresh", all));
    }

    [RequiresProgramFact("initdb", "pg_ctl", "pg_dump", "psql")]
    public void Two_dumps_of_an_unchanged_server_are_the_same_bytes_and_those_of_a_dropped_database_go()
    {
        var server = StartWithData();
        Assert.True(RunSample().Succeeded);
        var first = SampleHooks.ReadAll(Dumps);
        Assert.True(RunSample().Succeeded);
        Assert.Equal(first, SampleHooks.ReadAll(Dumps));

        server.Sql("postgres", "DROP DATABASE shop");
        Assert.True(RunSample().Succeeded);
        first.Remove("db-shop.sql");
        Assert.Equal(first, SampleHooks.ReadAll(Dumps));
    }

    [RequiresProgramFact("initdb", "pg_ctl", "pg_dump", "psql")]
    public void A_dump_that_fails_half_way_keeps_the_old_ones_and_tells_the_tools_words()
    {
        var server = StartWithData();
        Assert.True(RunSample().Succeeded);
        var good = SampleHooks.ReadAll(Dumps);

        // The last database cannot be read to its end; the ones before it can.
        server.Sql("shop", "CREATE FUNCTION fail() RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'half way'; END $$; CREATE MATERIALIZED VIEW never AS SELECT 1 WITH NO DATA");
        server.Sql("shop", "UPDATE pg_class SET relam = 0 WHERE relname = 'item'");
        var result = RunSample();
        Assert.Equal(HookStatus.Failed, result.Status);
        Assert.Contains(result.ErrorOutput, line => ((string)line!).StartsWith("pg_dump: error:", StringComparison.Ordinal));
        Assert.Equal(good, SampleHooks.ReadAll(Dumps));
    }

    [RequiresProgramFact("initdb", "pg_ctl", "pg_dump", "psql")]
    public void A_server_that_was_killed_fails_the_hook_with_the_tools_words()
    {
        var server = StartWithData();
        Assert.True(RunSample().Succeeded);
        var good = SampleHooks.ReadAll(Dumps);
        server.Kill();
        var result = RunSample();
        Assert.Equal(HookStatus.Failed, result.Status);
        Assert.Contains(result.ErrorOutput, line => ((string)line!).Contains("psql: error: connection to server", StringComparison.Ordinal));
        Assert.Equal(good, SampleHooks.ReadAll(Dumps));
    }

    public void Dispose()
    {
        _server?.Dispose();
        _sandbox.Dispose();
    }

    private string Dumps => _sandbox.PathOf("my dumps");

    private HookResult RunSample()
    {
        _sandbox.AddSample(Sample, HookPhase.PreSave, [("DUMP_DIRECTORY", Dumps), .. _server!.Settings]);
        return _sandbox.RunSingle();
    }

    private PostgreSqlServer StartWithData()
    {
        _server = new PostgreSqlServer();
        _server.Sql("postgres", "CREATE DATABASE shop");
        _server.Sql("postgres", "CREATE DATABASE \"a = b 'c\"");
        _server.Sql("postgres", "CREATE ROLE clerk");
        _server.Sql("shop", "CREATE TABLE item(id int PRIMARY KEY, name text, price numeric)");
        _server.Sql("shop", "INSERT INTO item SELECT i, 'Stück ' || md5(i::text), i * 0.37 FROM generate_series(1, 20000) i");
        return _server;
    }
}
