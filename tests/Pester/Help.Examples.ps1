# Runs the examples of all pages of the help, each page in the home directory of a user whom they fit, and writes what failed as JSON.
param(
    [Parameter(Mandatory)] [string] $Base,
    [Parameter(Mandatory)] [string] $Result
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'Ignore'
$WarningPreference = 'Ignore'
$project = Split-Path (Split-Path $PSScriptRoot)
$env:PSModulePath = "$project/output"
Import-Module Rekkord

# Questions are answered: a passphrase is typed in, and yes is said.
$ConfirmPreference = 'None'
function Read-Host { ConvertTo-SecureString 'six random words resist guessing' -AsPlainText }

$homes = @{ Empty = "$Base/empty"; Used = "$Base/used"; Current = "$Base/home" }
$env:HOME = $env:APPDATA = $homes.Current
$env:XDG_CACHE_HOME = "$Base/cache"
$env:XDG_CONFIG_HOME = $null
(Get-PSProvider FileSystem).Home = $homes.Current
Set-Variable HOME $homes.Current -Force

function New-File([string] $Path, [string] $Text) {
    $null = New-Item -ItemType File -Force $Path -Value $Text
}

function Add-Files {
    New-File ~/Documents/letter.docx 'Dear reader'
    New-File ~/Documents/thesis.docx 'Chapter one'
    New-File ~/Documents/old.txt 'to be deleted'
    New-File ~/Documents/notes.tmp 'left out'
    New-File ~/Music/song.ogg 'la la la'
    New-File ~/Pictures/cat.png 'a cat'
    New-File ~/Projects/one/readme.txt 'one'
    New-File ~/Projects/two/node_modules/two.js 'two'
}

# A repository with hooks, a channel of two states, and two servers with a keyfile each.
function Add-Backup {
    $settings = $IsWindows ? "$HOME/rekkord" : "$HOME/.config/rekkord"
    $phases = foreach ($phase in 'PreSave', 'PostSave', 'PreScan') {
        New-File "~/hooks/$phase/10-tell.ps1" 'Write-Verbose "A hook of the phase $($RekkordHook.Phase)."'
        "${phase}Directory = '$HOME/hooks/$phase'"
    }
    New-File "$settings/rekkord.toml" (@(
        '[Repository]', "URL = '$HOME/backup'", "KeyFile = '$HOME/rekkord-master.key'", '[Hooks]') + $phases -join "`n")
    New-File ./new.toml (Get-Content -Raw "$settings/rekkord.toml")
    Initialize-RekkordRepository ~/backup ~/rekkord-master.key
    Invoke-RekkordSave laptop ~/Documents ~/Pictures
    Remove-Item ~/Documents/old.txt
    New-File ~/Documents/thesis.docx 'Chapter one and two'
    Invoke-RekkordSave laptop ~/Documents ~/Pictures
    foreach ($server in 'web1', 'web2') {
        New-RekkordKey WriteOnly "./$server.key" ~/rekkord-master.key
        Invoke-RekkordSave $server ~/Projects -KeyFile "./$server.key"
    }
}

# Puts a home directory in place, and takes what the page before left in this process.
function Reset-Home([string] $From) {
    Set-Location $Base
    foreach ($old in $homes.Current, $env:XDG_CACHE_HOME) { if (Test-Path $old) { Remove-Item -LiteralPath $old -Recurse -Force } }
    if (Test-Path $From) { Copy-Item -LiteralPath $From $homes.Current -Recurse } else { $null = New-Item -ItemType Directory "$($homes.Current)/work" }
    Set-Location "$($homes.Current)/work"
    Get-ChildItem env:REKKORD_* | Remove-Item
}

function Get-Example([string] $Page) {
    if ($Page -notlike 'about_*') { return (Get-Help $Page).examples.example.code }
    $text = Get-Content -Raw "$project/docs/en-US/$Page.md"
    [regex]::Matches($text, '(?ms)^```powershell\r?\n(.*?)^```').ForEach({ $_.Groups[1].Value })
}

function Invoke-Example([string] $Code) {
    try {
        $null = & ([scriptblock]::Create($Code)) *>&1 | Out-String
    } catch {
        "$($_.Exception.Message)`n$Code"
    }
}

Reset-Home $homes.Empty
Add-Files
Copy-Item -LiteralPath $homes.Current $homes.Empty -Recurse
$null = Add-Backup
Copy-Item -LiteralPath $homes.Current $homes.Used -Recurse

$failures = [ordered]@{}
foreach ($page in (Get-ChildItem "$project/docs/en-US" -Filter *.md).BaseName) {
    # These two are for a reader who has nothing yet.
    Reset-Home ($page -in 'Initialize-RekkordRepository', 'about_Rekkord' ? $homes.Empty : $homes.Used)
    $failures[$page] = @(Get-Example $page | ForEach-Object { Invoke-Example $_ })
}
$failures | ConvertTo-Json -Depth 3 | Set-Content $Result
