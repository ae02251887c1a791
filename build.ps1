<#
.SYNOPSIS
Builds the module, tests it in this PowerShell, or removes what was built.

.PARAMETER Task
Build (the default) lays the module out in output/. Test builds it and runs tests/Pester with Pester 5, which NuGet brings; the exit code
is 1 when a test fails. Clean removes output/ and what the compiler made.

.EXAMPLE
pwsh ./build.ps1 -Task Test

.EXAMPLE
dotnet tool restore && dotnet pwsh ./build.ps1 -Task Test

Without an installed pwsh: NuGet brings that too.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Clean')]
    [string] $Task = 'Build'
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

function Build {
    dotnet build (Join-Path $PSScriptRoot 'src/Rekkord.Cmdlets') --nologo -c Release
}

function Test {
    Build
    $project = Join-Path $PSScriptRoot 'tests/Pester/Pester.csproj'
    dotnet restore $project -v quiet
    $packages = dotnet msbuild $project -getProperty:NuGetPackageRoot
    Get-ChildItem (Join-Path $packages 'pester') -Filter Pester.psd1 -Recurse | Select-Object -Last 1 | Import-Module
    $result = Invoke-Pester -Path (Join-Path $PSScriptRoot 'tests/Pester') -PassThru
    if ($result.Result -ne 'Passed') { exit 1 }
}

function Clean {
    Join-Path $PSScriptRoot 'output' | Where-Object { Test-Path $_ } | Remove-Item -Recurse -Force
    Get-ChildItem -Path $PSScriptRoot -Directory -Recurse -Include bin, obj | Remove-Item -Recurse -Force
}

& $Task
