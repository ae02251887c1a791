# Pre-save hook: dumps every PostgreSQL database, and the roles, into one directory. Save that directory.
#
#   DUMP_DIRECTORY   where the dumps go; default /var/backups/rekkord/postgresql, on Windows under ProgramData: let only
#                    administrators into that directory, because the dumps hold passwords
#
# libpq decides which server is used and which account: PGHOST, PGPORT, PGUSER, PGPASSFILE, PGSERVICE. When none of them
# names a server, root becomes the user "postgres", whom most systems let in over the local socket. Only a superuser sees
# everything.
#
# create-NAME.sql makes a database as it was (owner, encoding, settings, rights, comment), db-NAME.sql fills it, globals.sql
# has the roles and tablespaces. NAME is written as in a web address: a blank is %20. The dumps are plain text and not
# compressed, so that what has not changed is not stored again.
#
# A dump replaces the one before only when it is whole. If a database cannot be dumped, the others still are, its old dump
# stays, and the hook fails and names it. The hook keeps a list of what it made, overwrites nothing else, and removes only
# the dumps of databases that are gone.

$ErrorActionPreference = 'Stop'
# The script looks at exit codes itself, to repeat what the program said.
$PSNativeCommandUseErrorActionPreference = $false
$PSNativeCommandArgumentPassing = 'Standard'

# cron's PATH has no runuser. The other variables would change what is dumped, or how.
if (-not $IsWindows) { $env:PATH += ':/usr/local/bin:/usr/sbin:/sbin' }
$env:LC_ALL = 'C'
$env:PGDATABASE = $env:PGOPTIONS = $env:PGCLIENTENCODING = $env:PGTZ = $env:PGDATESTYLE = $env:PGGEQO = $null

$hook = [IO.Path]::GetFileNameWithoutExtension($PSCommandPath)
$directory = $env:DUMP_DIRECTORY
if (-not $directory) {
    $base = if ($IsWindows) { $env:ProgramData } else { '/var/backups' }
    $directory = [IO.Path]::Combine($base, 'rekkord', 'postgresql')
}
$directory = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($directory)
$new = [IO.Path]::Combine($directory, ".$hook.new.$([guid]::NewGuid().ToString('n')).$PID")
$made = [IO.Path]::Combine($directory, ".made-by-$hook")

# Runs a program, not an alias or a function of the session, and returns the lines of its output.
function Invoke-Program {
    [CmdletBinding()] param([string] $Name, [string[]] $Arguments)
    $program = $ExecutionContext.InvokeCommand.GetCommand($Name, 'Application')
    if (-not $program) { throw "The program $Name is not on the PATH." }
    # PowerShell takes wildcards and ~ in an argument for the names of files, except in a text that the script itself quotes.
    $quoted = @($Arguments) | ForEach-Object { "'" + [Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($_) + "'" }
    $call = [scriptblock]::Create('& $args[0] ' + ($quoted -join ' '))
    $words = @()
    & $call $program 2>&1 | ForEach-Object { if ($_ -is [string]) { $_ } else { $words += "$_" } }
    if ($LASTEXITCODE -ne 0) { throw "$Name ended with exit code ${LASTEXITCODE}: $($words -join ' ')" }
    foreach ($line in $words) { $PSCmdlet.WriteWarning($line) }
}

# The same for PostgreSQL's programs, which write into a file when one is given.
$isPostgres = -not $IsWindows -and [Environment]::IsPrivilegedProcess -and -not ($env:PGHOST + $env:PGHOSTADDR + $env:PGSERVICE)
function Invoke-PostgreSql([string] $File, [string] $Name, [string[]] $Arguments) {
    if (-not $isPostgres) {
        Invoke-Program $Name @($Arguments; if ($File) { "--file=$File" })
        return
    }
    # Not from a directory that the user "postgres" may not enter, but into a file that only root can reach.
    $commands = if (-not $File) { 'cd / && exec runuser -u postgres -- "$@"' }
    else { ': > "$0" && chown postgres "$0" && (cd / && exec runuser -u postgres -- "$@" --file=/dev/stdout) > "$0" && chown "$(id -u)" "$0"' }
    Invoke-Program sh @('-c'; $commands; $File ? $File : 'sh'; $Name; $Arguments)
}

# Puts a file in the place of the one before.
function Move-IntoPlace([string] $From, [string] $To) {
    if (-not $IsWindows) { [IO.File]::SetUnixFileMode($From, 'UserRead, UserWrite') }
    [IO.File]::Move($From, $To, $true)
}

# What this hook made, one name per line.
function Read-Made { if ([IO.File]::Exists($made)) { [IO.File]::ReadAllLines($made) } }

function Write-Made([string[]] $Names) {
    $list = [IO.Path]::Combine($new, 'made')
    [IO.File]::WriteAllText($list, -join ($Names | ForEach-Object { "$_`n" }))
    Move-IntoPlace $list $made
}

function Test-Closing([string] $Path, [string] $Closing) {
    $stream = [IO.File]::OpenRead($Path)
    try {
        $null = $stream.Seek(-[Math]::Min(1000, $stream.Length), 'End')
        ([IO.StreamReader]::new($stream).ReadToEnd() -split "\r?\n") -ccontains $Closing
    }
    finally { $stream.Dispose() }
}

function Write-Dump([string] $File, [string] $Closing, [string] $Name, [string[]] $Arguments) {
    $path = [IO.Path]::Combine($directory, $File)
    $known = @(Read-Made)
    if ([IO.Path]::Exists($path) -and $known -cnotcontains $File) {
        throw "$path was not made by this hook. Move it away, or give each hook a DUMP_DIRECTORY of its own."
    }
    $part = [IO.Path]::Combine($new, 'part')
    Invoke-PostgreSql $part $Name $Arguments
    if (-not (Test-Closing $part $Closing)) { throw "The dump $File is not complete." }
    # On the list first, so that a file of a run that is killed in between does not look like somebody else's.
    if ($known -cnotcontains $File) { Write-Made ($known + $File) }
    Move-IntoPlace $part $path
}

# For this user only. A directory that exists stays as it is: others may use it.
function New-Directory([string] $Path) {
    $null = if ($IsWindows) { [IO.Directory]::CreateDirectory($Path) }
    else { [IO.Directory]::CreateDirectory($Path, 'UserRead, UserWrite, UserExecute') }
}

New-Directory $directory
# Leftovers of a run that was killed would be saved with the dumps.
$running = [Diagnostics.Process]::GetProcesses().Id
foreach ($stale in [IO.Directory]::GetDirectories($directory, ".$hook.new.*")) {
    if ([IO.Path]::GetExtension($stale).TrimStart('.') -notin $running) { [IO.Directory]::Delete($stale, $true) }
}
New-Directory $new

try {
    # Each dump contains a word that keeps psql from taking the database's content for commands when it loads the dump
    # (CVE-2025-8714, complete since 15.19, 16.15, 17.11 and 18.6). A new word each time would make each dump differ, and a
    # word that others know would not protect. So this machine has one of its own.
    $restrict = @()
    if ((Invoke-Program pg_dump '--help') -match '--restrict-key') {
        $word = [IO.Path]::Combine($directory, '.restrict-key')
        $isOwn = if ($IsWindows) { [IO.File]::Exists($word) }
        else { Invoke-Program sh @('-c', 'find "$0" -prune -type f -user "$(id -u)" -perm 600 -size +0 2> /dev/null || true', $word) }
        if (-not $isOwn) {
            $fresh = [IO.Path]::Combine($new, 'word')
            $random = [Security.Cryptography.RandomNumberGenerator]::GetBytes(20)
            [IO.File]::WriteAllText($fresh, [Convert]::ToHexStringLower($random))
            Move-IntoPlace $fresh $word
        }
        $restrict = @("--restrict-key=$([IO.File]::ReadAllText($word))")
    }

    # Byte by byte, because a name can have line ends and be in any encoding. template0 is the same on every server.
    $query = @'
SELECT CASE current_setting('is_superuser') WHEN 'on' THEN '' ELSE E'limited -\n' END
    || string_agg(state || ' ' || name, E'\n' ORDER BY name) || E'\nend -'
FROM (SELECT
    CASE WHEN datconnlimit = -2 THEN 'invalid' WHEN datallowconn THEN 'open' ELSE 'closed' END AS state,
    (SELECT string_agg(
        CASE WHEN byte BETWEEN 48 AND 57 OR byte BETWEEN 65 AND 90 OR byte BETWEEN 97 AND 122 OR byte IN (45, 46, 95, 126)
        THEN chr(byte) ELSE '%' || upper(lpad(to_hex(byte), 2, '0')) END, '' ORDER BY i)
    FROM (SELECT i, get_byte(convert_to(datname::text, 'SQL_ASCII'), i) AS byte
        FROM generate_series(0, octet_length(datname::text) - 1) AS i) AS bytes) AS name
    FROM pg_database WHERE datallowconn OR datname <> 'template0') AS databases
'@
    $list = @(Invoke-PostgreSql '' psql @(
        '--no-psqlrc', '--no-password', '--quiet', '--tuples-only', '--no-align', '--dbname=postgres', "--command=$query"))
    if ($list[-1] -cne 'end -') { throw 'The list of the databases is not complete.' }

    $failed = @()
    $current = @('globals.sql')
    try {
        Write-Dump globals.sql '-- PostgreSQL database cluster dump complete' pg_dumpall (@('--no-password', '--globals-only') + $restrict)
    }
    catch { $failed += "globals.sql: $_" }

    foreach ($line in $list) {
        $state, $name = $line -split ' '
        if ($state -ceq 'end') { break }
        if ($state -ceq 'limited') {
            throw 'The role is not a superuser: subscriptions and passwords for foreign servers would be missing, without an error.'
        }
        $current += "create-$name.sql", "db-$name.sql"
        if ($state -ceq 'closed') { "left out, because it allows no connections: $name" }
        elseif ($state -ceq 'invalid') { "left out, because a DROP DATABASE was interrupted; drop it again: $name" }
        else {
            # In an address a name is only a name, and nothing overrides it. A schema that is both asked for and left out is not
            # dumped, so only the database itself remains.
            $options = @('--no-password', "--dbname=postgresql:///$name") + $restrict
            $properties = @('--create', '--schema-only', '--schema=pg_catalog', '--exclude-schema=pg_catalog')
            $before = $failed.Count
            try {
                # A setting of the database can make another role of this one.
                $sees = Invoke-PostgreSql '' psql @('--no-psqlrc', '--no-password', '--quiet', '--tuples-only', '--no-align',
                    "--dbname=postgresql:///$name", '--command=SHOW is_superuser')
                if ($sees -cne 'on') { throw 'there the role is not a superuser' }
            }
            catch {
                $failed += "${name}: $_"
                continue
            }
            try { Write-Dump "create-$name.sql" '-- PostgreSQL database dump complete' pg_dump ($options + $properties) }
            catch { $failed += "${name}: $_" }
            try { Write-Dump "db-$name.sql" '-- PostgreSQL database dump complete' pg_dump $options }
            catch { $failed += "${name}: $_" }
            if ($failed.Count -eq $before) { "dumped $name" }
        }
    }

    if ($failed) { throw "Not dumped: $($failed -join '; '). Earlier dumps were left as they are." }

    foreach ($file in Read-Made) {
        if ($current -ccontains $file -or $file -cnotmatch '^(create|db)-[^/\\]*\.sql$') { continue }
        [IO.File]::Delete([IO.Path]::Combine($directory, $file))
        "removed ${file}: the database is gone"
    }
    Write-Made @(Read-Made | Where-Object { $current -ccontains $_ })
}
finally {
    [IO.Directory]::Delete($new, $true)
}
