#Requires -Version 7.6
# Pre-save hook for Windows: stops a service, so that its files do not change while they are saved. Its other half,
# 10-start-service.ps1, belongs in PostSaveDirectory and starts it again.
#
#   QUIESCE_SERVICE  the name of the service
#
# With this pair, set RunPostHooksAfterPreFailure = true in section [Hooks]: otherwise, when a pre hook after this one
# fails, nothing starts the service again. Two saves at the same time must not stop the same service: the one that ends first
# would start it while the other still reads.

$ErrorActionPreference = 'Stop'

if (-not $env:QUIESCE_SERVICE) { throw 'Set QUIESCE_SERVICE to the name of the service.' }

# A name is only a name, even when it has characters that PowerShell takes for wildcards.
$service = Get-Service -Name ([WildcardPattern]::Escape($env:QUIESCE_SERVICE))
if ($service.Status -in 'Stopped', 'StopPending') {
    # Somebody else stopped it before, and it stays so: no mark is left for the other half.
    $service.WaitForStatus('Stopped', [TimeSpan]::FromMinutes(5))
    "$($service.Name) was not running"
    return
}

# The mark comes first. If it were written after the service has stopped, a power cut between the two would lose it.
$mark = [IO.Path]::Combine($env:ProgramData, 'rekkord', "$($service.Name).stopped-for-save")
$null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($mark))
[IO.File]::WriteAllText($mark, '')

# Without -Force a service that others depend on is not stopped, and the hook fails, which is right.
try {
    Stop-Service -InputObject $service
    $service.WaitForStatus('Stopped', [TimeSpan]::FromMinutes(5))
}
catch {
    # Still running: there is nothing to start again, not even after a later save that finds it stopped by somebody else.
    $service.Refresh()
    if ($service.Status -eq 'Running') { [IO.File]::Delete($mark) }
    throw
}
"stopped $($service.Name)"
