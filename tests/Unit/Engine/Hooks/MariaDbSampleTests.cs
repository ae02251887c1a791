using Rekkord.Engine.Hooks;

namespace Rekkord.Engine.Tests.Hooks;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class MariaDbSampleTests : IDisposable
{
    private readonly HookSandbox _sandbox = new();
    private MariaDbServer? _server;

    [RequiresProgramFact("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")]
    public void Every_database_is_dumped_and_can_be_loaded_again()
    {
        var server = StartWithData();
        var result = RunSample();
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal(["dumped a b", "dumped shop"], result.Output);
        Assert.Equal(["db-a b.sql", "db-shop.sql", "users.sql"], Directory.GetFiles(Dumps).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("clerk", File.ReadAllText(Path.Combine(Dumps, "users.sql")), StringComparison.Ordinal);

        var before = server.Sql("SELECT id, name, hex(data) FROM shop.item ORDER BY id");
        server.Sql("DELETE FROM shop.item WHERE id % 2 = 0; CREATE DATABASE fresh");
        server.Load("fresh", Path.Combine(Dumps, "db-shop.sql"));
        Assert.Equal(before, server.Sql("SELECT id, name, hex(data) FROM fresh.item ORDER BY id"));
    }

    [RequiresProgramFact("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")]
    public void Two_dumps_of_an_unchanged_server_are_the_same_bytes_and_those_of_a_dropped_database_go()
    {
        var server = StartWithData();
        Assert.True(RunSample().Succeeded);
        var first = SampleHooks.ReadAll(Dumps);
        Assert.True(RunSample().Succeeded);
        Assert.Equal(first, SampleHooks.ReadAll(Dumps));

        server.Sql("DROP DATABASE shop");
        Assert.True(RunSample().Succeeded);
        first.Remove("db-shop.sql");
        Assert.Equal(first, SampleHooks.ReadAll(Dumps));
    }

    [RequiresProgramFact("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")]
    public void A_wrong_password_a_broken_view_and_a_killed_server_fail_the_hook_and_the_old_dumps_stay()
    {
        var server = StartWithData();
        Assert.True(RunSample().Succeeded);
        var good = SampleHooks.ReadAll(Dumps);

        // In the last database: the one before it is dumped, and takes the place of none all the same.
        server.Sql("CREATE VIEW shop.broken AS SELECT * FROM `a b`.t; DROP TABLE `a b`.t");
        AssertFails("Couldn't execute 'SHOW FIELDS FROM `broken`'|references invalid table", good);
        server.Sql("DROP VIEW shop.broken");

        File.WriteAllText(server.DefaultsFile, File.ReadAllText(server.DefaultsFile).Replace("user=root", "user=clerk\npassword=wrong", StringComparison.Ordinal));
        AssertFails("Access denied for user 'clerk'", good);

        server.Kill();
        AssertFails("Can't connect to local server", good);
    }

    public void Dispose()
    {
        _server?.Dispose();
        _sandbox.Dispose();
    }

    private string Dumps => _sandbox.PathOf("my dumps");

    private void AssertFails(string words, Dictionary<string, string> good)
    {
        var result = RunSample();
        Assert.Equal(HookStatus.Failed, result.Status);
        Assert.Contains(words.Split('|')[^1], result.Reason, StringComparison.Ordinal);
        Assert.Equal(good, SampleHooks.ReadAll(Dumps));
    }

    private HookResult RunSample()
    {
        _sandbox.AddSample("presave/50-mariadb.sh", HookPhase.PreSave, ("DUMP_DIRECTORY", Dumps), ("MYSQL_DEFAULTS_FILE", _server!.DefaultsFile));
        return _sandbox.RunSingle();
    }

    private MariaDbServer StartWithData()
    {
        _server = new MariaDbServer();
        _server.Sql("CREATE DATABASE shop; CREATE DATABASE `a b`; CREATE TABLE `a b`.t(x int); CREATE USER clerk@localhost IDENTIFIED BY 'right'");
        _server.Sql("CREATE TABLE shop.item(id int PRIMARY KEY, name text, data blob); "
            + "INSERT INTO shop.item SELECT seq, concat('Stück ', md5(seq)), unhex(md5(seq)) FROM shop.seq_1_to_20000");
        return _server;
    }
}
