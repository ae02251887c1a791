namespace Rekkord.Module.Integration.Tests.Samples;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PostgreSqlTests(SharedServer<PostgreSqlServer> shared) : IClassFixture<SharedServer<PostgreSqlServer>>
{
    private const string Shell = "presave/50-postgresql.sh", Script = "presave/50-postgresql.ps1";

    private const string All = "SELECT id, name, coalesce(note, 'NULL!'), encode(data, 'hex'), marks[1] IS NULL FROM item ORDER BY id";

    private const string Properties = """
        SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, shobj_description(oid, 'pg_database'),
            (SELECT string_agg(acl::text, ' ' ORDER BY acl::text) FROM unnest(datacl) AS acl),
            (SELECT array_agg(setconfig::text ORDER BY setrole) FROM pg_db_role_setting WHERE setdatabase = pg_database.oid)
        FROM pg_database WHERE datname = 'shop'
        """;

    private PostgreSqlServer Server => shared.Server;

    [RequiresProgramTheory("initdb", "pg_ctl", "pg_dump", "psql")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void A_database_comes_back_with_all_that_belongs_to_it_and_unchanged_it_is_not_stored_twice(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Server.Settings);
        Fill();
        var content = Server.Sql("shop", All);
        var properties = Server.Sql("postgres", Properties);

        sandbox.SaveTwice(leastSize: 4_000_000);
        Server.Sql("postgres", "DROP DATABASE shop");
        sandbox.Restore();

        Server.Load("postgres", Path.Combine(sandbox.Restored, "create-shop.sql"));
        Server.Load("shop", Path.Combine(sandbox.Restored, "db-shop.sql"), "--single-transaction");
        Assert.Equal(content, Server.Sql("shop", All));
        Assert.Equal(properties, Server.Sql("postgres", Properties));

        // And beside it, under another name, without touching it.
        Server.Sql("postgres", "CREATE DATABASE fresh TEMPLATE template0");
        Server.Load("fresh", Path.Combine(sandbox.Restored, "db-shop.sql"), "--single-transaction");
        Assert.Equal(content, Server.Sql("fresh", All));
    }

    [RequiresProgramFact("initdb", "pg_ctl", "pg_dump", "psql")]
    public void Both_samples_make_the_same_files_of_every_database_whatever_its_name_and_say_what_is_left_out()
    {
        using var sandbox = new DumpSandbox(Shell, Server.Settings);
        Server.Reset();
        Server.Sql("postgres", "CREATE DATABASE \"dbname=x 'y\"");
        Server.Sql("postgres", "CREATE DATABASE \"-ö/*%\" IS_TEMPLATE true");
        Server.Sql("postgres", "CREATE DATABASE archive ALLOW_CONNECTIONS false");
        Server.Sql("postgres", "CREATE DATABASE gone");
        Server.Sql("postgres", "UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'gone'");
        Server.Sql("postgresql:///-%C3%B6%2F*%25", "CREATE TABLE precious(v int)");

        var said = sandbox.AssertPairIsAlike(Shell, Server.Settings);
        Assert.Contains("precious", sandbox.Read("db--%C3%B6%2F%2A%25.sql"), StringComparison.Ordinal);
        Assert.Contains("CREATE DATABASE \"-ö/*%\"", sandbox.Read("create--%C3%B6%2F%2A%25.sql"), StringComparison.Ordinal);
        Assert.Contains("CREATE ROLE clerk", sandbox.Read("globals.sql"), StringComparison.Ordinal);
        Assert.Equal(
            [
                "dumped -%C3%B6%2F%2A%25",
                "left out, because it allows no connections: archive",
                "dumped dbname%3Dx%20%27y",
                "left out, because a DROP DATABASE was interrupted; drop it again: gone",
                "dumped postgres",
                "dumped template1",
            ],
            said);
        Server.Reset();
        sandbox.AssertPermissions();
    }

    [RequiresProgramTheory("initdb", "pg_ctl", "pg_dump", "psql")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void What_the_environment_and_the_users_files_say_does_not_change_what_is_dumped(string sample)
    {
        using var sandbox = new DumpSandbox(sample);
        Server.Reset();
        foreach (var database in new[] { "shop", "crm" })
        {
            Server.Sql("postgres", $"CREATE DATABASE {database}");
            Server.Sql(database, $"CREATE TABLE t AS SELECT 'rows of {database}: 漢字'::text AS v");
        }

        var services = Path.Combine(sandbox.Module.Base, "services");
        File.WriteAllText(services, $"[prod]\nhost={Server.Root}\nuser=postgres\ndbname=shop\n");
        var settings = Path.Combine(sandbox.Module.Base, "psqlrc");
        File.WriteAllText(settings, "\\pset format html\n");
        sandbox.Install(sample, ("PATH", "/usr/bin:/bin"), ("PGSERVICEFILE", services), ("PGSERVICE", "prod"), ("PGDATABASE", "shop"), ("PSQLRC", settings),
            ("PGCLIENTENCODING", "LATIN1"), ("PGOPTIONS", "-c search_path=none -c default_transaction_isolation=serializable"), ("LC_ALL", "C"));
        sandbox.Dump();
        Assert.Contains("rows of crm: 漢字", sandbox.Read("db-crm.sql"), StringComparison.Ordinal);
        Assert.Contains("rows of shop: 漢字", sandbox.Read("db-shop.sql"), StringComparison.Ordinal);
    }

    [RequiresProgramTheory("initdb", "pg_ctl", "pg_dump", "psql")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void A_database_that_cannot_be_dumped_is_named_keeps_its_old_dump_and_does_not_cost_the_others(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Server.Settings);
        Server.Reset();
        foreach (var database in new[] { "shop", "crm", "other" })
        {
            Server.Sql("postgres", $"CREATE DATABASE {database}");
            Server.Sql(database, "CREATE TABLE item(v int)");
        }

        sandbox.Dump();
        var good = sandbox.Read("db-shop.sql");
        Server.Sql("shop", "UPDATE pg_class SET relam = 0 WHERE relname = 'item'");
        Server.Sql("postgres", "DROP DATABASE other");
        Server.Sql("postgres", "CREATE DATABASE \"two\nlines\"");
        foreach (var database in new[] { "crm", "postgresql:///two%0Alines" })
            Server.Sql(database, "CREATE TABLE newer(v int)");
        try
        {
            sandbox.AssertFails("pg_dump: error:", "Not dumped:", "shop", "two%0Alines");
        }
        finally
        {
            Server.Sql("postgres", "DROP DATABASE \"two\nlines\"");
        }

        Assert.Equal(good, sandbox.Read("db-shop.sql"));
        Assert.Contains("newer", sandbox.Read("db-crm.sql"), StringComparison.Ordinal);
        Assert.Contains("newer", sandbox.Read("db-two%0Alines.sql"), StringComparison.Ordinal);
        Assert.True(File.Exists(sandbox.PathOf("db-other.sql")));
    }

    [RequiresProgramTheory("initdb", "pg_ctl", "pg_dump", "psql")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void In_a_directory_of_several_the_hook_removes_and_overwrites_only_what_it_made(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Server.Settings);
        Server.Reset();
        Server.Sql("postgres", "CREATE DATABASE shop");
        File.WriteAllText(sandbox.PathOf("db-archive.sql"), "mine");
        sandbox.Dump();
        Server.Sql("postgres", "DROP DATABASE shop");
        Assert.Contains("removed db-shop.sql: the database is gone", sandbox.Dump());
        Assert.Equal(
            ["create-postgres.sql", "create-template1.sql", "db-archive.sql", "db-postgres.sql", "db-template1.sql", "globals.sql"], sandbox.Files);

        Server.Sql("postgres", "CREATE DATABASE archive");
        sandbox.AssertFails("db-archive.sql was not made by this hook");
        Assert.Equal("mine", sandbox.Read("db-archive.sql"));

        // The same sample, copied for a second server.
        var extension = Path.GetExtension(sample);
        var hooks = sandbox.Module.HookDirectory("PreSave");
        File.Move(Path.Combine(hooks, $"50-postgresql{extension}"), Path.Combine(hooks, $"60-second{extension}"));
        var globals = File.GetLastWriteTimeUtc(sandbox.PathOf("globals.sql"));
        sandbox.AssertFails("globals.sql was not made by this hook");
        Assert.Equal(globals, File.GetLastWriteTimeUtc(sandbox.PathOf("globals.sql")));
    }

    [RequiresProgramTheory("initdb", "pg_ctl", "pg_dump", "psql")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void A_list_or_a_dump_that_was_cut_short_and_a_role_that_sees_less_fail_the_hook(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Server.Settings);
        Server.Reset();
        Server.Sql("postgres", "CREATE DATABASE shop");
        sandbox.Dump();

        sandbox.Install(sample, [.. Server.Settings, ("PGUSER", "clerk")]);
        sandbox.AssertFailsAndTouchesNothing("The role is not a superuser");
        Server.Sql("postgres", "GRANT CONNECT ON DATABASE shop TO clerk; ALTER DATABASE shop SET role = clerk");
        sandbox.Install(sample, Server.Settings);
        sandbox.AssertFails("Not dumped: shop", "not a superuser");
        Server.Sql("postgres", "ALTER DATABASE shop RESET role");

        string cutting(string program) => $$"""
            for word; do case $word in --file=*) file=${word#--file=} ;; esac; done
            '{{RequiresProgramFactAttribute.Find(program)}}' "$@" && if [ -n "${file:-}" ]; then truncate -s 300 "$file"; fi
            """;
        sandbox.StandIn("pg_dumpall", cutting("pg_dumpall"));
        var path = ("PATH", $"{sandbox.StandIn("pg_dump", cutting("pg_dump"))}:{Server.ProgramPath}");
        sandbox.Install(sample, [.. Server.Settings, path]);
        sandbox.AssertFailsAndTouchesNothing("The dump globals.sql is not complete.", "The dump db-shop.sql is not complete.");

        sandbox.StandIn("psql", "echo 'open postgres'");
        sandbox.AssertFailsAndTouchesNothing("The list of the databases is not complete.");
    }

    [RequiresProgramTheory("initdb", "pg_ctl", "pg_dump", "psql")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void The_word_that_protects_a_dump_is_random_stays_the_same_and_belongs_to_nobody_else(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Server.Settings);
        Server.Reset();
        var word = sandbox.PathOf(".restrict-key");
        File.WriteAllText(word, "public");
        sandbox.Dump();
        if (!TestProgram.Run("pg_dump", "--help").Contains("--restrict-key", StringComparison.Ordinal))
        {
            Assert.Equal("public", File.ReadAllText(word));
            return;
        }

        var first = File.ReadAllText(word);
        Assert.Matches("^[0-9a-f]{40}$", first);
        Assert.Contains($"\\restrict {first}\n", sandbox.Read("db-postgres.sql"), StringComparison.Ordinal);
        Assert.Contains($"\\restrict {first}\n", sandbox.Read("globals.sql"), StringComparison.Ordinal);
        sandbox.Dump();
        Assert.Equal(first, File.ReadAllText(word));
    }

    [RequiresProgramTheory("initdb", "pg_ctl", "pg_dump", "psql")]
    [InlineData(Shell)]
    [InlineData(Script)]
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
    public void When_no_server_is_named_root_asks_as_postgres()
    {
        // Where the programs look for a server by themselves; the port keeps other servers of this machine out of it.
        const string socket = "/var/run/postgresql/.s.PGSQL.54329";
        Directory.CreateDirectory(Path.GetDirectoryName(socket)!);
        Server.Reset();
        File.Delete(socket);
        File.CreateSymbolicLink(socket, Path.Combine(Server.Root, ".s.PGSQL.5432"));
        try
        {
            using var sandbox = new DumpSandbox(Shell);
            sandbox.AssertPairIsAlike(Shell, ("PATH", "/usr/bin:/bin"), ("PGPORT", "54329"));
            Assert.Contains("CREATE ROLE clerk", sandbox.Read("globals.sql"), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(socket);
        }
    }

    [RequiresRootFact]
    public void A_disk_that_gets_full_under_the_shell_sample_stops_the_save() => FillDisk(Shell);

    [RequiresRootFact]
    public void A_disk_that_gets_full_under_the_script_sample_stops_the_save() => FillDisk(Script);

    private void FillDisk(string sample)
    {
        using var sandbox = new DumpSandbox(sample, Server.Settings);
        sandbox.LimitDisk("2m");
        Server.Reset();
        sandbox.Save().Clean();
        Fill();
        sandbox.AssertSaveStops("No space left on device");

        // No room for the little that a program only writes when it closes its file.
        Server.Reset();
        using (var rest = File.Create(sandbox.PathOf("rest")))
            rest.Write(new byte[new DriveInfo(sandbox.Dumps).AvailableFreeSpace]);
        sandbox.AssertSaveStops(sample == Shell ? "could not print result table" : "The dump globals.sql is not complete.");
    }

    private void Fill()
    {
        Server.Reset();
        Server.Sql("postgres", "CREATE DATABASE shop OWNER clerk ENCODING 'UTF8' TEMPLATE template0");
        Server.Sql("postgres", "ALTER DATABASE shop SET search_path = public, app; ALTER ROLE clerk IN DATABASE shop SET work_mem = '9MB'");
        Server.Sql("postgres", "COMMENT ON DATABASE shop IS 'the shop'; REVOKE CONNECT ON DATABASE shop FROM public");
        Server.Sql("shop", "CREATE TABLE item(id int PRIMARY KEY, name text, note text, data bytea, marks text[] DEFAULT ARRAY[NULL])");
        Server.Sql("shop", """
            INSERT INTO item
            SELECT i, 'Stück ' || i || ' 漢字 🐘', CASE WHEN i % 3 > 0 THEN E'a ''quoted''\nline\t\\N' END,
                (SELECT string_agg(sha256((i * 1000 + j)::text::bytea), '') FROM generate_series(1, 250) j)
            FROM generate_series(1, 300) i
            """);

        // These act on whoever loads the database.
        Server.Sql("postgres", "ALTER DATABASE shop SET default_transaction_read_only = on");
        Server.Sql("postgres", "ALTER DATABASE shop SET array_nulls = off");
    }
}
