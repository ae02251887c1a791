namespace Rekkord.Module.Integration.Tests.Samples;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class MariaDbTests(SharedServer<MariaDbServer> shared) : IClassFixture<SharedServer<MariaDbServer>>
{
    private const string Shell = "presave/50-mariadb.sh", Script = "presave/50-mariadb.ps1";

    private MariaDbServer Server => shared.Server;

    private (string Name, string Value) Settings => ("MYSQL_DEFAULTS_FILE", Server.DefaultsFile);

    [RequiresProgramTheory("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void A_database_comes_back_from_its_snapshot_and_unchanged_it_is_not_stored_twice(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Settings);
        Fill();
        var content = Read("shop");
        var properties = Server.Sql("SHOW CREATE DATABASE shop");

        sandbox.SaveTwice(leastSize: 4_000_000);
        Server.Sql("DROP DATABASE shop");
        sandbox.Restore();

        Server.Load(null, Path.Combine(sandbox.Restored, "create-shop.sql"));
        Server.Load("shop", Path.Combine(sandbox.Restored, "db-shop.sql"));
        Assert.Equal(content, Read("shop"));
        Assert.Equal(properties, Server.Sql("SHOW CREATE DATABASE shop"));

        // And beside it, under another name, without touching it.
        Server.Sql("CREATE DATABASE fresh; DELETE FROM shop.item");
        Server.Load("fresh", Path.Combine(sandbox.Restored, "db-shop.sql"));
        Assert.Equal(content, Read("fresh"));
        Assert.Equal("", Read("shop"));

        // The accounts that the server has already are no hindrance.
        Server.Sql("DROP USER clerk@localhost");
        Server.Load(null, Path.Combine(sandbox.Restored, "users.sql"));
        Assert.Contains("'clerk'@'localhost'", Server.Sql("SELECT DISTINCT grantee FROM information_schema.user_privileges"), StringComparison.Ordinal);
    }

    [RequiresProgramFact("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")]
    public void Both_samples_make_the_same_files_of_every_database_whatever_its_name()
    {
        using var sandbox = new DumpSandbox(Shell, Settings);
        Server.Reset();
        Server.Sql("SET NAMES utf8mb4; CREATE DATABASE `-A`; CREATE DATABASE `*`; CREATE DATABASE `~`; CREATE DATABASE `été`; CREATE DATABASE `a\nb %/\"'\\`; CREATE TABLE `a\nb %/\"'\\`.precious(v int)");
        Server.Sql("CREATE TABLE `-A`.t(v int); CREATE TRIGGER `-A`.tr BEFORE INSERT ON `-A`.t FOR EACH ROW SET NEW.v = 1; "
            + "CREATE PROCEDURE `-A`.pr() SELECT 'routine'; CREATE EVENT `-A`.ev ON SCHEDULE EVERY 1 YEAR DO SELECT 'event'; CREATE VIEW `-A`.vi AS SELECT v FROM `-A`.t");

        sandbox.AssertPairIsAlike(Shell, Settings, ("LC_ALL", "C"), ("PATH", "/usr/bin:/bin"));
        Assert.Equal(
            [
                "create-%2A.sql", "create--A.sql", "create-a%0Ab%20%25%2F%22%27%5C.sql", "create-~.sql", "create-été.sql",
                "db-%2A.sql", "db--A.sql", "db-a%0Ab%20%25%2F%22%27%5C.sql", "db-~.sql", "db-été.sql", "users.sql",
            ],
            sandbox.Files);
        Assert.Contains("precious", sandbox.Read("db-a%0Ab%20%25%2F%22%27%5C.sql"), StringComparison.Ordinal);
        Assert.Contains("CREATE DATABASE /*!32312 IF NOT EXISTS*/ `été`", sandbox.Read("create-été.sql"), StringComparison.Ordinal);
        Assert.All(["TRIGGER", "'routine'", "'event'", "VIEW"], part => Assert.Contains(part, sandbox.Read("db--A.sql"), StringComparison.Ordinal));
        Assert.DoesNotContain("été", sandbox.Read("db--A.sql"), StringComparison.Ordinal);
        Assert.Contains("clerk", sandbox.Read("users.sql"), StringComparison.Ordinal);
        sandbox.AssertPermissions();
    }

    [RequiresProgramFact("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")]
    public void What_has_no_dump_or_no_earlier_versions_in_its_dump_is_said()
    {
        const string versioned = "(id int PRIMARY KEY, v text{0}) ENGINE=InnoDB WITH SYSTEM VERSIONING; ";
        using var sandbox = new DumpSandbox(Shell, Settings);
        Server.Reset();
        Server.Sql("CREATE DATABASE byTime; CREATE TABLE byTime.t" + string.Format(null, versioned, "")
            + "INSERT INTO byTime.t VALUES(1, 'earlier'); UPDATE byTime.t SET v = 'now'; CREATE DATABASE byTransaction; CREATE TABLE byTransaction.t"
            + string.Format(null, versioned, ", b bigint unsigned GENERATED ALWAYS AS ROW START, e bigint unsigned GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME(b, e)"));
        var directory = Server.AddDirectory("lost+found");
        try
        {
            Assert.Equal(
                [
                    "left out, because it is a directory and no database: %23mysql50%23lost%2Bfound",
                    "dumped byTime", "dumped byTransaction, but not the earlier versions of its rows",
                ],
                sandbox.AssertPairIsAlike(Shell, Settings));

            // A program that cannot dump them.
            var programs = sandbox.StandIn("mariadb-dump", $"[ \"$2\" != --help ] || exit 0; exec '{RequiresProgramFactAttribute.Find("mariadb-dump")}' \"$@\"");
            Assert.Contains(
                "dumped byTime, but not the earlier versions of its rows",
                sandbox.AssertPairIsAlike(Shell, Settings, ("PATH", $"{programs}:/usr/bin:/bin")));
            sandbox.Install(Shell, Settings);
            sandbox.Dump();
        }
        finally
        {
            directory.Delete();
        }

        Server.Sql("CREATE DATABASE fresh");
        Server.Load("fresh", sandbox.PathOf("db-byTime.sql"));
        Assert.Equal("earlier\nnow\n", Server.Sql("SELECT v FROM fresh.t FOR SYSTEM_TIME ALL ORDER BY row_start"));
    }

    [RequiresProgramTheory("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void An_account_that_does_not_see_everything_fails_the_hook_and_one_with_the_rights_that_the_sample_names_does_not(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Settings);
        Server.Reset();
        Server.Sql("CREATE DATABASE a; CREATE DATABASE b; CREATE TABLE a.seen(v int); CREATE TABLE a.hidden(v int); "
            + "CREATE TRIGGER a.tr BEFORE INSERT ON a.hidden FOR EACH ROW SET NEW.v = 1");
        sandbox.Dump();
        var whole = sandbox.Read("db-a.sql");

        var account = Path.Combine(sandbox.Module.Base, "account.cnf");
        File.WriteAllText(account, File.ReadAllText(Server.DefaultsFile).Replace("user=root", "user=dumper", StringComparison.Ordinal));
        sandbox.Install(sample, ("MYSQL_DEFAULTS_FILE", account));
        Server.Sql("CREATE OR REPLACE USER dumper@localhost; GRANT SELECT, SHOW VIEW, EVENT ON a.* TO dumper@localhost; GRANT SELECT ON mysql.* TO dumper@localhost");
        sandbox.AssertFailsAndTouchesNothing("Grant it SELECT, SHOW VIEW, TRIGGER, EVENT ON *.*");
        Server.Sql("GRANT SELECT, SHOW VIEW, EVENT, LOCK TABLES ON *.* TO dumper@localhost");
        sandbox.AssertFailsAndTouchesNothing("Grant it TRIGGER ON *.*");

        // Through a role, and once it is in force.
        Server.Sql("CREATE OR REPLACE ROLE seeing; GRANT TRIGGER ON *.* TO seeing; GRANT seeing TO dumper@localhost");
        sandbox.AssertFailsAndTouchesNothing("Grant it TRIGGER ON *.*");
        Server.Sql("SET DEFAULT ROLE seeing FOR dumper@localhost");
        sandbox.Dump();
        Assert.Equal(whole, sandbox.Read("db-a.sql"));
    }

    [RequiresProgramTheory("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void What_option_files_and_the_environment_say_does_not_change_what_is_dumped(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Settings);
        Server.Reset();
        Server.Sql("CREATE DATABASE shop; CREATE TABLE shop.t(v text); INSERT INTO shop.t VALUES('the row')");
        var home = Directory.CreateDirectory(Path.Combine(sandbox.Module.Base, "home")).FullName;
        var usual = Path.Combine(home, ".my.cnf");
        File.WriteAllText(usual, "[client]\nuser=nobody\n[mysqldump]\nno_data\n");
        sandbox.Install(sample, Settings, ("HOME", home), ("MYSQL_HOST", "elsewhere"));
        sandbox.Dump();
        Assert.Contains("the row", sandbox.Read("db-shop.sql"), StringComparison.Ordinal);

        File.WriteAllText(usual, $"{File.ReadAllText(Server.DefaultsFile)}[mysqldump]\nquick\nno_data\n");
        sandbox.Install(sample, ("HOME", home));
        sandbox.AssertFailsAndTouchesNothing("the option 'no-data', which could change the dumps");

        File.WriteAllText(usual, $"{File.ReadAllText(Server.DefaultsFile)}[mysqldump]\nmax_allowed_packet=16M\n[mysql]\nvertical\n");
        sandbox.AssertFailsAndTouchesNothing("The list of the databases cannot be read.");
    }

    [RequiresProgramTheory("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void A_database_that_cannot_be_dumped_is_named_keeps_its_old_dump_and_does_not_cost_the_others(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Settings);
        Server.Reset();
        Server.Sql("CREATE DATABASE a; CREATE DATABASE b; CREATE DATABASE c; CREATE TABLE a.t(v int); CREATE TABLE b.t(v int)");
        sandbox.Dump();
        var good = sandbox.Read("db-a.sql");
        Server.Sql("CREATE VIEW a.broken AS SELECT * FROM b.t; DROP TABLE b.t; CREATE TABLE b.newer(v int); DROP DATABASE c");
        sandbox.AssertFails("references invalid table", "Not dumped:");
        Assert.Equal(good, sandbox.Read("db-a.sql"));
        Assert.Contains("newer", sandbox.Read("db-b.sql"), StringComparison.Ordinal);
        Assert.True(File.Exists(sandbox.PathOf("db-c.sql")));

        Server.Sql("DROP VIEW a.broken");
        var dump = RequiresProgramFactAttribute.Find("mariadb-dump");
        var programs = sandbox.StandIn("mariadb-dump", $$"""
            for word; do case $word in --result-file=*) file=${word#--result-file=} ;; esac; done
            '{{dump}}' "$@" && if [ -n "${file:-}" ]; then truncate -s 300 "$file"; fi
            """);
        sandbox.Install(sample, Settings, ("PATH", $"{programs}:/usr/bin:/bin"));
        sandbox.AssertFailsAndTouchesNothing("The dump db-a.sql is not complete.", "The dump users.sql is not complete.");
    }

    [RequiresProgramTheory("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void In_a_directory_of_several_the_hook_removes_and_overwrites_only_what_it_made(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Settings);
        Server.Reset();
        Server.Sql("CREATE DATABASE shop");
        File.WriteAllText(sandbox.PathOf("db-archive.sql"), "mine");
        sandbox.Dump();
        Server.Sql("DROP DATABASE shop");
        Assert.Contains("removed db-shop.sql: the database is gone", sandbox.Dump());
        Assert.Equal(["db-archive.sql", "users.sql"], sandbox.Files);

        Server.Sql("CREATE DATABASE archive");
        sandbox.AssertFails("db-archive.sql was not made by this hook");
        Assert.Equal("mine", sandbox.Read("db-archive.sql"));
    }

    [RequiresProgramTheory("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void A_wrong_password_stops_the_save_and_is_not_told(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Settings);
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
    [InlineData(Shell)]
    [InlineData(Script)]
    public void A_server_that_is_killed_when_half_is_dumped_stops_the_save(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Settings);
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
    public void A_disk_that_gets_full_under_the_shell_sample_stops_the_save() => FillDisk(Shell);

    [RequiresRootFact]
    public void A_disk_that_gets_full_under_the_script_sample_stops_the_save() => FillDisk(Script);

    private void FillDisk(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Settings);
        sandbox.LimitDisk("2m");
        Server.Reset();
        sandbox.Save().Clean();
        Fill();
        sandbox.AssertSaveStops("Got errno 28 on write");
    }

    private string Read(string database) => Server.Sql($"SELECT id, hex(name), hex(note), hex(data) FROM {database}.item ORDER BY id");

    private void Fill()
    {
        Server.Reset();
        Server.Sql("""
            SET NAMES utf8mb4;
            CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_swedish_ci COMMENT 'the shop';
            CREATE TABLE shop.item(id int PRIMARY KEY, name text, note text, data mediumblob);
            INSERT INTO shop.item
            SELECT seq, concat('Stück ', seq, ' 漢字 🐘'), if(seq % 3, 'a ''quoted''\nline\t\\N', NULL),
                (SELECT group_concat(unhex(sha2(outer_row.seq * 1000 + i.seq, 256)) SEPARATOR '') FROM shop.seq_1_to_250 i)
            FROM shop.seq_1_to_300 outer_row;
            """);
    }
}
