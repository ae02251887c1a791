#!/usr/bin/env bash
# PowerShell 7.6.9 from NuGet, with the Microsoft.PowerShell.PSResourceGet that comes with it, .NET SDK 10.0, Linux.
# Behaviour: a module's preview lies in a folder that is named by its version without the preview. Update-PSResource compares these: with
# 9.0.0-preview1 installed it takes 9.0.0-preview2 and 9.0.0 for the one that is there, and updates nothing. No error says so.
# Install-PSResource -Reinstall brings them.
# Output seen: "updated to preview2: no", "updated to the release: no", "reinstalled: yes". Exits with 1 when it is otherwise.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1
dotnet tool install PowerShell --version 7.6.9 --tool-path "$work/tool" >/dev/null
pwsh=$(find "$work/tool" -path '*/unix/pwsh.dll')
mkdir -p "$work/home/.config" "$work/gallery"
cd "$work"
run() { env -i PATH="$PATH" HOME="$work/home" DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1 dotnet "$pwsh" -NoProfile -NonInteractive -Command "\$ErrorActionPreference = 'Stop'; $1"; }

publish() { # the preview, or nothing
  rm -rf Sample && mkdir Sample && : >Sample/Sample.psm1
  printf "@{ ModuleVersion = '9.0.0'; GUID = '5c2c5a0e-7f0b-4f0f-8d86-4a8c9d2f6b11'; Author = 'A'; Description = 'A sample.'; RootModule = 'Sample.psm1'; PrivateData = @{ PSData = @{ Prerelease = '$1' } } }\n" >Sample/Sample.psd1
  run "Publish-PSResource -Path Sample -Repository Local"
}
installed() { run "(Get-InstalledPSResource Sample).ForEach{ \"[\$(\$_.Prerelease)]\" }"; }

run "Register-PSResourceRepository Local -Uri '$work/gallery' -Trusted"
publish preview1
run "Install-PSResource Sample -Repository Local -Prerelease"
publish preview2
run "Update-PSResource Sample -Repository Local -Prerelease"
preview=$([ "$(installed)" = "[preview1]" ] && echo no || echo yes)
publish ""
run "Update-PSResource Sample -Repository Local"
release=$([ "$(installed)" = "[preview1]" ] && echo no || echo yes)
run "Install-PSResource Sample -Repository Local -Reinstall"
reinstalled=$([ "$(installed)" = "[]" ] && echo yes || echo no)
echo "updated to preview2: $preview"
echo "updated to the release: $release"
echo "reinstalled: $reinstalled"
[ "$preview" = no ] && [ "$release" = no ] && [ "$reinstalled" = yes ]
