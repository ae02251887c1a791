#!/bin/bash
# PowerShell 7.6.9: "pwsh -File job.ps1" ends with exit code 0 when SIGINT has stopped the script half-way, although "pwsh -Command
# ./job.ps1" ends with 1. A scheduler that stops a job with SIGINT, as systemd does with KillSignal=SIGINT, records a success.
# Output: "-File: exit 0, begin" / "-Command: exit 1, begin"  (never "end")
# Needs the .NET 10 SDK and nuget.org.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1
dotnet tool install PowerShell --version 7.6.9 --tool-path "$work/tool" >/dev/null
pwsh=$(find "$work/tool/.store" -path '*/unix/pwsh.dll' | head -1)

# The script sends its own process the signal, as Ctrl-C or a scheduler would, and has more to do.
printf '%s\n' '"begin"' '/bin/kill -INT $PID' 'while ($true) { }' '"end"' >"$work/job.ps1"
file=0; by_file=$(dotnet "$pwsh" -NoProfile -NonInteractive -File "$work/job.ps1") || file=$?
command=0; by_command=$(dotnet "$pwsh" -NoProfile -NonInteractive -Command "& '$work/job.ps1'") || command=$?
echo "-File: exit $file, $by_file"
echo "-Command: exit $command, $by_command"
[ "$file/$by_file/$command/$by_command" = 0/begin/1/begin ]
