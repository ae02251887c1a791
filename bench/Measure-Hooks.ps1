# What hooks cost: a phase of trivial external hooks beside run-parts over the same directory, and a phase of trivial .ps1 hooks beside
# starting `pwsh -NoProfile -File` for each, where those are there. Runs are interleaved in one session; shown are medians, and the
# median and range of the ratios of runs that belong together.
#
#   ./build.ps1; ./bench/Measure-Hooks.ps1
param(
    [int] $Count = 200,  # hooks in a phase
    [int] $Runs = 7,     # measured runs, after one that warms up
    [int] $Starts = 5    # how many of the .ps1 hooks a run gives a process of their own
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Command Invoke-RekkordHook -ErrorAction Ignore)) {
    Import-Module ([System.IO.Directory]::GetFiles("$PSScriptRoot/../output/Rekkord", 'Rekkord.psd1', 'AllDirectories')[-1])
}

# A directory of hooks, and the configuration that names it.
function NewPhase([string] $name, [string] $extension, [string] $text) {
    $hooks = foreach ($number in 1..$Count) {
        $path = '{0}/{1}/hook-{2:d4}{3}' -f $work, $name, $number, $extension
        [System.IO.Directory]::CreateDirectory("$work/$name") > $null
        [System.IO.File]::WriteAllText($path, $text)
        [System.IO.File]::SetUnixFileMode($path, 'UserRead, UserWrite, UserExecute')
        $path
    }
    [System.IO.File]::WriteAllText("$work/$name.toml", "[Hooks]`nPreSaveDirectory = `"$work/$name`"`n")
    @{ Directory = "$work/$name"; Hooks = $hooks; Config = "$work/$name.toml" }
}

function GetMilliseconds([scriptblock] $action, [int] $hooks) {
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    & $action > $null
    $watch.Elapsed.TotalMilliseconds / $hooks
}

function GetMedian([double[]] $values) {
    [System.Array]::Sort($values) # in the caller's array too
    ($values[($values.Length - 1) -shr 1] + $values[$values.Length -shr 1]) / 2
}

function Compare([string] $kind, [hashtable] $phase, [string] $peer, [int] $peerHooks, [scriptblock] $peerAction) {
    $pairs = foreach ($run in 0..$Runs) {
        $ours = GetMilliseconds { Invoke-RekkordHook PreSave -ConfigPath $phase.Config } $Count
        $theirs = if ($peer) { GetMilliseconds $peerAction $peerHooks } else { [double]::NaN }
        if ($run -gt 0) { @{ Ours = $ours; Theirs = $theirs; Ratio = $ours / $theirs } }
    }
    $ratios = [double[]] $pairs.Ratio
    $median = GetMedian $ratios
    [pscustomobject] [ordered]@{
        Hooks = "$Count $kind"
        'ms each' = '{0:n2}' -f (GetMedian $pairs.Ours)
        Peer = $peer ? $peer : 'not there'
        'its ms each' = '{0:n2}' -f (GetMedian $pairs.Theirs)
        'ours / its' = '{0:n3} ({1:n3} to {2:n3})' -f $median, $ratios[0], $ratios[-1]
    }
}

$work = [System.IO.Directory]::CreateTempSubdirectory('rekkord-hooks-').FullName
try {
    $runParts, $pwsh = 'run-parts', 'pwsh' | ForEach-Object { (Get-Command $_ -CommandType Application -TotalCount 1 -ErrorAction Ignore)?.Source }
    $external = NewPhase 'external' '' "#!/bin/sh`nexit 0`n"
    Compare 'external' $external $runParts $Count { & $runParts $external.Directory }
    $script = NewPhase 'script' '.ps1' "`$null = 1`n"
    Compare '.ps1' $script $pwsh $Starts { $script.Hooks[1..$Starts] | ForEach-Object { & $pwsh -NoProfile -File $_ } }
}
finally {
    [System.IO.Directory]::Delete($work, $true)
}
