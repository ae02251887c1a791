# Pre-save hook: copies SQLite databases, consistently, also while they are written to. Save the directory of the copies.
#
#   SQLITE_DATABASES  the databases, one full path a line
#   DUMP_DIRECTORY    where the copies go; default /var/backups/rekkord/sqlite, on Windows under ProgramData
#
# A copy only takes the place of the one before when it is complete and sound; on any error the old one stays, the hook
# fails, and nothing is saved.

# A hook runs with these anyway; so does the script when it is tried by hand.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

if (-not $env:SQLITE_DATABASES) { throw 'Name the databases in SQLITE_DATABASES, one full path a line.' }
$directory = $env:DUMP_DIRECTORY
if (-not $directory) {
    $base = if ($IsWindows) { $env:ProgramData } else { '/var/backups' }
    $directory = [IO.Path]::Combine($base, 'rekkord', 'sqlite')
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
    foreach ($database in $env:SQLITE_DATABASES -split "\r?\n") {
        if (-not $database) { continue }
        # sqlite3 would make an empty database of a name that is not there.
        if (-not [IO.File]::Exists($database)) { throw "The database '$database' does not exist." }
        $name = [Uri]::EscapeDataString($database)
        $copy = [IO.Path]::Combine($new, 'copy')

        # Waits up to 30 seconds for a writer. In sqlite3's commands a backslash escapes within double quotes.
        $quoted = '"' + $copy.Replace('\', '\\').Replace('"', '\"') + '"'
        & sqlite3 -bail -readonly -cmd '.timeout 30000' $database ".backup main $quoted"
        $check = @(& sqlite3 -bail $copy 'PRAGMA integrity_check') -join ' '
        if ($check -ne 'ok') { throw "The copy of '$database' is damaged: $check" }
        [IO.File]::Move($copy, [IO.Path]::Combine($directory, $name), $true)
        "copied $database"
    }
}
finally {
    [IO.Directory]::Delete($new, $true)
}
