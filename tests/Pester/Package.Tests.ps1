BeforeAll {
    . $PSScriptRoot/common.ps1
    $package = Join-Path $root "output/Rekkord.$version.nupkg"

    # A user who has installed nothing yet: a PowerShell of its own with its own home.
    function Invoke-InCleanProfile([string] $Base, [string] $Command) {
        $program, [string[]] $library = $pwsh
        # Where no ~/.config is, what publishes leaves a NuGet.Config of its own in the current directory.
        Push-Location $Base
        & /usr/bin/env -i "PATH=$env:PATH" "HOME=$Base/home" DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1 $program @library -NoProfile -NonInteractive -Command "`$ErrorActionPreference = 'Stop'; $Command"
        Pop-Location
    }
}

# Where Windows keeps a user's modules does not follow the environment.
Describe 'The package that build.ps1 -Task Package makes' -Skip:$IsWindows {
    BeforeAll {
        $base = Join-Path $root "output/test/$([guid]::NewGuid())"
        $null = New-Item -ItemType Directory "$base/home", "$base/gallery", "$base/source"
        Set-Content "$base/source/file.txt" 'content'
    }
    AfterAll { Remove-Item $base -Recurse -Force }

    It 'is published to a repository, installed from there, and saves' {
        $package | Should -Exist -Because './build.ps1 -Task Test makes it'
        Invoke-InCleanProfile $base @"
Register-PSResourceRepository Local -Uri '$base/gallery' -Trusted
Publish-PSResource -NupkgPath '$package' -Repository Local
Install-PSResource Rekkord -Repository Local
"@
        $saved = Invoke-InCleanProfile $base @"
Initialize-RekkordRepository '$base/repository' '$base/home/master.key' -WarningAction Ignore | Out-Null
Invoke-RekkordSave test '$base/source' -Repository '$base/repository' -KeyFile '$base/home/master.key' | ConvertTo-Json -EnumsAsStrings
(Get-Module Rekkord).ModuleBase
"@
        ($saved | Select-Object -SkipLast 1 | ConvertFrom-Json).Status | Should -Be Succeeded
        $saved[-1] | Should -Be "$base/home/.local/share/powershell/Modules/Rekkord/$version"
    }

    It 'is followed by a preview for those who ask, and by the next version for all' {
        $gallery, $previews = "$base/upgrades", 'preview1', ''
        $null = New-Item -ItemType Directory $gallery, "$base/next"
        Copy-Item $package $gallery
        foreach ($preview in $previews) {
            # The same module, with another version in its manifest, as CONTRIBUTING.md says.
            Copy-Item (Join-Path $root output/Rekkord/$version) "$base/next/Rekkord" -Recurse
            $text = (Get-Content -Raw "$base/next/Rekkord/Rekkord.psd1") -replace "ModuleVersion( *)= '[\d.]+'", "ModuleVersion`$1= '99.0.0'"
            if ($preview) { $text = $text -replace 'PSData = @\{', "PSData = @{`n            Prerelease = '$preview'" }
            Set-Content "$base/next/Rekkord/Rekkord.psd1" $text
            Compress-PSResource "$base/next/Rekkord" -DestinationPath $gallery
            Remove-Item "$base/next/Rekkord" -Recurse
        }

        Move-Item "$gallery/Rekkord.99.0.0.nupkg" "$base/next"
        $said = Invoke-InCleanProfile $base @"
Register-PSResourceRepository Upgrades -Uri '$gallery' -Trusted
Install-PSResource Rekkord -Repository Upgrades -Reinstall
Update-PSResource Rekkord -Repository Upgrades
'without: ' + (Get-InstalledPSResource Rekkord).Version
Update-PSResource Rekkord -Repository Upgrades -Prerelease
'preview: ' + ((Get-InstalledPSResource Rekkord)[0] | ForEach-Object { "`$(`$_.Version)-`$(`$_.Prerelease)" })
Move-Item '$base/next/Rekkord.99.0.0.nupkg' '$gallery'
# Update-PSResource takes a preview for its release.
Install-PSResource Rekkord -Repository Upgrades -Reinstall
'released: ' + ((Get-InstalledPSResource Rekkord)[0] | ForEach-Object { "`$(`$_.Version)-`$(`$_.Prerelease)" })
"@
        $said | Should -Be "without: $version", 'preview: 99.0.0-preview1', 'released: 99.0.0-'
    }
}

Describe 'build.ps1 -Task Sign' {
    It 'says where it can be run, before it builds anything' -Skip:$IsWindows {
        $program, [string[]] $library = $pwsh
        $said = & $program @library -NoProfile -NonInteractive -File (Join-Path $root build.ps1) -Task Sign -CertificateThumbprint 00 2>&1
        $LASTEXITCODE | Should -Be 1
        ("$said" -replace '\e\[[\d;]*m' -replace '[\s|]+', ' ') | Should -BeLike '*Set-AuthenticodeSignature is there only on Windows*'
    }
}
