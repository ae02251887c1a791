using Rekkord.Engine.Hooks;

namespace Rekkord.Engine.Tests.Hooks;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SqliteSampleTests : IDisposable
{
    private readonly HookSandbox _sandbox = new();
    private readonly string _database;
    private readonly string _dumps;

    public SqliteSampleTests()
    {
        _database = _sandbox.PathOf("it's a 100% real.db");
        _dumps = _sandbox.PathOf("my dumps");
    }

    [RequiresProgramFact("sqlite3")]
    public void A_database_is_copied_while_a_writer_holds_it_open()
    {
        Sql(_database, "PRAGMA journal_mode=WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t(v) VALUES('one'),('two');");
        Install(_database);
        using var writer = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sqlite3", [_database])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        writer.StandardInput.WriteLine("BEGIN IMMEDIATE; INSERT INTO t(v) VALUES('not committed'); SELECT 'open';");
        writer.StandardInput.Flush();
        Assert.Equal("open", writer.StandardOutput.ReadLine());

        var result = _sandbox.RunSingle();
        Assert.True(result.Succeeded, result.Reason);
        writer.StandardInput.Close();
        writer.WaitForExit();

        var copy = Assert.Single(Directory.GetFiles(_dumps));
        Assert.Equal("one\ntwo\n", Sql(copy, "SELECT v FROM t ORDER BY id"));
        Assert.Equal([$"copied {_database}"], result.Output);
    }

    [RequiresProgramFact("sqlite3")]
    public void Two_copies_of_an_unchanged_database_are_the_same_bytes()
    {
        Sql(_database, "CREATE TABLE t(v); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<10000) INSERT INTO t SELECT hex(randomblob(20)) FROM n;");
        Install(_database);
        Assert.True(_sandbox.RunSingle().Succeeded);
        var first = File.ReadAllBytes(Assert.Single(Directory.GetFiles(_dumps)));
        Assert.True(_sandbox.RunSingle().Succeeded);
        Assert.Equal(first, File.ReadAllBytes(Assert.Single(Directory.GetFiles(_dumps))));
    }

    [RequiresProgramFact("sqlite3")]
    public void A_database_that_does_not_exist_fails_the_hook_and_is_not_made()
    {
        Install(_sandbox.PathOf("missing.db"));
        var result = _sandbox.RunSingle();
        Assert.Equal($"exit code 1: The database '{_sandbox.PathOf("missing.db")}' does not exist.", result.Reason);
        Assert.False(File.Exists(_sandbox.PathOf("missing.db")));
        Assert.Empty(Directory.GetFiles(_dumps));
    }

    [RequiresProgramFact("sqlite3")]
    public void A_file_that_is_no_database_fails_the_hook_with_the_tools_words_and_the_old_copy_stays()
    {
        Sql(_database, "CREATE TABLE t(v); INSERT INTO t VALUES('good');");
        Install(_database);
        Assert.True(_sandbox.RunSingle().Succeeded);
        File.WriteAllText(_database, string.Concat(Enumerable.Repeat("this is no database ", 1000)));

        var result = _sandbox.RunSingle();
        Assert.Equal(HookStatus.Failed, result.Status);
        Assert.Contains("not a database", result.Reason, StringComparison.Ordinal);
        Assert.Equal("good\n", Sql(Assert.Single(Directory.GetFiles(_dumps)), "SELECT v FROM t"));
    }

    [RequiresProgramFact("sqlite3")]
    public void A_damaged_database_fails_the_hook()
    {
        Sql(_database, "CREATE TABLE t(v); CREATE INDEX i ON t(v); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<5000) INSERT INTO t SELECT hex(randomblob(20)) FROM n;");
        using (var file = new FileStream(_database, FileMode.Open))
        {
            file.Position = file.Length / 2;
            file.Write(new byte[5000]);
        }

        Install(_database);
        var result = _sandbox.RunSingle();
        Assert.Equal(HookStatus.Failed, result.Status);
        Assert.Contains("malformed", result.Reason, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_dumps));
    }

    [RequiresRootFact]
    public void A_full_disk_fails_the_hook_with_the_tools_words_and_the_old_copy_stays()
    {
        Sql(_database, "CREATE TABLE t(v); INSERT INTO t VALUES('good');");
        Directory.CreateDirectory(_dumps);
        HookSandbox.Execute("mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "none", _dumps);
        try
        {
            Install(_database);
            Assert.True(_sandbox.RunSingle().Succeeded);
            Sql(_database, "INSERT INTO t VALUES(randomblob(1000000));");
            var result = _sandbox.RunSingle();
            Assert.Equal(HookStatus.Failed, result.Status);
            Assert.Contains("disk is full", result.Reason, StringComparison.Ordinal);
            Assert.Equal("good\n", Sql(Assert.Single(Directory.GetFiles(_dumps)), "SELECT v FROM t"));
        }
        finally
        {
            HookSandbox.Execute("umount", _dumps);
        }
    }

    [Fact]
    public void Without_its_setting_the_hook_fails_and_says_which()
    {
        _sandbox.AddSample("presave/50-sqlite.sh", HookPhase.PreSave, ("DUMP_DIRECTORY", _dumps));
        Assert.Contains("SQLITE_DATABASES", _sandbox.RunSingle().Reason, StringComparison.Ordinal);
    }

    public void Dispose() => _sandbox.Dispose();

    private void Install(string database) =>
        _sandbox.AddSample("presave/50-sqlite.sh", HookPhase.PreSave, ("SQLITE_DATABASES", database), ("DUMP_DIRECTORY", _dumps));

    private static string Sql(string database, string sql) => HookSandbox.Execute("sqlite3", "-bail", database, sql).Replace("wal\n", "", StringComparison.Ordinal);
}
