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
