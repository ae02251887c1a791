namespace Rekkord.Module.Integration.Tests.Samples;

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
        Sql("CREATE USER clerk@localhost IDENTIFIED BY 'right'");
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

    /// <summary>Loads a dump, and fails the test at the first statement that fails.</summary>
    public void Load(string? database, string file) =>
        TestProgram.Run("sh", "-c", "file=$1; shift; exec mariadb \"$@\" < \"$file\"", "sh", file, $"--defaults-file={DefaultsFile}", database ?? "mysql");

    /// <summary>Makes a directory beside those of the databases, like the lost+found of a file system.</summary>
    public DirectoryInfo AddDirectory(string name) => Directory.CreateDirectory(Path.Combine(Data, name));

    /// <summary>Drops the databases that tests made.</summary>
    public void Reset()
    {
        const string names = "SELECT CONCAT('DROP DATABASE `', schema_name, '`;') FROM information_schema.schemata "
            + "WHERE schema_name NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')";
        TestProgram.Run("sh", "-c", "mariadb \"$1\" --default-character-set=utf8mb4 --batch --skip-column-names --raw --execute=\"$2\" | mariadb \"$1\" --default-character-set=utf8mb4",
            "sh", $"--defaults-file={DefaultsFile}", names);
    }

    public override HeldSession Hold(string database, string sql) => new(
        sql, "mariadb", $"--defaults-file={DefaultsFile}", "--batch", "--skip-column-names", "--unbuffered", database);

    public override bool IsSessionBlocked =>
        Sql("SELECT count(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for table%'") != "0\n";
}
