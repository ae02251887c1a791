#!/bin/bash
# PowerShell 7.6.9: an error that a provider ends with ThrowTerminatingError loses its ID and its category. $Error has
# "System.InvalidOperationException,…" and NotSpecified in their place. A cmdlet's is kept as it was made, and so is what a provider writes
# with WriteError. A provider's survives only when the exception itself carries the record (IContainsErrorRecord).
# Output: "provider writes: LockedId PermissionDenied" / "provider throws: System.InvalidOperationException NotSpecified"
# Needs the .NET 10 SDK and nuget.org.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1
dotnet tool install PowerShell --version 7.6.9 --tool-path "$work/tool" >/dev/null
pwsh=$(find "$work/tool/.store" -path '*/unix/pwsh.dll' | head -1)

cat >"$work/try.ps1" <<'EOF'
Add-Type -OutputAssembly $PSScriptRoot/Failing.dll -TypeDefinition @'
using System;
using System.Management.Automation;
using System.Management.Automation.Provider;
public class CarryingException : Exception, IContainsErrorRecord {
    public ErrorRecord ErrorRecord => Failing.Record(new Exception("failed"));
}
public static class Failing {
    public static ErrorRecord Record(Exception error) => new ErrorRecord(error, "LockedId", ErrorCategory.PermissionDenied, "door");
}
[Cmdlet(VerbsDiagnostic.Test, "Failing")]
public class TestFailing : PSCmdlet {
    protected override void ProcessRecord() => ThrowTerminatingError(Failing.Record(new InvalidOperationException("failed")));
}
[CmdletProvider("Failing", ProviderCapabilities.None)]
public class FailingProvider : ContainerCmdletProvider {
    protected override PSDriveInfo NewDrive(PSDriveInfo drive) => drive;
    protected override bool IsValidPath(string path) => true;
    protected override bool ItemExists(string path) => true;
    protected override void GetItem(string path) {
        if (path.EndsWith("written")) WriteError(Failing.Record(new InvalidOperationException("failed")));
        else ThrowTerminatingError(Failing.Record(path.EndsWith("carrying") ? new CarryingException() : new InvalidOperationException("failed")));
    }
}
'@
Import-Module $PSScriptRoot/Failing.dll
$null = New-PSDrive Mine Failing ''
function Show($name, $script) {
    try { & $script 2>$null } catch { }
    "${name}: $($Error[0].FullyQualifiedErrorId.Split(',')[0]) $($Error[0].CategoryInfo.Category)"
}
Show 'cmdlet throws' { Test-Failing }
Show 'provider writes' { Get-Item Mine:/written }
Show 'provider throws' { Get-Item Mine:/thrown }
Show 'provider throws a carrier' { Get-Item Mine:/carrying }
EOF
output=$(dotnet "$pwsh" -NoProfile -NonInteractive -File "$work/try.ps1")
echo "$output"
[ "$output" = "cmdlet throws: LockedId PermissionDenied
provider writes: LockedId PermissionDenied
provider throws: System.InvalidOperationException NotSpecified
provider throws a carrier: LockedId PermissionDenied" ]
