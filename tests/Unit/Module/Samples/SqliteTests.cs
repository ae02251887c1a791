using Rekkord.Engine.Tests;
using Rekkord.Engine.Tests.Hooks;

namespace Rekkord.Module.Tests.Samples;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SqliteTests
{
    private const string All = "SELECT id, quote(name), quote(note), hex(data) FROM item ORDER BY id";

    [RequiresProgramTheory("sqlite3")]
    [InlineData("presave/50-sqlite.sh")]
    [InlineData("presave/50-sqlite.ps1")]
    public void A_database_comes_back_from_its_snapshot_and_unchanged_it_is_not_stored_twice(string sample)
    {
        using var sandbox = new DumpSandbox(sample);
        var database = Path.Combine(sandbox.Module.Base, "it's 100% größe.db");
        sandbox.Install(sample, ("SQLITE_DATABASES", database));
        Sql(database, """
            CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, note TEXT, data BLOB);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
            INSERT INTO item SELECT i, 'Stück ' || i || ' 漢字 🐘', CASE WHEN i % 3 THEN 'a ''quoted''' || char(10) || 'line' END, randomblob(8000) FROM n;
            """);
        var content = Sql(database, All);

        sandbox.SaveTwice(leastSize: 4_000_000);
        Sql(database, "DROP TABLE item; VACUUM;");
        sandbox.Restore();

        var fresh = Path.Combine(sandbox.Module.Base, "fresh.db");
        Sql(fresh, $".restore \"{Assert.Single(Directory.GetFiles(sandbox.Restored))}\"");
        Assert.Equal(content, Sql(fresh, All));
    }

    [RequiresRootFact]
    public void A_disk_that_gets_full_under_the_shell_sample_stops_the_save() => FillDisk("presave/50-sqlite.sh");

    [RequiresRootFact]
    public void A_disk_that_gets_full_under_the_script_sample_stops_the_save() => FillDisk("presave/50-sqlite.ps1");

    private static void FillDisk(string sample)
    {
        using var sandbox = new DumpSandbox(sample);
        var database = Path.Combine(sandbox.Module.Base, "db");
        sandbox.Install(sample, ("SQLITE_DATABASES", database));
        sandbox.LimitDisk("256k");
        Sql(database, "CREATE TABLE t(v); INSERT INTO t VALUES('good');");
        sandbox.Save().Clean();
        Sql(database, "INSERT INTO t VALUES(randomblob(1000000));");
        sandbox.AssertSaveStops("disk is full");
    }

    private static string Sql(string database, string sql) => TestProgram.Run("sqlite3", "-bail", database, sql);
}
