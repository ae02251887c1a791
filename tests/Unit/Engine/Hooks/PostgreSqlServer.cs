namespace Rekkord.Engine.Tests.Hooks;

/// <summary>PostgreSQL, with one cluster of its own.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PostgreSqlServer : DatabaseServer
{
    public PostgreSqlServer()
        : base("postgres")
    {
        RunAsServer("initdb", "--pgdata", Data, "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--locale=C");
        Start();
    }

    // It returns when the server answers. Shared memory goes into files of the cluster: of a server that is killed, nothing else would remove it.
    protected override void Launch() => RunAsServer("pg_ctl", "start", "--wait", "--pgdata", Data, "--log", Path.Combine(Root, "log"),
        "--options", $"-c listen_addresses= -c unix_socket_directories={Root} -c fsync=off -c dynamic_shared_memory_type=mmap");

    protected override string ProcessIdFile => Path.Combine(Data, "postmaster.pid");

    private string Data => Path.Combine(Root, "data");

    public (string Name, string Value)[] Settings => [("PGHOST", Root), ("PGUSER", "postgres")];

    public string Sql(string database, string sql) => TestProgram.Run(
        "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1",
        "-h", Root, "-U", "postgres", "-d", database, "-c", sql);

    public void Load(string database, string file) => TestProgram.Run(
        "psql", "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-h", Root, "-U", "postgres", "-d", database, "-f", file);

    public override HeldSession Hold(string database, string sql) => new(
        sql, "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "-h", Root, "-U", "postgres", "-d", database);

    public override bool IsSessionBlocked => Sql("postgres", "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted") == "t\n";
}
