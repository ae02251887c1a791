#!/bin/bash
# PowerShell 7.6.9: Get-Help wraps its text between words only for users of some languages. Without one (LANG=C, as in containers and
# under cron) it cuts the line at the last column, inside a word, although the text is the same English text.
# Output: "en_US.UTF-8: whole words" / "de_DE.UTF-8: whole words" / "C: split words"
# Needs the .NET 10 SDK, ICU and nuget.org.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1
dotnet tool install PowerShell --version 7.6.9 --tool-path "$work/tool" >/dev/null
pwsh=$(find "$work/tool/.store" -path '*/unix/pwsh.dll' | head -1)

# A function whose help is one word, many times: a line that is not a row of whole words has a part of one.
cat >"$work/show.ps1" <<'SCRIPT'
function Get-Word {
<#
.SYNOPSIS
Words.
.DESCRIPTION
wonderful wonderful wonderful wonderful wonderful wonderful wonderful wonderful wonderful wonderful wonderful wonderful wonderful
#>
}
$lines = (Get-Help Get-Word | Out-String -Width 80) -split '\n' -match 'wonder'
$lines.Where({ $_ -notmatch '^(\s*wonderful)+\s*$' }).Count -gt 0 ? 'split words' : 'whole words'
SCRIPT
result=
for language in en_US.UTF-8 de_DE.UTF-8 C; do
  result+="$language: $(env -u LC_ALL LANG=$language dotnet "$pwsh" -NoProfile -File "$work/show.ps1")"$'\n'
done
printf %s "$result"
[ "$result" = $'en_US.UTF-8: whole words\nde_DE.UTF-8: whole words\nC: split words\n' ]
