#Requires -Version 7.6
# Pre-save hook for Windows: stops a service, so that its files are at rest while they are saved. Its other half,
# 10-start-service.ps1, belongs into PostSaveDirectory and starts it again.
#
#   QUIESCE_SERVICE  the name of the service
#
# With this pair, set RunPostHooksAfterPreFailure = true in section [Hooks]: otherwise, when a pre hook after this one
# fails, nothing starts the service again. Two saves at the same time must not stop the same service: the one that ends first
# starts it while the other still reads.

$ErrorActionPreference = 'Stop'

if (-not $env:QUIESCE_SERVICE) { throw 'Name the service in QUIESCE_SERVICE.' }

# A name is a name, also with what PowerShell takes for a wildcard in it.
$service = Get-Service -Name ([WildcardPattern]::Escape($env:QUIESCE_SERVICE))
if ($service.Status -in 'Stopped', 'StopPending') {
    # It was stopped before, by somebody else, and is to stay so: no mark is left for the other half.
    $service.WaitForStatus('Stopped', [TimeSpan]::FromMinutes(5))
    "$($service.Name) was not running"
    return
}

# The mark comes first: were it written after the service has stopped, a power cut between the two would lose it.
$mark = [IO.Path]::Combine($env:ProgramData, 'rekkord', "$($service.Name).stopped-for-save")
$null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($mark))
[IO.File]::WriteAllText($mark, '')

# Without -Force a service that others depend on is not stopped, and the hook fails, which is right.
try {
    Stop-Service -InputObject $service
    $service.WaitForStatus('Stopped', [TimeSpan]::FromMinutes(5))
}
catch {
    # Still running: there is nothing to start again, also not after a later save that finds it stopped by somebody else.
    $service.Refresh()
    if ($service.Status -eq 'Running') { [IO.File]::Delete($mark) }
    throw
}
"stopped $($service.Name)"
