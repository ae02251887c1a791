<#
.SYNOPSIS
Builds the module, packs it, signs it, tests it in this PowerShell, or removes what was built.

.PARAMETER Task
Build (the default) lays the module out in output/. Package also makes output/Rekkord.<version>.nupkg of it, which Publish-PSResource
-NupkgPath takes, and from a folder Install-PSResource. Sign builds, signs what is ours with Authenticode and packs that; it needs
Windows, where Set-AuthenticodeSignature is, and a certificate. Pester runs tests/Pester on what was packed, with Pester 5, which NuGet
brings; the exit code is 1 when a test fails. Test packs and runs them. Clean removes output/ and what the compiler made.

.PARAMETER CertificateThumbprint
The code-signing certificate for Sign, in the user's store or the machine's.

.PARAMETER CertificateFile
The same as a .pfx file, with -CertificatePassword.

.PARAMETER CertificatePassword
The password of -CertificateFile.

.PARAMETER TimestampServer
Who says when it was signed, so that the signature stays good when the certificate has expired.

.EXAMPLE
pwsh ./build.ps1 -Task Test

.EXAMPLE
pwsh ./build.ps1 -Task Sign -CertificateThumbprint 0123456789ABCDEF0123456789ABCDEF01234567

.EXAMPLE
dotnet tool restore && dotnet pwsh ./build.ps1 -Task Test

Without an installed pwsh: NuGet brings that too.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Package', 'Sign', 'Pester', 'Test', 'Clean')]
    [string] $Task = 'Build',
    [string] $CertificateThumbprint,
    [string] $CertificateFile,
    [securestring] $CertificatePassword,
    [string] $TimestampServer = 'http://timestamp.digicert.com'
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

function Build {
    dotnet build (Join-Path $PSScriptRoot 'src/Rekkord.Cmdlets') --nologo -c Release
}

function Package {
    Build
    Compress
}

function Compress {
    $version = ([xml](Get-Content -Raw (Join-Path $PSScriptRoot Directory.Build.props))).SelectSingleNode('//Version').InnerText
    $output = Join-Path $PSScriptRoot output
    Join-Path $output "Rekkord.$version.nupkg" | Where-Object { Test-Path $_ } | Remove-Item
    Compress-PSResource (Join-Path $output "Rekkord/$version") -DestinationPath $output -PassThru
}

function Sign {
    # Before minutes are spent on a build that cannot be signed.
    if (-not (Get-Command Set-AuthenticodeSignature -ErrorAction Ignore)) { throw 'Set-AuthenticodeSignature is there only on Windows. Run -Task Sign there.' }
    $certificate = Find-Certificate
    Build
    $version = ([xml](Get-Content -Raw (Join-Path $PSScriptRoot Directory.Build.props))).SelectSingleNode('//Version').InnerText

    # What others made has their signature, or none: it is not ours to vouch for.
    $files = Get-ChildItem (Join-Path $PSScriptRoot "output/Rekkord/$version") -File -Recurse |
        Where-Object { $_.Extension -in '.psd1', '.psm1', '.ps1xml' -or $_.Name -like 'Rekkord.*.dll' }
    $unsigned = $files | Set-AuthenticodeSignature -Certificate $certificate -TimestampServer $TimestampServer -HashAlgorithm SHA256 |
        Where-Object Status -ne Valid
    if ($unsigned) { throw "These files were not signed: $($unsigned.ForEach{ "$($_.Path): $($_.StatusMessage)" } -join '; ')" }
    Compress
}

function Find-Certificate {
    $certificate = if ($CertificateFile) { Get-PfxCertificate -LiteralPath $CertificateFile -Password $CertificatePassword }
    elseif ($CertificateThumbprint) { Get-ChildItem Cert:/CurrentUser/My, Cert:/LocalMachine/My | Where-Object Thumbprint -eq $CertificateThumbprint | Select-Object -First 1 }
    else { throw 'Give a code-signing certificate with -CertificateThumbprint or -CertificateFile.' }
    if (-not $certificate) { throw "There is no certificate '$CertificateThumbprint' in the stores of this user and machine." }
    if (-not $certificate.HasPrivateKey) { throw "The certificate of '$($certificate.Subject)' has no private key here." }
    $certificate
}

function Pester {
    $project = Join-Path $PSScriptRoot 'tests/Pester/Pester.csproj'
    dotnet restore $project -v quiet
    $restored = (dotnet msbuild $project -getProperty:NuGetPackageRoot,PesterVersion | ConvertFrom-Json).Properties
    $pester = (Get-ChildItem (Join-Path $restored.NuGetPackageRoot "pester/$($restored.PesterVersion)") -Filter Pester.psd1 -Recurse).FullName

    # This same PowerShell, once for each processor, each with its share of the files: what one file has compiled, the next one finds. One
    # that NuGet brought is started through dotnet.
    $pwsh = @([Environment]::ProcessPath)
    if ([IO.Path]::GetFileNameWithoutExtension($pwsh[0]) -eq 'dotnet') { $pwsh += Join-Path $PSHOME pwsh.dll }
    $pwsh += '-NoProfile', '-NonInteractive', '-File', (Join-Path $PSScriptRoot 'tests/Pester/Invoke-TestFiles.ps1'), $pester

    # Dealt by size, so that no share is much longer than the others.
    $files = @(Get-ChildItem (Join-Path $PSScriptRoot 'tests/Pester') -Filter *.Tests.ps1 | Sort-Object Length -Descending)
    $shares = 0..($files.Count - 1) | Group-Object { $_ % [Environment]::ProcessorCount }
    $results = $shares | ForEach-Object -ThrottleLimit $shares.Count -Parallel {
        $PSNativeCommandUseErrorActionPreference = $false
        $program, $arguments = $using:pwsh
        $said = & $program @arguments @(($using:files)[$_.Group].FullName) 2>&1 | Out-String
        $failed = $LASTEXITCODE -ne 0
        Write-Host $said.Trim()
        $counts = [regex]::Match(($said -replace '\e\[[\d;]*m'), 'Tests Passed: (\d+), Failed: (\d+), Skipped: (\d+)')
        [pscustomobject]@{
            Passed  = [int]$counts.Groups[1].Value
            # A share that could not be run counts as a test that failed.
            Failed  = [Math]::Max([int]$counts.Groups[2].Value, [int]$failed)
            Skipped = [int]$counts.Groups[3].Value
        }
    }
    $sum = $results | Measure-Object Passed, Failed, Skipped -Sum
    "Tests Passed: $($sum[0].Sum), Failed: $($sum[1].Sum), Skipped: $($sum[2].Sum), in $($files.Count) files."
    if ($sum[1].Sum -gt 0) { exit 1 }
}

function Test {
    Package
    Pester
}

function Clean {
    Join-Path $PSScriptRoot 'output' | Where-Object { Test-Path $_ } | Remove-Item -Recurse -Force
    Get-ChildItem -Path $PSScriptRoot -Directory -Recurse -Include bin, obj | Remove-Item -Recurse -Force
}

& $Task
