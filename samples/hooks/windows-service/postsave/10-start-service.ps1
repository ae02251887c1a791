#Requires -Version 7.6
# Post-save hook for Windows: starts the service again that 10-stop-service.ps1 stopped, whether the save succeeded or not.
#
#   QUIESCE_SERVICE  the name of the service

$ErrorActionPreference = 'Stop'

if (-not $env:QUIESCE_SERVICE) { throw 'Name the service in QUIESCE_SERVICE.' }

# A name is a name, also with what PowerShell takes for a wildcard in it.
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
