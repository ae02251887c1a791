#!/usr/bin/env bash
# PowerShell 7.6.9 from NuGet, with the Microsoft.PowerShell.PSResourceGet that comes with it, .NET SDK 10.0, Linux.
# Behaviour: Publish-PSResource asks NuGet's settings, which NuGet makes when there are none. They belong in ~/.config/NuGet. Where ~/.config is
# not there yet, as on a new build agent, .NET names no directory at all, and the file is made in NuGet/ below the current directory. In a
# checkout that is a new file that nobody made. With ~/.config there, it goes there.
# Output seen: "without ~/.config: NuGet/NuGet.Config in the current directory: yes", "with ~/.config: no". Exits with 1 when it is otherwise.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1
dotnet tool install PowerShell --version 7.6.9 --tool-path "$work/tool" >/dev/null
pwsh=$(find "$work/tool" -path '*/unix/pwsh.dll')
mkdir -p "$work/Sample" "$work/gallery"
printf "@{ ModuleVersion = '1.0.0'; GUID = '5c2c5a0e-7f0b-4f0f-8d86-4a8c9d2f6b11'; Author = 'A'; Description = 'A sample.'; RootModule = 'Sample.psm1' }\n" >"$work/Sample/Sample.psd1"
: >"$work/Sample/Sample.psm1"

publish() { # home, current directory, repository's name
  mkdir -p "$1" "$2"
  (cd "$2" && env -i PATH="$PATH" HOME="$1" DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1 dotnet "$pwsh" -NoProfile -NonInteractive -Command "
    \$ErrorActionPreference = 'Stop'
    Register-PSResourceRepository $3 -Uri '$work/gallery' -Trusted
    Publish-PSResource -Path '$work/Sample' -Repository $3")
  if [ -e "$2/NuGet/NuGet.Config" ]; then echo yes; else echo no; fi
}
without=$(publish "$work/home1" "$work/here1" One)
mkdir -p "$work/home2/.config"
rm -rf "$work/gallery"/*
with=$(publish "$work/home2" "$work/here2" Two)
echo "without ~/.config: NuGet/NuGet.Config in the current directory: $without"
echo "with ~/.config: $with"
[ "$without" = yes ] && [ "$with" = no ]
