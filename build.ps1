<#
.SYNOPSIS
Builds the module, packs it, tests it in this PowerShell, or removes what was built.

.PARAMETER Task
Build (the default) lays the module out in output/. Package also makes output/Rekkord.<version>.nupkg of it, which Publish-PSResource
-NupkgPath takes, and from a folder Install-PSResource. Test makes both and runs tests/Pester with Pester 5, which NuGet brings; the exit
code is 1 when a test fails. Clean removes output/ and what the compiler made.

.EXAMPLE
pwsh ./build.ps1 -Task Test

.EXAMPLE
dotnet tool restore && dotnet pwsh ./build.ps1 -Task Test

Without an installed pwsh: NuGet brings that too.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Package', 'Test', 'Clean')]
    [string] $Task = 'Build'
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

function Build {
    dotnet build (Join-Path $PSScriptRoot 'src/Rekkord.Cmdlets') --nologo -c Release
}

function Package {
    Build
    $version = ([xml](Get-Content -Raw (Join-Path $PSScriptRoot Directory.Build.props))).SelectSingleNode('//Version').InnerText
    $output = Join-Path $PSScriptRoot output
    Join-Path $output "Rekkord.$version.nupkg" | Where-Object { Test-Path $_ } | Remove-Item
    Compress-PSResource (Join-Path $output "Rekkord/$version") -DestinationPath $output -PassThru
}

function Test {
    Package
    $project = Join-Path $PSScriptRoot 'tests/Pester/Pester.csproj'
    dotnet restore $project -v quiet
    $restored = (dotnet msbuild $project -getProperty:NuGetPackageRoot,PesterVersion | ConvertFrom-Json).Properties
    Get-ChildItem (Join-Path $restored.NuGetPackageRoot "pester/$($restored.PesterVersion)") -Filter Pester.psd1 -Recurse | Import-Module
    $result = Invoke-Pester -Path (Join-Path $PSScriptRoot 'tests/Pester') -PassThru
    if ($result.Result -ne 'Passed') { exit 1 }
}

function Clean {
    Join-Path $PSScriptRoot 'output' | Where-Object { Test-Path $_ } | Remove-Item -Recurse -Force
    Get-ChildItem -Path $PSScriptRoot -Directory -Recurse -Include bin, obj | Remove-Item -Recurse -Force
}

& $Task
