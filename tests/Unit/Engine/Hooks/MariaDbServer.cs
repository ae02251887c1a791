namespace Rekkord.Engine.Tests.Hooks;

/// <summary>MariaDB, with a data directory of its own.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class MariaDbServer : DatabaseServer
{
    public MariaDbServer()
        : base("mysql")
    {
        RunAsServer("mariadb-install-db", "--no-defaults", $"--datadir={Data}", "--auth-root-authentication-method=normal", "--skip-test-db");
        Start();
        File.WriteAllText(DefaultsFile, $"[client]\nsocket={Socket}\nuser=root\n");
    }

    protected override void Launch()
    {
        RunAsServer("sh", "-c",
            $"'{RequiresProgramFactAttribute.Find("mariadbd") ?? "mariadbd"}' --no-defaults --datadir='{Data}' --socket='{Socket}' "
            + $"--pid-file='{ProcessIdFile}' --skip-networking >'{Root}/log' 2>&1 </dev/null &");
        // The client itself waits for the server.
        TestProgram.Run("mariadb-admin", "--no-defaults", $"--socket={Socket}", "--user=root", "--wait=60", "ping");
    }

    protected override string ProcessIdFile => Path.Combine(Root, "pid");

    private string Data => Path.Combine(Root, "data");

    private string Socket => Path.Combine(Root, "socket");

    public string DefaultsFile => Path.Combine(Root, "client.cnf");

    public string Sql(string sql) => TestProgram.Run(
        "mariadb", $"--defaults-file={DefaultsFile}", "--batch", "--skip-column-names", $"--execute={sql}");

    public void Load(string database, string file) => Sql($"USE `{database}`; SOURCE {file};");

    public override HeldSession Hold(string database, string sql) => new(
        sql, "mariadb", $"--defaults-file={DefaultsFile}", "--batch", "--skip-column-names", "--unbuffered", database);

    public override bool IsSessionBlocked =>
        Sql("SELECT count(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for table%'") != "0\n";
}
