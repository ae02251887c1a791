# Pre-save hook: dumps every PostgreSQL database, and the roles, into one directory. Save that directory.
#
#   DUMP_DIRECTORY   where the dumps go; default /var/backups/rekkord/postgresql, on Windows under ProgramData
#
# Which server, and who asks, is libpq's business: PGHOST, PGPORT, PGUSER, PGPASSFILE.
#
# The dumps are plain text and not compressed, so that what has not changed is not stored again. pg_dump writes them itself:
# through PowerShell's pipeline its bytes would become text and back. A dump only takes the place of the one before when all
# of them are complete; on any error the old ones stay, the hook fails, and nothing is saved.

# A hook runs with these anyway; so does the script when it is tried by hand.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$directory = $env:DUMP_DIRECTORY
if (-not $directory) {
    $base = if ($IsWindows) { $env:ProgramData } else { '/var/backups' }
    $directory = [IO.Path]::Combine($base, 'rekkord', 'postgresql')
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
    # Newer versions write a random word into each dump unless they are given one.
    $restrict = @(if ((& pg_dump --help) -match '--restrict-key') { '--restrict-key=rekkord' })

    $query = 'SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname'
    $databases = @(& psql --no-psqlrc --no-password --tuples-only --no-align --dbname=postgres "--command=$query")

    & pg_dumpall --no-password --globals-only @restrict "--file=$([IO.Path]::Combine($new, 'globals.sql'))"

    foreach ($database in $databases) {
        if ($database.IndexOfAny([IO.Path]::GetInvalidFileNameChars()) -ge 0) {
            throw "The database '$database' has a name that no file can have."
        }
        $env:PGDATABASE = $database
        & pg_dump --no-password --format=plain @restrict "--file=$([IO.Path]::Combine($new, "db-$database.sql"))"
        "dumped $database"
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
