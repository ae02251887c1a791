using System.Diagnostics;

namespace Rekkord.Module.Integration.Tests.Samples;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SqliteTests
{
    private const string Shell = "presave/50-sqlite.sh", Script = "presave/50-sqlite.ps1";

    private const string All = "SELECT id, quote(name), quote(note), hex(data) FROM item ORDER BY id";

    [RequiresProgramTheory("sqlite3")]
    [InlineData(Shell)]
    [InlineData(Script)]
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

    [RequiresProgramFact("sqlite3")]
    public void Both_samples_make_the_same_files()
    {
        using var sandbox = new DumpSandbox(Shell);
        var quoted = Path.Combine(sandbox.Module.Base, "a \"quoted\" \\ [*] ?#.db");
        var empty = Path.Combine(sandbox.Module.Base, "größe");
        var (pattern, match) = (Path.Combine(sandbox.Module.Base, "[a].db"), Path.Combine(sandbox.Module.Base, "a.db"));
        Sql(quoted, "CREATE TABLE t(v)");
        File.WriteAllText(empty, "");
        Sql(pattern, "CREATE TABLE asked_for(v)");
        Sql(match, "CREATE TABLE matched(v)");
        sandbox.AssertPairIsAlike(Shell, ("SQLITE_DATABASES", $"{quoted}\n\n{pattern}\n{empty}"), ("PATH", "/usr/bin:/bin"), ("LC_ALL", "C"));
        Assert.Equal([NameOf(pattern), NameOf(quoted), NameOf(empty)], sandbox.Files);
        sandbox.AssertPermissions();
    }

    [RequiresProgramTheory("sqlite3")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void The_hook_can_have_any_name(string sample)
    {
        using var sandbox = new DumpSandbox(sample);
        var database = Path.Combine(sandbox.Module.Base, "db");
        Sql(database, "CREATE TABLE t(v)");
        sandbox.Install(sample, ("SQLITE_DATABASES", database));
        var hook = Assert.Single(Directory.GetFiles(sandbox.Module.HookDirectory("PreSave")));
        File.Move(hook, Path.Combine(Path.GetDirectoryName(hook)!, $"50 it's \"mine\" [*]{Path.GetExtension(sample)}"));
        sandbox.Dump();
        Assert.Equal([NameOf(database)], sandbox.Files);
    }

    [RequiresProgramTheory("sqlite3")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void A_database_is_copied_while_a_writer_holds_it_open_and_while_others_commit_without_a_break(string sample)
    {
        using var sandbox = new DumpSandbox(sample);
        var database = Path.Combine(sandbox.Module.Base, "busy.db");
        Sql(database, "PRAGMA journal_mode=WAL; CREATE TABLE t(v); INSERT INTO t VALUES('one'); CREATE TABLE big AS SELECT randomblob(40000000) AS v;");
        sandbox.Install(sample, ("SQLITE_DATABASES", database));
        // A copy that starts over after each commit would not come to its end.
        sandbox.Module.Configure("HookTimeout = '60s'");
        using (var writer = Process.Start(new ProcessStartInfo("sqlite3", [database]) { RedirectStandardInput = true })!)
        {
            using var copied = new CancellationTokenSource();
            var writing = Task.Run(() =>
            {
                writer.StandardInput.WriteLine("PRAGMA synchronous = off;");
                while (!copied.IsCancellationRequested)
                    writer.StandardInput.WriteLine("UPDATE t SET v = v;");
                writer.StandardInput.Close();
            });
            try
            {
                sandbox.Dump();
            }
            finally
            {
                copied.Cancel();
                writing.Wait();
                writer.WaitForExit();
            }
        }

        using var session = new HeldSession("BEGIN IMMEDIATE; INSERT INTO t VALUES('not committed')", "sqlite3", database);
        sandbox.Dump();
        Assert.Equal("one\n", Sql(sandbox.PathOf(NameOf(database)), "SELECT v FROM t"));
    }

    [RequiresProgramTheory("sqlite3")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void What_cannot_be_copied_is_named_keeps_its_old_copy_and_does_not_cost_the_others(string sample)
    {
        using var sandbox = new DumpSandbox(sample);
        string PathOf(string name) => Path.Combine(sandbox.Module.Base, name);
        string[] databases = [PathOf("no database"), PathOf("damaged"), PathOf("sound")];
        foreach (var database in databases)
            Sql(database, "CREATE TABLE t(v); CREATE INDEX i ON t(v); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<5000) INSERT INTO t SELECT hex(randomblob(20)) FROM n;");
        sandbox.Install(sample, ("SQLITE_DATABASES", string.Join('\n', [.. databases, PathOf("missing"), "relative.db"])));
        sandbox.AssertFails("missing' does not exist", "'relative.db' is not a full path");
        var good = SampleHooks.ReadAll(sandbox.Dumps);
        Assert.Equal(databases.Select(NameOf).Order(StringComparer.Ordinal), sandbox.Files);
        Assert.False(File.Exists(PathOf("missing")));

        File.WriteAllText(databases[0], string.Concat(Enumerable.Repeat("this is no database ", 1000)));
        using (var file = new FileStream(databases[1], FileMode.Open))
        {
            file.Position = file.Length / 2;
            file.Write(new byte[5000]);
        }

        Sql(databases[2], "DROP TABLE t");
        sandbox.AssertFails("file is not a database", "is damaged");
        var after = SampleHooks.ReadAll(sandbox.Dumps);
        Assert.Equal(good[NameOf(databases[0])], after[NameOf(databases[0])]);
        Assert.Equal(good[NameOf(databases[1])], after[NameOf(databases[1])]);
        Assert.NotEqual(good[NameOf(databases[2])], after[NameOf(databases[2])]);
    }

    [RequiresProgramTheory("sqlite3")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void A_database_that_only_its_application_can_check_is_copied_and_that_is_said(string sample)
    {
        using var sandbox = new DumpSandbox(sample);
        var database = Path.Combine(sandbox.Module.Base, "media.db");
        Sql(database, "CREATE TABLE t(v COLLATE nocase); CREATE INDEX i ON t(v); PRAGMA writable_schema = on; "
            + "UPDATE sqlite_master SET sql = replace(sql, 'nocase', 'icu_root');");
        sandbox.Install(sample, ("SQLITE_DATABASES", database));
        Assert.Contains("not checked: Error: in prepare, no such collation sequence: icu_root", Assert.Single(sandbox.Dump()), StringComparison.Ordinal);
    }

    [RequiresProgramTheory("sqlite3")]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void What_the_users_settings_file_says_does_not_change_an_answer(string sample)
    {
        using var sandbox = new DumpSandbox(sample);
        var database = Path.Combine(sandbox.Module.Base, "db");
        Sql(database, "CREATE TABLE t(v)");
        // The file's place comes from the list of users, so that a stand-in has to read it: like the real one, not when another is named.
        var programs = sandbox.StandIn("sqlite3", $$"""
            case " $* " in *' -init '*) ;; *) set -- -header "$@" ;; esac
            exec '{{RequiresProgramFactAttribute.Find("sqlite3")}}' "$@"
            """);
        sandbox.Install(sample, ("SQLITE_DATABASES", database), ("PATH", $"{programs}:/usr/bin:/bin"));
        sandbox.Dump();
    }

    [RequiresRootFact]
    public void A_database_at_rest_on_a_read_only_mount_is_copied_and_one_that_is_not_is_told_why()
    {
        foreach (var sample in new[] { Shell, Script })
        {
            using var sandbox = new DumpSandbox(sample);
            var directory = Directory.CreateDirectory(Path.Combine(sandbox.Module.Base, "100% ?#")).FullName;
            var database = Path.Combine(directory, "db");
            Sql(database, "PRAGMA journal_mode=WAL; CREATE TABLE t(v); INSERT INTO t VALUES('one');");
            var link = Path.Combine(sandbox.Module.Base, "link");
            File.CreateSymbolicLink(link, Path.Combine(Path.GetFileName(directory), "db"));
            sandbox.Install(sample, ("SQLITE_DATABASES", $"{database}\n{link}"));
            TestProgram.Run("mount", "--bind", "-o", "ro", directory, directory);
            try
            {
                sandbox.Dump();
                Assert.Equal("one\n", Sql(sandbox.PathOf(NameOf(database)), "SELECT v FROM t"));
                Assert.Equal("one\n", Sql(sandbox.PathOf(NameOf(link)), "SELECT v FROM t"));
            }
            finally
            {
                TestProgram.Run("umount", "--lazy", directory);
            }

            File.WriteAllText($"{database}-wal", "what a connection left");
            TestProgram.Run("mount", "--bind", "-o", "ro", directory, directory);
            try
            {
                foreach (var given in new[] { database, link })
                {
                    sandbox.Install(sample, ("SQLITE_DATABASES", given));
                    sandbox.AssertFailsAndTouchesNothing("unable to open database file", "Its -wal file has not been merged yet");
                }
            }
            finally
            {
                TestProgram.Run("umount", "--lazy", directory);
            }
        }
    }

    [RequiresRootFact]
    public void A_disk_that_gets_full_under_the_shell_sample_stops_the_save() => FillDisk(Shell);

    [RequiresRootFact]
    public void A_disk_that_gets_full_under_the_script_sample_stops_the_save() => FillDisk(Script);

    [Theory]
    [InlineData(Shell)]
    [InlineData(Script)]
    public void Without_its_setting_the_hook_fails_and_says_which(string sample)
    {
        using var sandbox = new DumpSandbox(sample);
        sandbox.AssertFails("SQLITE_DATABASES");
    }

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

    /// <summary>The name of a database's copy.</summary>
    private static string NameOf(string database) =>
        database.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);

    private static string Sql(string database, string sql) =>
        TestProgram.Run("sqlite3", "-init", "/dev/null", "-bail", database, sql).Replace("wal\n", "", StringComparison.Ordinal);
}
