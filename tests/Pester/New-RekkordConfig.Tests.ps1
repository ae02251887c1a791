BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'New-RekkordConfig and Test-RekkordConfig' {
    BeforeEach {
        $sandbox = New-Sandbox
        $PSDefaultParameterValues.Remove('*-Rekkord*:ConfigPath')
        $file = Join-Path $sandbox.Base new/rekkord.toml
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'make a file that every command takes, and that says what each key does' {
        Push-Location $sandbox.Base
        try { $config = New-RekkordConfig ./repository ./master.key $file -HookDirectory ./new/hooks } finally { Pop-Location }
        $config.Repository | Should -Be $sandbox.Repository
        $config.KeyFile | Should -Be $sandbox.KeyFile
        $config.PreSaveDirectory | Should -Be (Join-Path $sandbox.Base new/hooks/presave)
        (Invoke-RekkordSave made $sandbox.Source -ConfigPath $file).Status | Should -Be Succeeded
        $text = Get-Content -Raw $file
        foreach ($value in $config.Values) { $text | Should -Match "(?m)^# .+\n#?$($value.Name) = " -Because $value.Name }
        if (-not $IsWindows) { [int][IO.File]::GetUnixFileMode($file) | Should -Be ([int][IO.UnixFileMode]'UserRead, UserWrite') }

        # What is a comment can be made a setting.
        $text -replace '(?m)^#(Threads|HookTimeout|LimitUpload|KeepDaily|RetainDuration) =', '$1 =' | Set-Content $file
        (Get-RekkordConfig -ConfigPath $file).HookTimeout | Should -Be ([timespan]::FromDays(30))
    }

    It 'leave a file that exists alone, unless it is to be replaced' {
        $null = New-Item -ItemType Directory (Split-Path $file)
        Set-Content $file 'mine'
        { New-RekkordConfig $sandbox.Repository $sandbox.KeyFile $file } | Should -Throw -ErrorId 'ConfigFileExists,*'
        Get-Content $file | Should -Be mine
        (New-RekkordConfig $sandbox.Repository $sandbox.KeyFile $file -Force).ConfigFile | Should -Be $file
        New-RekkordConfig $sandbox.Repository $sandbox.KeyFile (Join-Path $sandbox.Base other.toml) -WhatIf
        Test-Path (Join-Path $sandbox.Base other.toml) | Should -BeFalse
    }

    It 'show what the file says, and warn of what goes before it' {
        $env:REKKORD_KEY_FILE = Join-Path $sandbox.Base other.key
        try { $config = New-RekkordConfig $sandbox.Repository $sandbox.KeyFile $file -WarningVariable warned -WarningAction SilentlyContinue } finally { $env:REKKORD_KEY_FILE = $null }
        $config.KeyFile | Should -Be $sandbox.KeyFile
        "$warned" | Should -BeLike "*REKKORD_KEY_FILE*$(Join-Path $sandbox.Base other.key)*"
    }

    It 'find what works' {
        $null = New-RekkordKey ReadWrite (Join-Path $sandbox.Base server.key) $sandbox.KeyFile
        $null = New-RekkordConfig $sandbox.Repository (Join-Path $sandbox.Base server.key) $file
        $null = Invoke-RekkordSave files $sandbox.Source -ConfigPath $file
        $checks = Test-RekkordConfig $sandbox.Source -ConfigPath $file
        $checks.Check | Should -Be Configuration, KeyFile, Repository, Writing, Space, Clock, Hooks, Sources, Report, Schedule
        $checks.Where{ $_.Status -ne 'Passed' }.Check | Should -Be Hooks, Report, Schedule
        Get-ChildItem (Join-Path $sandbox.Repository tmp) | Should -BeNullOrEmpty
        Assert-RoundTrip $checks[0] 'Status', 'Check', 'Message', 'Target'
    }

    It 'find what does not: <Broken>' -ForEach @(
        @{ Broken = 'Configuration'; Break = { Add-Content $sandbox.Config 'x = 1' } }
        @{ Broken = 'Configuration'; Break = { Add-Content $sandbox.Config "[Save]`nTag = 'nightly,'" } }
        @{ Broken = 'Configuration'; Break = { Add-Content $sandbox.Config "[Retention]`nKeepTag = 're*'" } }
        @{ Broken = 'KeyFile'; Break = { Remove-Item $sandbox.KeyFile } }
        @{ Broken = 'KeyFile'; Break = { $null = New-RekkordKey LogOnly (Join-Path $sandbox.Base log.key) $sandbox.KeyFile; $PSDefaultParameterValues['Test-RekkordConfig:KeyFile'] = Join-Path $sandbox.Base log.key } }
        @{ Broken = 'Repository'; Break = { Move-Item $sandbox.Repository (Join-Path $sandbox.Base gone) } }
        @{ Broken = 'Writing'; Break = { Remove-Item (Join-Path $sandbox.Repository tmp) -Recurse -ErrorAction Ignore; Set-Content (Join-Path $sandbox.Repository tmp) 'in the way' } }
        @{ Broken = 'Hooks'; Break = { Remove-Item (Join-Path $sandbox.Base hooks/PreSave) } }
        @{ Broken = 'Report'; Break = { Add-Content $sandbox.Config "[Report]`nPrometheusDirectory = 'nosuch'" } }
        @{ Broken = 'Sources'; Break = { Remove-Item $sandbox.Source -Recurse } }
    ) {
        $source = $sandbox.Source
        & $Break
        try { $checks = Test-RekkordConfig $source -ConfigPath $sandbox.Config } finally { $PSDefaultParameterValues.Remove('Test-RekkordConfig:KeyFile') }
        $checks.Where{ $_.Status -eq 'Failed' }.Check | Should -Be $Broken
        $checks.Where{ $_.Status -eq 'Failed' }.Message | Should -Not -BeNullOrEmpty
        ($checks.Check | Sort-Object -Unique).Count | Should -Be 10
    }
}
