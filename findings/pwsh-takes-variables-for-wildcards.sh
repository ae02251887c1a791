#!/bin/bash
# PowerShell 7.6.9 on Linux: an argument of a program that comes from a variable, or from a splatted array, is taken for wildcards, and a
# '~' for the home directory. With the files a.db and [a].db, $name = '[a].db' passes a.db to the program: another file, without an error.
# An expert would guess that this happens only to what is written bare in the script, as it does not happen to strings anywhere else.
# Output: "variable: a.db" / "splatted: a.db" / "in quotes: [a].db"
# Needs the .NET 10 SDK and nuget.org.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1
dotnet tool install PowerShell --version 7.6.9 --tool-path "$work/tool" >/dev/null
pwsh=$(find "$work/tool/.store" -path '*/unix/pwsh.dll' | head -1)

mkdir "$work/data"
echo wanted >"$work/data/[a].db"
echo other >"$work/data/a.db"
cat >"$work/job.ps1" <<'X'
$name = '[a].db'
$names = @($name)
"variable: $(printf '%s' $name)"
"splatted: $(printf '%s' @names)"
"in quotes: $(printf '%s' "$name")"
X
output=$(cd "$work/data" && dotnet "$pwsh" -NoProfile -NonInteractive -File "$work/job.ps1")
echo "$output"
[ "$output" = $'variable: a.db\nsplatted: a.db\nin quotes: [a].db' ]
