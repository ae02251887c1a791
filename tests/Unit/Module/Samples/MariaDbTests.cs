using Rekkord.Engine.Tests;
using Rekkord.Engine.Tests.Hooks;

namespace Rekkord.Module.Tests.Samples;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class MariaDbTests(SharedServer<MariaDbServer> shared) : IClassFixture<SharedServer<MariaDbServer>>
{
    private MariaDbServer Server => shared.Server;

    [RequiresProgramTheory("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")]
    [InlineData("presave/50-mariadb.sh")]
    [InlineData("presave/50-mariadb.ps1")]
    public void A_database_comes_back_from_its_snapshot_and_unchanged_it_is_not_stored_twice(string sample)
    {
        using var sandbox = new DumpSandbox(sample, ("MYSQL_DEFAULTS_FILE", Server.DefaultsFile));
        Fill();
        var content = Read("shop");

        sandbox.SaveTwice(leastSize: 4_000_000);
        Server.Sql("DROP TABLE shop.item");
        sandbox.Restore();

        Server.Sql("DROP DATABASE IF EXISTS fresh; CREATE DATABASE fresh");
        Server.Load("fresh", Path.Combine(sandbox.Restored, "db-shop.sql"));
        Assert.Equal(content, Read("fresh"));
    }

    [RequiresProgramTheory("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")]
    [InlineData("presave/50-mariadb.sh")]
    [InlineData("presave/50-mariadb.ps1")]
    public void A_wrong_password_stops_the_save_and_is_not_told(string sample)
    {
        using var sandbox = new DumpSandbox(sample, ("MYSQL_DEFAULTS_FILE", Server.DefaultsFile));
        Fill();
        sandbox.Save().Clean();
        Server.Sql("CREATE OR REPLACE USER clerk@localhost IDENTIFIED BY 'right'");
        var wrong = Path.Combine(sandbox.Module.Base, "wrong.cnf");
        File.WriteAllText(wrong, File.ReadAllText(Server.DefaultsFile).Replace("user=root", "user=clerk\npassword=not-the-word", StringComparison.Ordinal));
        sandbox.Install(sample, ("MYSQL_DEFAULTS_FILE", wrong));
        var error = sandbox.AssertSaveStops("Access denied for user 'clerk'@'localhost' (using password: YES)");
        Assert.DoesNotContain("not-the-word", error, StringComparison.Ordinal);
    }

    [RequiresProgramTheory("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")]
    [InlineData("presave/50-mariadb.sh")]
    [InlineData("presave/50-mariadb.ps1")]
    public void A_server_that_is_killed_when_half_is_dumped_stops_the_save(string sample)
    {
        using var sandbox = new DumpSandbox(sample, ("MYSQL_DEFAULTS_FILE", Server.DefaultsFile));
        Fill();
        Server.Sql("CREATE TABLE shop.later(id int PRIMARY KEY)");
        sandbox.Save().Clean();
        try
        {
            sandbox.AssertKilledServerStopsSave(Server, "shop", "LOCK TABLES later WRITE", "Lost connection to");
        }
        finally
        {
            Server.Start();
        }
    }

    [RequiresRootFact]
    public void A_disk_that_gets_full_under_the_shell_sample_stops_the_save() => FillDisk("presave/50-mariadb.sh");

    [RequiresRootFact]
    public void A_disk_that_gets_full_under_the_script_sample_stops_the_save() => FillDisk("presave/50-mariadb.ps1");

    private void FillDisk(string sample)
    {
        using var sandbox = new DumpSandbox(sample, ("MYSQL_DEFAULTS_FILE", Server.DefaultsFile));
        sandbox.LimitDisk("2m");
        Server.Sql("DROP DATABASE IF EXISTS shop; DROP DATABASE IF EXISTS fresh");
        sandbox.Save().Clean();
        Fill();
        sandbox.AssertSaveStops("Got errno 28 on write");
    }

    private string Read(string database) => Server.Sql($"SELECT id, hex(name), hex(note), hex(data) FROM {database}.item ORDER BY id");

    private void Fill() => Server.Sql("""
        SET NAMES utf8mb4;
        DROP DATABASE IF EXISTS shop;
        CREATE DATABASE shop CHARACTER SET utf8mb4;
        CREATE TABLE shop.item(id int PRIMARY KEY, name text, note text, data mediumblob);
        INSERT INTO shop.item
        SELECT seq, concat('Stück ', seq, ' 漢字 🐘'), if(seq % 3, 'a ''quoted''\nline\t\\N', NULL),
            (SELECT group_concat(unhex(sha2(outer_row.seq * 1000 + i.seq, 256)) SEPARATOR '') FROM shop.seq_1_to_250 i)
        FROM shop.seq_1_to_300 outer_row;
        """);
}
