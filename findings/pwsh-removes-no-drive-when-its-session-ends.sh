#!/bin/bash
# PowerShell 7.6.9: a provider's RemoveDrive is called by Remove-PSDrive and Remove-Module, and not when the session (runspace) that has
# the drive is closed. What the drive holds open stays open for as long as the process that hosts PowerShell runs.
# Output: "removed: RemoveDrive called 1 times" / "module: RemoveDrive called 1 times" / "closed: RemoveDrive called 0 times"
# Needs the .NET 10 SDK and nuget.org.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1
dotnet tool install PowerShell --version 7.6.9 --tool-path "$work/tool" >/dev/null
pwsh=$(find "$work/tool/.store" -path '*/unix/pwsh.dll' | head -1)

cat >"$work/try.ps1" <<'EOF'
Add-Type -OutputAssembly $PSScriptRoot/Held.dll -TypeDefinition @'
using System.Management.Automation;
using System.Management.Automation.Provider;
[CmdletProvider("Held", ProviderCapabilities.None)]
public class HeldProvider : DriveCmdletProvider {
    public static int Removed;
    protected override PSDriveInfo NewDrive(PSDriveInfo drive) => drive;
    protected override PSDriveInfo RemoveDrive(PSDriveInfo drive) { Removed++; return drive; }
}
'@
$type = [Reflection.Assembly]::LoadFrom("$PSScriptRoot/Held.dll").GetType('HeldProvider')
foreach ($end in 'removed', 'module', 'closed') {
    $type::Removed = 0
    $shell = [powershell]::Create()
    $null = $shell.AddScript("Import-Module $PSScriptRoot/Held.dll; New-PSDrive Mine Held '' -Scope Global").Invoke()
    $shell.Commands.Clear()
    if ($end -eq 'removed') { $null = $shell.AddScript('Remove-PSDrive Mine').Invoke() }
    if ($end -eq 'module') { $null = $shell.AddScript('Remove-Module Held').Invoke() }
    if ($end -eq 'closed') { $shell.Runspace.Close(); $shell.Dispose() }
    "${end}: RemoveDrive called $($type::Removed) times"
}
EOF
output=$(dotnet "$pwsh" -NoProfile -NonInteractive -File "$work/try.ps1")
echo "$output"
[ "$output" = "removed: RemoveDrive called 1 times
module: RemoveDrive called 1 times
closed: RemoveDrive called 0 times" ]
