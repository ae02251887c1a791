#Requires -Version 7.6
# Post-save hook for Windows: starts the service again that 10-stop-service.ps1 stopped, whether the save succeeded or not.
#
#   QUIESCE_SERVICE  the name of the service

$ErrorActionPreference = 'Stop'

if (-not $env:QUIESCE_SERVICE) { throw 'Set QUIESCE_SERVICE to the name of the service.' }

# A name is only a name, even when it has characters that PowerShell takes for wildcards.
$service = Get-Service -Name ([WildcardPattern]::Escape($env:QUIESCE_SERVICE))
$mark = [IO.Path]::Combine($env:ProgramData, 'rekkord', "$($service.Name).stopped-for-save")
if (-not [IO.File]::Exists($mark)) {
    "$($service.Name) was not stopped for this save"
    return
}

Start-Service -InputObject $service
$service.WaitForStatus('Running', [TimeSpan]::FromMinutes(5))
[IO.File]::Delete($mark)
"started $($service.Name)"
