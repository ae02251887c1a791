# Pre-save hook: makes consistent copies of SQLite databases, even while they are written to. Save the directory of the copies.
#
#   SQLITE_DATABASES  the databases, one full path per line
#   DUMP_DIRECTORY    where the copies go; default /var/backups/rekkord/sqlite, on Windows under ProgramData: let only those
#                     into that directory who may read the databases
#
# A copy is named after the database's path, with %2F for each slash. It is made in one read transaction. A database in WAL
# mode can be written to meanwhile. In the other modes a writer has to wait until the copy is done, and an application that
# does not wait that long reports a locked database.
#
# A copy replaces the one before only when it is whole and sound. If a database cannot be copied, the others still are, its
# old copy stays, and the hook fails and names it. Nothing else in the directory is touched: the copy of a database that is
# no longer in the list stays until you remove it.
#
# SQLite before 3.53.0 (except 3.51.3) has a fault that can damage a database in WAL mode when two connections checkpoint and
# write at the same moment (https://sqlite.org/wal.html#walresetbug). This hook neither writes nor checkpoints. What counts
# is the version that the applications use.

$ErrorActionPreference = 'Stop'
# The script looks at exit codes itself, to repeat what the program said.
$PSNativeCommandUseErrorActionPreference = $false
$PSNativeCommandArgumentPassing = 'Standard'

if (-not $IsWindows) { $env:PATH += ':/usr/local/bin' }
$env:LC_ALL = 'C'

if (-not $env:SQLITE_DATABASES) { throw 'Set SQLITE_DATABASES to the databases, one full path per line.' }
$hook = [IO.Path]::GetFileNameWithoutExtension($PSCommandPath)
$directory = $env:DUMP_DIRECTORY
if (-not $directory) {
    $base = if ($IsWindows) { $env:ProgramData } else { '/var/backups' }
    $directory = [IO.Path]::Combine($base, 'rekkord', 'sqlite')
}
$directory = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($directory)
$new = [IO.Path]::Combine($directory, ".$hook.new.$([guid]::NewGuid().ToString('n')).$PID")
$copy = [IO.Path]::Combine($new, 'copy')

# Runs sqlite3, not an alias or a function of the session, and without the user's ~/.sqliterc, which can change every answer.
function Invoke-Sqlite([string[]] $Arguments) {
    $program = $ExecutionContext.InvokeCommand.GetCommand('sqlite3', 'Application')
    if (-not $program) { throw 'The program sqlite3 is not on the PATH.' }
    $nothing = if ($IsWindows) { 'NUL' } else { '/dev/null' }
    # PowerShell takes wildcards and ~ in an argument for the names of files, except in a text that the script itself quotes.
    $quoted = @('-init'; $nothing; '-batch'; '-bail'; $Arguments) | ForEach-Object { "'" + [Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($_) + "'" }
    $call = [scriptblock]::Create('& $args[0] ' + ($quoted -join ' '))
    $lines = @(& $call $program 2>&1 | ForEach-Object { "$_" })
    if ($LASTEXITCODE -ne 0) { throw ($lines -join ' ') }
    $lines -join ' '
}

# Without a transaction, the copying would start over after each commit of another process, and might never end. The limit is
# for the wait for a writer.
function Backup-Database([string] $Source) {
    [IO.File]::Delete($copy)
    # In sqlite3's commands a backslash escapes within double quotes.
    $target = $copy.Replace('\', '\\').Replace('"', '\"')
    $null = Invoke-Sqlite @('-readonly', '-cmd', '.timeout 30000', '-cmd', 'BEGIN', '-cmd', 'SELECT 1 FROM sqlite_master LIMIT 1',
        $Source, ".backup main `"$target`"")
}

# Where nothing can be written, SQLite opens a database in WAL mode only when it is told that nobody changes it. That holds
# when no connection has left its -wal or -journal there, and is checked again afterwards.
function Test-Rest([string] $Path) { -not [IO.File]::Exists("$Path-wal") -and -not [IO.File]::Exists("$Path-journal") }

function Backup-ImmutableDatabase([string] $Path) {
    $before = [IO.FileInfo]::new($Path)
    $null = $before.Length
    $address = if ($IsWindows) { '/' + $Path.Replace('\', '/') } else { $Path }
    Backup-Database "file:$($address.Replace('%', '%25').Replace('?', '%3F').Replace('#', '%23'))?immutable=1"
    $after = [IO.FileInfo]::new($Path)
    if (-not (Test-Rest $Path) -or $before.Length -ne $after.Length -or $before.LastWriteTimeUtc -ne $after.LastWriteTimeUtc) {
        throw 'It was changed while it was copied.'
    }
}

function Copy-Database([string] $Path) {
    if (-not [IO.Path]::IsPathFullyQualified($Path)) { throw "'$Path' is not a full path." }
    # sqlite3 would make an empty database if there is none of that name.
    if (-not [IO.File]::Exists($Path)) { throw "The database '$Path' does not exist." }
    # Where a link leads is also where SQLite has the -wal file.
    $target = [IO.File]::ResolveLinkTarget($Path, $true)
    $real = if ($target) { $target.FullName } else { $Path }
    try {
        try { Backup-Database $Path }
        catch {
            if ("$_" -cnotmatch 'unable to open database file|readonly database' -or -not (Test-Rest $real)) { throw }
            Backup-ImmutableDatabase $real
        }
    }
    catch {
        $hint = if ("$_" -cnotmatch 'unable to open database file|readonly database') { '' }
        elseif ([IO.File]::Exists("$real-wal")) {
            ' Its -wal file has not been merged yet, and that needs a directory that can be written to.'
        }
        elseif ([IO.File]::Exists("$real-journal")) {
            ' A program that was killed left its -journal file. Open the database with its application, which rolls it back.'
        }
        throw "The database '$Path' cannot be copied: $_$hint"
    }

    $remark = ''
    try { $check = Invoke-Sqlite @($copy, 'PRAGMA integrity_check') }
    catch {
        # Some applications bring collations, functions and modules of their own. Only they can check such a database.
        $check = "$_"
        if ($check -cmatch 'no such (collation sequence|function|module|tokenizer)|unknown function') {
            $remark = " (not checked: $check)"
            $check = 'ok'
        }
    }
    if ($check -cne 'ok') { throw "The copy of '$Path' is damaged: $check" }

    $name = $Path.Replace('%', '%25').Replace('/', '%2F')
    if ($IsWindows) { $name = $name.Replace('\', '%5C').Replace(':', '%3A') }
    else { [IO.File]::SetUnixFileMode($copy, 'UserRead, UserWrite') }
    [IO.File]::Move($copy, [IO.Path]::Combine($directory, $name), $true)
    "copied $Path$remark"
}

# For this user only. A directory that exists stays as it is: others may use it.
function New-Directory([string] $Path) {
    $null = if ($IsWindows) { [IO.Directory]::CreateDirectory($Path) }
    else { [IO.Directory]::CreateDirectory($Path, 'UserRead, UserWrite, UserExecute') }
}

New-Directory $directory
# Leftovers of a run that was killed would be saved with the copies.
$running = [Diagnostics.Process]::GetProcesses().Id
foreach ($stale in [IO.Directory]::GetDirectories($directory, ".$hook.new.*")) {
    if ([IO.Path]::GetExtension($stale).TrimStart('.') -notin $running) { [IO.Directory]::Delete($stale, $true) }
}
New-Directory $new

try {
    $failed = @()
    foreach ($database in $env:SQLITE_DATABASES -split "\r?\n") {
        if (-not $database) { continue }
        try { Copy-Database $database } catch { $failed += "$_" }
    }
    if ($failed) { throw "$($failed -join ' ') Earlier copies were left as they are." }
}
finally {
    [IO.Directory]::Delete($new, $true)
}
