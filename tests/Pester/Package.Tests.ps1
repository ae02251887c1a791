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
}
