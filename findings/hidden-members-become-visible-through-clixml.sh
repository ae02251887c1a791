#!/usr/bin/env bash
# PowerShell 7.6.9 (.NET tool), .NET SDK 10.0.
# Behaviour: a member that a types file hides (IsHidden="true") is in no list of an object's members, in no table, JSON or CSV. Export-Clixml writes its value all
# the same, and what Import-Clixml makes of it is an ordinary member: Select-Object * and Get-Member show it then. Jobs and remoting do the same. So what a
# module computes for its tables in hidden members becomes a part of its objects.
# Output seen: "before: Size, after: Size SizeCell". Exits with 1 when it is otherwise.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 POWERSHELL_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cd "$work"
cat >thing.types.ps1xml <<'XML'
<Types>
  <Type>
    <Name>Sample.Thing</Name>
    <Members>
      <ScriptProperty IsHidden="true">
        <Name>SizeCell</Name>
        <GetScriptBlock>"$($this.Size) bytes"</GetScriptBlock>
      </ScriptProperty>
    </Members>
  </Type>
</Types>
XML
cat >thing.ps1 <<'PS'
Update-TypeData thing.types.ps1xml
$thing = [pscustomobject]@{ PSTypeName = 'Sample.Thing'; Size = 2048 }
$before = ($thing | Select-Object *).PSObject.Properties.Name
$thing | Export-Clixml thing.xml
$after = (Import-Clixml thing.xml | Select-Object *).PSObject.Properties.Name
"before: $before, after: $after"
PS
seen=$(dotnet tool exec PowerShell@7.6.9 --yes -- -NoProfile -File thing.ps1 | tail -1)
echo "$seen"
[ "$seen" = 'before: Size, after: Size SizeCell' ]
