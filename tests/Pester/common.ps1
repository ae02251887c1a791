# What every test file begins with: the built module, and a sandbox with a repository, a source and hook directories.

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$root = Split-Path (Split-Path $PSScriptRoot)
$version = ([xml](Get-Content -Raw (Join-Path $root 'Directory.Build.props'))).SelectSingleNode('//Version').InnerText
$manifest = Join-Path $root "output/Rekkord/$version/Rekkord.psd1"
Import-Module $manifest -Force

# The command that starts this same PowerShell again. A PowerShell that NuGet brought is started through dotnet.
$pwsh = @([Environment]::ProcessPath)
if ([IO.Path]::GetFileNameWithoutExtension($pwsh[0]) -eq 'dotnet') { $pwsh += Join-Path $PSHOME pwsh.dll }

# Neither the configuration nor the caches of whoever runs the tests take part.
$env:XDG_CACHE_HOME = Join-Path $TestDrive 'cache'
Get-ChildItem env:REKKORD_* | Remove-Item

function New-Sandbox {
    # Beside the tests and not in a directory for temporary files, whose permissions hooks may not be trusted in.
    $base = New-Item -ItemType Directory (Join-Path $root "output/test/$([guid]::NewGuid())")
    $sandbox = [pscustomobject]@{
        Base        = $base.FullName
        Source      = (New-Item -ItemType Directory (Join-Path $base source)).FullName
        Destination = Join-Path $base destination
        Repository  = Join-Path $base repository
        KeyFile     = Join-Path $base master.key
        Config      = Join-Path $base rekkord.toml
        Log         = Join-Path $base log
    }
    Set-Content (Join-Path $sandbox.Source file.txt) 'content'
    $directories = foreach ($phase in 'PreSave', 'PostSave', 'PreScan', 'PostScan') {
        $null = New-Item -ItemType Directory (Join-Path $base "hooks/$phase")
        "${phase}Directory = 'hooks/$phase'"
    }
    Set-Content $sandbox.Config @(
        '[Repository]', "URL = '$($sandbox.Repository)'", "KeyFile = '$($sandbox.KeyFile)'"
        '[Hooks]', $directories)
    Initialize-RekkordRepository $sandbox.Repository $sandbox.KeyFile -WarningAction Ignore | Out-Null
    $PSDefaultParameterValues['*-Rekkord*:ConfigPath'] = $sandbox.Config
    $env:TEST_LOG = $sandbox.Log
    $sandbox
}

function Remove-Sandbox($Sandbox) {
    $PSDefaultParameterValues.Remove('*-Rekkord*:ConfigPath')
    $env:TEST_LOG = $null
    Remove-Item -LiteralPath $Sandbox.Base -Recurse -Force
}

function Set-Hook($Sandbox, $Phase, $Name, $Content) {
    $path = Join-Path $Sandbox.Base "hooks/$Phase/$Name"
    [IO.File]::WriteAllText($path, $Content)
    if (-not $IsWindows) { [IO.File]::SetUnixFileMode($path, 'UserRead, UserWrite, UserExecute') }
}

function Get-HookLog($Sandbox) {
    if (Test-Path $Sandbox.Log) { Get-Content $Sandbox.Log }
}

# An object read back has the same properties, and those that people sort and filter by have the same values.
function Assert-RoundTrip($Object, [string[]] $Property) {
    # What a script emits can be deeper than that, and is cut off; the object's own properties are not.
    $json = $Object | ConvertTo-Json -Depth 4 -WarningAction Ignore | ConvertFrom-Json
    $path = Join-Path $TestDrive "$([guid]::NewGuid()).xml"
    $Object | Export-Clixml $path
    $xml = Import-Clixml $path
    $names = $Object.PSObject.Properties.Name
    $json.PSObject.Properties.Name | Should -Be $names
    foreach ($name in $names) {
        $xml.PSObject.Properties.Name | Should -Contain $name
        if ($Object.$name -is [ValueType] -and $Object.$name -isnot [enum] -and $Object.$name -isnot [DateTimeOffset] -or $Object.$name -is [string]) {
            $xml.$name | Should -Be $Object.$name -Because "Export-Clixml keeps $name"
        }
    }
    foreach ($name in $Property) {
        $xml.$name | Should -Be $Object.$name -Because "Export-Clixml keeps $name"
        if ($Object.$name -is [enum]) { [int]$json.$name | Should -Be ([int]$Object.$name) -Because "ConvertTo-Json keeps $name" }
        elseif ($Object.$name -isnot [TimeSpan]) { $json.$name | Should -Be $Object.$name -Because "ConvertTo-Json keeps $name" }
    }
}
