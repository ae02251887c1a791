#!/usr/bin/env bash
# PowerShell 7.6.9 as the .NET tool on NuGet (package PowerShell), .NET SDK 10.0, Linux.
# Behaviour: its System.Management.Automation.dll has IL only. Nothing of it is compiled ahead of time (ReadyToRun), as assemblies of the same runtime are,
# so each pwsh that is started this way compiles PowerShell itself again. What is measured with it says little about an installed pwsh.
# Output seen: "System.Management.Automation.dll: IL only" and "System.Text.Json.dll of the runtime: compiled ahead". Exits with 1 when it is otherwise.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet tool install PowerShell --version 7.6.9 --tool-path "$work/tool" >/dev/null
automation=$(find "$work/tool/.store" -path '*/unix/*' -name System.Management.Automation.dll | head -n 1)
json=$(find "$(dirname "$(readlink -f "$(command -v dotnet)")")/shared/Microsoft.NETCore.App" -name System.Text.Json.dll | sort | tail -n 1)

# The CLI header (ECMA-335, II.25.3.3) names the native header that a compiler ahead of time adds; size 0 is none.
kind() {
  python3 - "$1" <<'PY'
import struct, sys
data = open(sys.argv[1], 'rb').read()
pe = struct.unpack_from('<I', data, 0x3c)[0]
sections, optional = struct.unpack_from('<H', data, pe + 6)[0], struct.unpack_from('<H', data, pe + 20)[0]
directories = pe + 24 + (112 if struct.unpack_from('<H', data, pe + 24)[0] == 0x20b else 96)
address = struct.unpack_from('<I', data, directories + 14 * 8)[0]
for number in range(sections):
    start, = struct.unpack_from('<I', data, pe + 24 + optional + 40 * number + 12)
    size, raw = struct.unpack_from('<II', data, pe + 24 + optional + 40 * number + 16)
    if start <= address < start + size:
        print('compiled ahead' if struct.unpack_from('<I', data, raw + address - start + 68)[0] else 'IL only')
PY
}
echo "System.Management.Automation.dll: $(kind "$automation")"
echo "System.Text.Json.dll of the runtime: $(kind "$json")"
[ "$(kind "$automation")" = "IL only" ] && [ "$(kind "$json")" = "compiled ahead" ]
