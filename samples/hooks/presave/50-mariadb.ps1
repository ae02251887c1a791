# Pre-save hook: dumps every MariaDB or MySQL database into one directory. Save that directory.
#
#   DUMP_DIRECTORY       where the dumps go; default /var/backups/rekkord/mariadb, on Windows under ProgramData: let only
#                        administrators into that directory, because the dumps hold passwords
#   MYSQL_DEFAULTS_FILE  an option file with user, password and socket or host. It is then the only one. Default: the client's
#                        usual ones, which on most systems let root in over the local socket
#
# The account needs SELECT, SHOW VIEW, TRIGGER and EVENT on *.*: anything that it may not see would be missing without an
# error.
#
# create-NAME.sql makes a database with its character set, db-NAME.sql fills it, users.sql has the accounts (MariaDB only; keep
# those of MySQL in another way). The rest of the database mysql is not dumped. In NAME, a character of ASCII that is not a
# letter, a digit or one of -._~ is written as in a web address: a blank is %20. The dumps are plain text, not compressed, in
# the order of the primary key and without the date, so that what has not changed is not stored again. --single-transaction
# gives a consistent state of InnoDB tables without locking them.
#
# A dump replaces the one before only when it is whole. If a database cannot be dumped, the others still are, its old dump
# stays, and the hook fails and names it. The hook keeps a list of what it made, overwrites nothing else, and removes only
# the dumps of databases that are gone.

$ErrorActionPreference = 'Stop'
# The script looks at exit codes itself, to repeat what the program said.
$PSNativeCommandUseErrorActionPreference = $false
$PSNativeCommandArgumentPassing = 'Standard'

# The dump program would not ask the server that MYSQL_HOST names, only the client would.
if (-not $IsWindows) { $env:PATH += ':/usr/local/bin:/usr/sbin:/sbin' }
$env:LC_ALL = 'C'
$env:MYSQL_HOST = $null

$hook = [IO.Path]::GetFileNameWithoutExtension($PSCommandPath)
$directory = $env:DUMP_DIRECTORY
if (-not $directory) {
    $base = if ($IsWindows) { $env:ProgramData } else { '/var/backups' }
    $directory = [IO.Path]::Combine($base, 'rekkord', 'mariadb')
}
$directory = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($directory)
$new = [IO.Path]::Combine($directory, ".$hook.new.$([guid]::NewGuid().ToString('n')).$PID")
$made = [IO.Path]::Combine($directory, ".made-by-$hook")

$isMariaDB = $null -ne $ExecutionContext.InvokeCommand.GetCommand('mariadb-dump', 'Application')
$client, $dump = if ($isMariaDB) { 'mariadb', 'mariadb-dump' } else { 'mysql', 'mysqldump' }

# Runs a program, not an alias or a function of the session, and returns the lines of its output.
function Invoke-Program {
    [CmdletBinding()] param([string] $Name, [string[]] $Arguments)
    $program = $ExecutionContext.InvokeCommand.GetCommand($Name, 'Application')
    if (-not $program) { throw "The program $Name is not on the PATH." }
    # The option file comes first, or it is ignored.
    $defaults = @(if ($env:MYSQL_DEFAULTS_FILE) { "--defaults-file=$env:MYSQL_DEFAULTS_FILE" })
    # PowerShell takes wildcards and ~ in an argument for the names of files, except in a text that the script itself quotes.
    $quoted = @($defaults; $Arguments) | ForEach-Object { "'" + [Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($_) + "'" }
    $call = [scriptblock]::Create('& $args[0] ' + ($quoted -join ' '))
    $words = @()
    & $call $program 2>&1 | ForEach-Object { if ($_ -is [string]) { $_ } else { $words += "$_" } }
    if ($LASTEXITCODE -ne 0) { throw "$Name ended with exit code ${LASTEXITCODE}: $($words -join ' ')" }
    foreach ($line in $words) { $PSCmdlet.WriteWarning($line) }
}

# Returns one line for each row.
function Get-Answer([string] $Statement) {
    $lines = @(Invoke-Program $client @(
        '--default-character-set=utf8mb4', '--batch', '--skip-column-names', '--raw', "--execute=$Statement; SELECT 'end'"))
    if ($lines[-1] -cne 'end') { throw "The answer to '$Statement' is not complete." }
    $lines[0..($lines.Count - 2)] | Where-Object { $lines.Count -gt 1 }
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

function Write-Dump([string] $File, [string[]] $Options) {
    $path = [IO.Path]::Combine($directory, $File)
    $known = @(Read-Made)
    if ([IO.Path]::Exists($path) -and $known -cnotcontains $File) {
        throw "$path was not made by this hook. Move it away, or give each hook a DUMP_DIRECTORY of its own."
    }
    $part = [IO.Path]::Combine($new, 'part')
    Invoke-Program $dump (@('--default-character-set=utf8mb4', '--skip-dump-date', "--result-file=$part") + $Options)
    if (-not (Test-Closing $part '-- Dump completed')) { throw "The dump $File is not complete." }
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
    # Option files may name the account and the server. Anything else in them, such as no-data, could leave something out.
    $accepted = '^(user|password|host|port|socket|protocol|(ssl|tls).*|default-auth|plugin-dir|connect-timeout|compress' +
        '|default-character-set|max-allowed-packet|net-buffer-length|quick|quote-names|single-transaction)$'
    foreach ($word in @(Invoke-Program $dump '--print-defaults')[-1] -split ' ') {
        if ($word -cnotmatch '^--([^=]*)') { continue }
        $option = $Matches[1].Replace('_', '-')
        if ($option -cnotmatch $accepted) {
            throw "An option file gives $dump the option '$option', which could change the dumps. Remove it, or name a file " +
                'with only user, password and host or socket in MYSQL_DEFAULTS_FILE.'
        }
    }

    # Anything that an account may not see does not exist for it, neither in a list nor in a dump.
    $granted = Get-Answer 'SHOW GRANTS' | ForEach-Object { if ($_ -cmatch '^GRANT (.*) ON \*\.\* TO ') { $Matches[1] -split ', ' } }
    $missing = 'SELECT', 'SHOW VIEW', 'TRIGGER', 'EVENT' | Where-Object { $granted -cnotcontains $_ -and $granted -cnotcontains 'ALL PRIVILEGES' }
    if ($missing) { throw "The account does not see everything. Grant it $($missing -join ', ') ON *.*, and dump again." }

    $failed = @()
    $current = @()
    # The kind of each, and its name in hexadecimal digits, because it can have line ends. The server takes every directory beside
    # its own for a database, also lost+found.
    $databases = @(Get-Answer "SELECT CONCAT(CASE
    WHEN schema_name LIKE '#mysql50#%' AND (SELECT COUNT(*) FROM information_schema.tables
        WHERE table_schema = schema_name) = 0 THEN 'directory'
    WHEN (SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = schema_name
        AND generation_expression = 'ROW START' AND data_type = 'bigint') > 0 THEN 'transactions'
    WHEN (SELECT COUNT(*) FROM information_schema.tables
        WHERE table_schema = schema_name AND table_type = 'SYSTEM VERSIONED') > 0 THEN 'versions'
    ELSE 'plain' END, ' ', HEX(schema_name)) FROM information_schema.schemata
    WHERE BINARY schema_name NOT IN ('information_schema', 'performance_schema', 'sys', 'mysql') ORDER BY HEX(schema_name)")
    if ($databases -cnotmatch '^[a-z]+ [0-9A-F]+$') {
        throw "The list of the databases cannot be read. Does an option file change how $client writes?"
    }
    # The earlier rows of system-versioned tables, which mariadb-dump can dump since 10.11, if the versions go by time.
    $versions = @(if ((Invoke-Program $dump '--help') -cmatch '--dump-history') { '--dump-history' })
    foreach ($line in $databases) {
        $kind, $digits = $line -split ' '
        $database = [Text.Encoding]::UTF8.GetString([Convert]::FromHexString($digits))
        $name = [regex]::Replace($database, '[\x00-\x7f-[A-Za-z0-9._~-]]', { '%{0:X2}' -f [int][char]"$($args[0])" })
        $current += "create-$name.sql", "db-$name.sql"
        if ($kind -ceq 'directory') {
            "left out, because it is a directory and no database: $name"
            continue
        }
        $options = @(if ($kind -ceq 'versions') { $versions })
        $remark = if ($kind -cne 'plain' -and -not $options) { ', but not the earlier versions of its rows' }
        $before = $failed.Count
        try {
            Write-Dump "create-$name.sql" @(
                '--skip-lock-tables', '--no-data', '--no-create-info', '--skip-triggers', '--databases', '--', "$database")
        }
        catch { $failed += "${name}: $_" }
        try {
            Write-Dump "db-$name.sql" @(
                '--single-transaction', '--quick', '--order-by-primary', '--hex-blob', '--routines', '--events', '--triggers'
                $options; '--'; "$database")
        }
        catch { $failed += "${name}: $_" }
        if ($failed.Count -eq $before) { "dumped $name$remark" }
    }

    if ($isMariaDB) {
        # Accounts that the new server already has are skipped when this is loaded.
        try { Write-Dump users.sql @('--skip-lock-tables', '--insert-ignore', '--system=users') } catch { $failed += "users.sql: $_" }
        $current += 'users.sql'
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
