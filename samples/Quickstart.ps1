<#
.SYNOPSIS
Saves, verifies and restores real files, with a database dump before each save. Then a dump fails.

.DESCRIPTION
Everything happens in a new temporary directory, which is removed at the end. The module is built first, if it is not there yet. An error
ends the script, and pwsh then ends with exit code 1.

.PARAMETER Keep
Keeps the temporary directory.

.EXAMPLE
dotnet tool exec PowerShell --yes -- samples/Quickstart.ps1

With the PowerShell that NuGet brings.

.EXAMPLE
./samples/Quickstart.ps1 -Keep
#>
[CmdletBinding()]
param([switch] $Keep)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

# Shows a command, runs it, and returns what it gave. Hooks and results are shown apart, each in a table of its own.
function Step([string] $Title, [scriptblock] $Command) {
    Write-Host "`n$($PSStyle.Bold)$Title$($PSStyle.BoldOff)"
    Write-Host "$($PSStyle.Foreground.BrightBlack)PS> $("$Command".Trim())$($PSStyle.Reset)"
    $output = & $Command
    $output | Group-Object { $_.GetType() } | ForEach-Object { $_.Group | Out-Host }
    $output
}

function Assert([bool] $Condition, [string] $Claim) {
    if (-not $Condition) { throw "This does not hold: $Claim." }
    Write-Host "$($PSStyle.Foreground.Green)[ok]$($PSStyle.Reset) $Claim"
}

$project = Split-Path $PSScriptRoot
$module = Join-Path $project output/Rekkord
if (-not (Test-Path $module)) {
    Write-Host 'Building the module...'
    dotnet build (Join-Path $project src/Rekkord.Cmdlets) --nologo -v quiet | Out-Host
}
Import-Module (Get-ChildItem $module -Filter Rekkord.psd1 -Recurse | Select-Object -Last 1)

$work = [IO.Directory]::CreateTempSubdirectory('rekkord-quickstart-').FullName
Push-Location $work
try {
    Step 'A repository, and the key that opens it' { Initialize-RekkordRepository repository -KeyFile master.key -WarningAction Ignore } | Out-Null
    Assert (Test-Path master.key) 'the master key is there; only its owner can read it'

    # The configuration names the repository, the key and the hooks.
    $env:REKKORD_CONFIG_FILE = Join-Path $work rekkord.toml
    Set-Content $env:REKKORD_CONFIG_FILE @'
[Repository]
URL = "repository"
KeyFile = "master.key"

[Hooks]
PreSaveDirectory = "presave"
'@

    # A database, if sqlite3 is installed, and a program that dumps it before each save. It dumps under another name first: a dump that
    # breaks off never takes the place of a good one.
    $null = New-Item -ItemType Directory presave, dumps
    if (-not $IsWindows -and (Get-Command sqlite3 -ErrorAction Ignore)) {
        sqlite3 shop.db "create table orders(item text); insert into orders values ('tea'), ('biscuits');"
        Set-Content presave/10-database.sh @'
#!/bin/sh
set -e
sqlite3 shop.db ".backup dumps/shop.db.new"
mv dumps/shop.db.new dumps/shop.db
echo "dumped shop.db for channel $REKKORD_CHANNEL"
'@
        chmod u+x presave/10-database.sh
    }

    # A script runs in the session of the save, and may write objects.
    Set-Content presave/20-inventory.ps1 @'
Get-ChildItem $RekkordHook.Paths | Select-Object FullName, LastWriteTime | Export-Csv dumps/inventory.csv
"listed $($RekkordHook.Paths.Count) paths for a $($RekkordHook.Command)"
'@
    Step 'The hooks that run before a save' { Get-RekkordHook } | Out-Null

    $source, $documents = (Join-Path $project src), (Join-Path $project docs)
    $save = { Invoke-RekkordSave quickstart $source, $documents, dumps -Exclude bin, obj }
    $first = Step 'The first save: the hooks, then the files' $save
    Assert ($first[-1].Status -eq 'Succeeded') 'the hooks succeeded, and everything is in the snapshot'

    Set-Content dumps/notes.txt 'a small change'
    $second = Step 'The second save, after a small change' $save
    Assert ($second[-1].StoredSize -lt $first[-1].StoredSize / 2) "it stored $($second[-1].StoredSize) bytes; the first one stored $($first[-1].StoredSize)"

    $snapshots = Step 'What there is now' { Get-RekkordSnapshot }
    Assert ($snapshots[-1].Hooks.Name -contains '20-inventory.ps1') 'each snapshot names the dumps that it rests on'

    $scan = Step 'Is it sound? Every byte is read and checked' { Invoke-RekkordScan -Full }
    Assert ($scan.Problems.Count -eq 0) 'nothing is damaged, and nothing is missing'

    $restore = Step 'Restored, and compared with the originals' { Restore-RekkordSnapshot quickstart restored -Verify }
    $originals = Get-ChildItem $source, $documents, dumps -File -Recurse | Where-Object FullName -notmatch '[\\/](bin|obj)[\\/]'
    $different = $originals | Where-Object {
        (Get-FileHash $_).Hash -ne (Get-FileHash (Join-Path restored $_.FullName.Replace(':', ''))).Hash
    }
    Assert (-not $different -and $originals.Count -eq $restore.Files) "$($restore.Files) files are equal to the originals"

    Set-Content presave/15-broken-dump.ps1 'throw "the database server does not answer"'
    $failure = $null
    try { Step 'And when a dump fails?' $save | Out-Null } catch { $failure = $_ }
    $failure | Out-Host
    Assert ($failure.FullyQualifiedErrorId -like 'PreSaveHookFailed*') 'the save ends with an error, and a scheduled job with exit code 1'
    Assert ((Get-RekkordSnapshot).Count -eq 2) 'there is no snapshot without its dump'
    Write-Host "`n$($PSStyle.Foreground.Green)All of it holds.$($PSStyle.Reset)"
}
finally {
    $env:REKKORD_CONFIG_FILE = $null
    Pop-Location
    if ($Keep) { Write-Host "Everything is in '$work'." } else { Remove-Item $work -Recurse -Force }
}
