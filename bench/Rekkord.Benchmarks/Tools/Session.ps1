# One operation of the module, as the comparison runs it in pwsh. With a directory to warm up on, the same operation is
# done on that first, as in a session that has done it before, and what the operation itself took, all of its repetitions together, is
# said in the end.
param([string] $Module, [string] $Operation, [string] $Directory, [string] $Path, [string] $WarmUp, [int] $Count = 1)

$ErrorActionPreference = 'Stop'
Import-Module $Module

function Invoke-Operation([string] $operation, [string] $directory, [string] $path) {
    $target = @{ Repository = "$directory/repository"; KeyFile = "$directory/master.key" }
    switch ($operation) {
        'init' { Initialize-RekkordRepository @target -WarningAction Ignore > $null }
        'save' { Invoke-RekkordSave benchmark $path @target > $null }
        'list' { Get-RekkordItem benchmark -Recurse @target > $null }
        'snapshots' { Get-RekkordSnapshot @target > $null }
        'scan' { Invoke-RekkordScan -Full @target > $null }
        'restore' { Restore-RekkordSnapshot benchmark $path @target > $null }
    }
}

if ($WarmUp) {
    # After some ten rounds the runtime has compiled everything in its final form, and a round takes no less than the one before.
    foreach ($round in 1..12) {
        $place = [System.IO.Directory]::CreateDirectory("$Directory/warm-up/$round").FullName
        foreach ($step in 'init', 'save', 'save', 'list', 'snapshots', 'scan') { Invoke-Operation $step $place $WarmUp }
        Invoke-Operation restore $place "$place/restored"
    }
    [System.IO.Directory]::Delete("$Directory/warm-up", $true)
    & "$PSScriptRoot/Rekkord.Benchmarks" prepare @($env:REKKORD_BENCHMARK_PREPARE -split "`n")
}

$processor, $watch = [System.Environment]::CpuUsage.TotalTime, [System.Diagnostics.Stopwatch]::StartNew()
for ($i = 0; $i -lt $Count; $i++) { Invoke-Operation $Operation $Directory $Path }
"seconds: $($watch.Elapsed.TotalSeconds.ToString([cultureinfo]::InvariantCulture))"
"CPU seconds: $(([System.Environment]::CpuUsage.TotalTime - $processor).TotalSeconds.ToString([cultureinfo]::InvariantCulture))"
"peak bytes: $([System.Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64)"
