# Pre-save hook: dumps every MariaDB or MySQL database into one directory. Save that directory.
#
#   DUMP_DIRECTORY       where the dumps go; default /var/backups/rekkord/mariadb, on Windows under ProgramData
#   MYSQL_DEFAULTS_FILE  an option file with user, password and socket or host; default: the client's usual ones
#
# The dumps are plain text, not compressed, in the order of the primary key and without the date, so that what has not
# changed is not stored again. --single-transaction gives a consistent state of InnoDB tables without locking them.
# A dump only takes the place of the one before when all of them are complete; on any error the old ones stay, the hook
# fails, and nothing is saved.

# A hook runs with these anyway; so does the script when it is tried by hand.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$directory = $env:DUMP_DIRECTORY
if (-not $directory) {
    $base = if ($IsWindows) { $env:ProgramData } else { '/var/backups' }
    $directory = [IO.Path]::Combine($base, 'rekkord', 'mariadb')
}
$new = [IO.Path]::Combine($directory, ".new.$PID")
$null = [IO.Directory]::CreateDirectory($directory)
if (-not $IsWindows) { [IO.File]::SetUnixFileMode($directory, 'UserRead, UserWrite, UserExecute') }

# What a run that was killed left: it would be saved with the dumps.
$running = [Diagnostics.Process]::GetProcesses().Id
foreach ($stale in [IO.Directory]::GetDirectories($directory, '.new.*')) {
    if ($stale -eq $new -or [IO.Path]::GetExtension($stale).TrimStart('.') -notin $running) { [IO.Directory]::Delete($stale, $true) }
}
$null = [IO.Directory]::CreateDirectory($new)

try {
    $isMariaDB = $null -ne $ExecutionContext.InvokeCommand.GetCommand('mariadb-dump', 'Application')
    $client, $dump = if ($isMariaDB) { 'mariadb', 'mariadb-dump' } else { 'mysql', 'mysqldump' }

    # The first option, or it is not taken.
    $defaults = @(if ($env:MYSQL_DEFAULTS_FILE) { "--defaults-extra-file=$env:MYSQL_DEFAULTS_FILE" })

    $databases = @(& $client @defaults --batch --skip-column-names --raw '--execute=SHOW DATABASES')
    foreach ($database in $databases) {
        if ($database -in 'information_schema', 'performance_schema', 'sys', 'mysql') { continue }
        if ($database.IndexOfAny([IO.Path]::GetInvalidFileNameChars()) -ge 0) {
            throw "The database '$database' has a name that no file can have."
        }
        $file = [IO.Path]::Combine($new, "db-$database.sql")
        & $dump @defaults --single-transaction --quick --skip-dump-date --order-by-primary --hex-blob `
            --routines --events --triggers "--result-file=$file" $database
        "dumped $database"
    }

    # MariaDB also says who may do what; with MySQL, note down your accounts in another way.
    if ($isMariaDB) {
        & $dump @defaults --skip-dump-date --system=users "--result-file=$([IO.Path]::Combine($new, 'users.sql'))"
    }

    # All are there. Each takes the place of the one before; those of databases that are gone go.
    foreach ($old in [IO.Directory]::GetFiles($directory, 'db-*.sql')) {
        if (-not [IO.File]::Exists([IO.Path]::Combine($new, [IO.Path]::GetFileName($old)))) { [IO.File]::Delete($old) }
    }
    foreach ($file in [IO.Directory]::GetFiles($new)) {
        [IO.File]::Move($file, [IO.Path]::Combine($directory, [IO.Path]::GetFileName($file)), $true)
    }
}
finally {
    [IO.Directory]::Delete($new, $true)
}
