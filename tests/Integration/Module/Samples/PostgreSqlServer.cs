namespace Rekkord.Module.Integration.Tests.Samples;

/// <summary>PostgreSQL, with one cluster of its own.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PostgreSqlServer : DatabaseServer
{
    public PostgreSqlServer()
        : base("postgres")
    {
        RunAsServer("initdb", "--pgdata", Data, "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--locale=C");
        Start();
        Sql("postgres", "CREATE ROLE clerk LOGIN PASSWORD 'word'");
    }

    // It returns when the server answers. Shared memory goes into files of the cluster: of a server that is killed, nothing else would remove it.
    protected override void Launch() => RunAsServer("pg_ctl", "start", "--wait", "--pgdata", Data, "--log", Path.Combine(Root, "log"),
        "--options", $"-c listen_addresses= -c unix_socket_directories={Root} -c fsync=off -c dynamic_shared_memory_type=mmap");

    protected override string ProcessIdFile => Path.Combine(Data, "postmaster.pid");

    private string Data => Path.Combine(Root, "data");

    /// <summary>Where the programs of this server's version are, and what else there is.</summary>
    public string ProgramPath { get; } = $"{Programs}:/usr/bin:/bin";

    private static string Programs { get; } = Path.GetDirectoryName(TestProgram.Run("readlink", "-f", RequiresProgramFactAttribute.Find("initdb")!).TrimEnd('\n'))!;

    // Not Debian's script of the same name, which looks for the version first, each time.
    private static string Client { get; } = Path.Combine(Programs, "psql");

    public (string Name, string Value)[] Settings => [("PGHOST", Root), ("PGUSER", "postgres"), ("PATH", ProgramPath)];

    /// <summary>Drops what tests made, except the role clerk.</summary>
    public void Reset()
    {
        const string others = "datname NOT IN ('postgres', 'template0', 'template1')";
        Sql("postgres", $"UPDATE pg_database SET datistemplate = false WHERE {others}");
        foreach (var name in Sql("postgres", $"SELECT quote_ident(datname) FROM pg_database WHERE {others}").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Sql("postgres", $"DROP DATABASE {name} WITH (FORCE)");
    }

    public string Sql(string database, string sql) => TestProgram.Run(
        Client, "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1",
        "-h", Root, "-U", "postgres", "-d", database, "-c", sql);

    /// <summary>Loads a dump as docs/hooks.md says.</summary>
    public void Load(string database, string file, params string[] options) => TestProgram.Run(
        "env",
        [
            "PGOPTIONS=-c default_transaction_read_only=off -c array_nulls=on",
            Client, "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-h", Root, "-U", "postgres", "-d", database, "-f", file, .. options,
        ]);

    public override HeldSession Hold(string database, string sql) => new(
        sql, Client, "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "-h", Root, "-U", "postgres", "-d", database);

    public override bool IsSessionBlocked => Sql("postgres", "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted") == "t\n";
}
