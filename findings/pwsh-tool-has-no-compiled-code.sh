#!/usr/bin/env bash
# PowerShell 7.6.9 from NuGet (`dotnet tool install PowerShell`), .NET SDK 10.0.
# Behaviour: its own assemblies are IL only. The PowerShell that Microsoft's installers bring has them compiled ahead of time; here each
# start compiles some six thousand methods before the first command has run, so a job that starts such a pwsh pays for it every time.
# Output seen: "System.Management.Automation.dll: compiled ahead of time: False", the same for Microsoft.PowerShell.ConsoleHost.dll,
# and "methods compiled before the first command: 5706".
# Exits with 1 when one of the assemblies has compiled code, or when fewer than 3000 methods are compiled.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 POWERSHELL_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet tool install PowerShell --version 7.6.9 --tool-path "$work/tool" >/dev/null
"$work/tool/pwsh" -NoProfile -NonInteractive -Command '
$count = [Runtime.JitInfo]::GetCompiledMethodCount($false)
$isCompiled = foreach ($name in "System.Management.Automation.dll", "Microsoft.PowerShell.ConsoleHost.dll") {
    $file = [IO.File]::OpenRead((Join-Path $PSHOME $name))
    try {
        $reader = [Reflection.PortableExecutable.PEReader]::new($file)
        $has = $reader.PEHeaders.CorHeader.ManagedNativeHeaderDirectory.Size -gt 0
        Write-Host "${name}: compiled ahead of time: $has"
        $has
    }
    finally { $file.Dispose() }
}
Write-Host "methods compiled before the first command: $count"
exit [int](($isCompiled -contains $true) -or $count -lt 3000)'
