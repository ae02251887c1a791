namespace Rekkord.Engine.Tests.Hooks;

/// <summary>PostgreSQL, with one cluster of its own.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PostgreSqlServer : DatabaseServer
{
    public PostgreSqlServer()
        : base("postgres")
    {
        RunAsServer("initdb", "--pgdata", Data, "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--locale=C");
        // It returns when the server answers.
        RunAsServer("pg_ctl", "start", "--wait", "--pgdata", Data, "--log", Path.Combine(Root, "log"),
            "--options", $"-c listen_addresses= -c unix_socket_directories={Root} -c fsync=off");
    }

    protected override string ProcessIdFile => Path.Combine(Data, "postmaster.pid");

    private string Data => Path.Combine(Root, "data");

    public (string Name, string Value)[] Settings => [("PGHOST", Root), ("PGUSER", "postgres")];

    public string Sql(string database, string sql) => TestProgram.Run(
        "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1",
        "-h", Root, "-U", "postgres", "-d", database, "-c", sql);

    public void Load(string database, string file) => TestProgram.Run(
        "psql", "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-h", Root, "-U", "postgres", "-d", database, "-f", file);
}
