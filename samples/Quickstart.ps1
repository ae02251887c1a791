# The main job on real input, from nothing: a repository, hooks, a save, a second save, a scan, a restore, and what a failing
# hook looks like. Everything happens in a fresh temporary directory, which is removed in the end (-Keep keeps it).
#
#   dotnet run --project src/Rekkord.Shell -- -File samples/Quickstart.ps1
#   pwsh -File samples/Quickstart.ps1        after ./build.ps1, with the module imported from output/Rekkord
#
# It ends with exit code 0 only if all of it held.
param([switch] $Keep)

$ErrorActionPreference = 'Stop'
$project = [System.IO.Path]::GetFullPath("$PSScriptRoot/..")
$work = [System.IO.Directory]::CreateTempSubdirectory('rekkord-quickstart-').FullName
$bold, $dim, $green, $plain = if ($PSStyle.OutputRendering -eq 'PlainText') { '', '', '', '' } else { $PSStyle.Bold, $PSStyle.Dim, $PSStyle.Foreground.Green, $PSStyle.Reset }

if (-not (Get-Command Invoke-RekkordSave -ErrorAction Ignore)) {
    $manifest = [System.IO.Directory]::GetFiles("$project/output/Rekkord", 'Rekkord.psd1', 'AllDirectories')
    Import-Module $manifest[-1]
}

function Step([string] $title, [string] $command) {
    $Host.UI.WriteLine('')
    $Host.UI.WriteLine("$bold$title$plain")
    if ($command) { $Host.UI.WriteLine("$dim    PS> $command$plain") }
}

function Assert([bool] $condition, [string] $what) {
    if (-not $condition) { throw "This did not hold: $what" }
    $Host.UI.WriteLine("    $green[ok]$plain $what")
}

function WriteFile([string] $path, [string] $text) {
    [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($path)) > $null
    [System.IO.File]::WriteAllText($path, $text.Replace("`r`n", "`n"))
}

function WriteHook([string] $path, [string] $text) {
    WriteFile $path $text
    if (-not $IsWindows) { [System.IO.File]::SetUnixFileMode($path, 'UserRead, UserWrite, UserExecute') }
}

function GetFiles([string] $root, [string] $notBelow) {
    foreach ($file in [System.IO.Directory]::GetFiles($root, '*', 'AllDirectories')) {
        $relative = [System.IO.Path]::GetRelativePath($root, $file).Replace('\', '/')
        if (-not $notBelow -or $relative -notmatch $notBelow) { $relative }
    }
}

function Hash([string] $path) {
    [System.Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData([System.IO.File]::ReadAllBytes($path)))
}

try {
    $repository, $key, $config, $dumps, $hooks, $restored = 'repository', 'master.key', 'rekkord.toml', 'dumps', 'hooks', 'restored' |
        ForEach-Object { [System.IO.Path]::Combine($work, $_) }
    $database = [System.IO.Path]::Combine($work, 'shop.db')

    Step 'A repository, with the key that opens it' "Initialize-RekkordRepository $repository -KeyFile $key"
    Initialize-RekkordRepository $repository -KeyFile $key | Out-Host
    Assert ([System.IO.File]::Exists($key)) 'the master key is there, readable by its owner only'

    Step 'A configuration, and two hooks that run before every save'
    WriteFile $config @"
[Repository]
URL = "$($repository.Replace('\', '/'))"
KeyFile = "$($key.Replace('\', '/'))"

[Hooks]
PreSaveDirectory = "hooks/presave"
"@
    $sqlite = [bool] (Get-Command sqlite3 -CommandType Application -ErrorAction Ignore)
    if ($sqlite) {
        sqlite3 $database 'create table orders(id integer primary key, item text); insert into orders(item) values (''tea''), (''biscuits'');'
        if ($LASTEXITCODE -ne 0) { throw 'sqlite3 could not make the database.' }
    }
    else {
        WriteFile $database 'no sqlite3 here: a plain file stands in for the database'
    }
    [System.IO.Directory]::CreateDirectory($dumps) > $null
    if ($IsWindows) {
        WriteHook "$hooks/presave/10-database.cmd" "@echo off`r`ncopy /y `"$database`" `"$dumps\shop.db`" || exit /b 1`r`n"
    }
    else {
        $dump = if ($sqlite) { "sqlite3 '$database' `".backup '$dumps/shop.db.new'`"" } else { "cp '$database' '$dumps/shop.db.new'" }
        WriteHook "$hooks/presave/10-database.sh" @"
#!/bin/sh
# Dumps under another name first: a dump that breaks off never takes the place of a good one.
set -eu
$dump
mv '$dumps/shop.db.new' '$dumps/shop.db'
echo "dumped shop.db for channel `$REKKORD_CHANNEL"
"@
    }
    WriteHook "$hooks/presave/20-inventory.ps1" @"
# A script hook runs in the session of the command and may emit objects.
[System.IO.File]::WriteAllText('$dumps/inventory.txt', "PowerShell `$(`$PSVersionTable.PSVersion)``n")
"inventory of `$(`$RekkordHook.Paths.Count) paths for a `$(`$RekkordHook.Command)"
"@
    Get-RekkordHook -ConfigPath $config | Out-Host

    Step 'The first save: the hooks, then the files' "Invoke-RekkordSave quickstart $project/src $project/docs $dumps -Exclude bin, obj"
    $first = Invoke-RekkordSave quickstart "$project/src" "$project/docs" $dumps -Exclude bin, obj -ConfigPath $config
    $first | Out-Host
    $save = $first[-1]
    Assert ($save.Status -eq 'Succeeded') 'everything is in the snapshot'
    Assert (($first | Where-Object Kind | ForEach-Object Succeeded) -notcontains $false) 'both hooks succeeded'
    Assert ([System.IO.File]::Exists("$dumps/shop.db")) 'the dump is there, and in the snapshot'

    Step 'The second save, after a small change: it adds little' "Invoke-RekkordSave quickstart ... -Exclude bin, obj"
    if ($sqlite) { sqlite3 $database 'insert into orders(item) values (''jam'');' } else { WriteFile $database 'changed a little' }
    $second = Invoke-RekkordSave quickstart "$project/src" "$project/docs" $dumps -Exclude bin, obj -ConfigPath $config
    $second | Out-Host
    $again = $second[-1]
    Assert ($again.Status -eq 'Succeeded' -and $again.StoredSize -lt $save.StoredSize / 2) "it stored $($again.StoredSize) bytes where the first stored $($save.StoredSize)"

    Step 'What there is now' 'Get-RekkordSnapshot'
    Get-RekkordSnapshot -ConfigPath $config | Out-Host
    $latest = Get-RekkordSnapshot quickstart -Latest 1 -ConfigPath $config
    Assert ($latest.Hooks.Count -eq 2) 'the snapshot remembers which hooks it rests on'

    Step 'Is it sound? Every byte is read, opened and checked' 'Invoke-RekkordScan -Full'
    $scan = Invoke-RekkordScan -Full -ConfigPath $config
    $scan | Out-Host
    Assert ($scan.Status -eq 'Succeeded' -and $scan.Problems.Count -eq 0) 'nothing is damaged or missing'

    Step 'Restored into another directory, and compared byte for byte' "Restore-RekkordSnapshot quickstart $restored"
    $restore = Restore-RekkordSnapshot quickstart $restored -Verify -ConfigPath $config
    $restore | Out-Host
    $compared = 0
    foreach ($source in "$project/src", "$project/docs", $dumps) {
        $copy = [System.IO.Path]::Join($restored, $source.Replace(':', ''))
        foreach ($name in GetFiles $source '(^|/)(bin|obj)/') {
            if ((Hash "$source/$name") -ne (Hash "$copy/$name")) { throw "'$source/$name' came back different." }
            $compared++
        }
    }
    Assert ($restore.Status -eq 'Succeeded' -and $compared -eq $restore.Files) "$compared files are equal to the originals"

    Step 'And when a dump fails? Nothing is saved, and nobody can miss it' "Invoke-RekkordSave quickstart ..."
    if ($IsWindows) { WriteHook "$hooks/presave/15-broken-dump.cmd" "@echo cannot reach the database server 1>&2`r`n@exit /b 3`r`n" }
    else { WriteHook "$hooks/presave/15-broken-dump.sh" "#!/bin/sh`necho 'cannot reach the database server' >&2`nexit 3`n" }
    $failure = $null
    try {
        Invoke-RekkordSave quickstart "$project/src" -ConfigPath $config | Out-Host
    }
    catch {
        $failure = $_
        $Host.UI.WriteErrorLine("Invoke-RekkordSave: $($_.Exception.Message)")
    }
    Assert ($failure.FullyQualifiedErrorId -like 'PreSaveHookFailed*') "the error is '$($failure.FullyQualifiedErrorId)', and ends an unattended run with exit code 1"
    $count = (Get-RekkordSnapshot -ConfigPath $config | ForEach-Object Id).Count
    Assert ($count -eq 2) 'no snapshot was made without its dump'

    $Host.UI.WriteLine('')
    $Host.UI.WriteLine("${green}All of it held.$plain")
}
finally {
    if ($Keep) { $Host.UI.WriteLine("Everything is in '$work'.") }
    else { [System.IO.Directory]::Delete($work, $true) }
}
