BeforeAll {
    . $PSScriptRoot/common.ps1

    # What a scheduled job is: a process of its own, whose exit code is all that its scheduler looks at.
    function Get-JobExitCode($Sandbox, $Hook, [switch] $AsCommand, [string] $Before, [string] $Then) {
        Set-Hook $Sandbox PreSave 10-hook.ps1 $Hook
        $save = "Import-Module '$manifest'; $Before Invoke-RekkordSave test '$($Sandbox.Source)' -ConfigPath '$($Sandbox.Config)' $Then"
        $job = Join-Path $Sandbox.Base job.ps1
        Set-Content $job "`$ErrorActionPreference = 'Stop'; $save"
        $arguments = $AsCommand ? @('-Command', $save) : @('-File', $job)
        $PSNativeCommandUseErrorActionPreference = $false
        $program, [string[]] $library = $pwsh
        & $program @library -NoProfile -NonInteractive @arguments *> (Join-Path $Sandbox.Base job.log)
        $LASTEXITCODE
    }
}

Describe 'The exit code of a process that saves' {
    BeforeEach { $sandbox = New-Sandbox }
    AfterEach { Remove-Sandbox $sandbox }

    It 'is 0 after a save that succeeded' {
        Get-JobExitCode $sandbox '"nothing"' | Should -Be 0
    }

    It 'is not 0 when a hook does: <hook>' -TestCases @(
        @{ hook = '[Environment]::Exit(7)'; code = 7 }
        @{ hook = '$global:ErrorActionPreference = "SilentlyContinue"; throw "not dumped"'; code = 1 }
        @{ hook = 'Set-Variable ErrorActionPreference Ignore -Option ReadOnly -Scope Global -Force; throw "not dumped"'; code = 1 }
        @{ hook = 'Remove-Variable ErrorActionPreference -Scope Global -Force; New-Variable ErrorActionPreference Ignore -Option Constant -Scope Global'; code = 1 }
        @{ hook = 'throw [System.Management.Automation.PipelineStoppedException]::new()'; code = 1 }
        @{ hook = '"exit 3" > $PSScriptRoot/../nested.ps1; & $PSScriptRoot/../nested.ps1'; code = 1 }
    ) {
        Get-JobExitCode $sandbox $hook | Should -Be $code
        Get-RekkordSnapshot | Should -BeNullOrEmpty
    }

    It 'is not 0 when a command that had had enough keeps the error from being raised' {
        Set-Hook $sandbox PostSave 90-fails.ps1 'throw "not told"'
        Get-JobExitCode $sandbox '"dumped"' -Then '| Select-Object -First 1; "went on, $?, $($Error[0].FullyQualifiedErrorId), $($Error[0].TargetObject.Status)"' | Should -Be 1
        $said = Get-Content -Raw (Join-Path $sandbox.Base job.log)
        $said | Should -Match 'went on, False, PostSaveHookFailed\S*, Succeeded'
        $said | Should -Match 'Invoke-RekkordSave failed after a command behind it in the pipeline had had enough. The exit code is 1 instead of 0.'
    }

    It 'is explained when it is not the one that a hook asked for' {
        Get-JobExitCode $sandbox '[Environment]::Exit(0)' | Should -Be 1
        Get-Content -Raw (Join-Path $sandbox.Base job.log) | Should -Match "PreSave hook '10-hook.ps1' ended the process with exit code 0 while Invoke-RekkordSave was at work"
    }

    It 'is not 0 when a hook does, on Unix: <hook>' -Skip:$IsWindows -TestCases @(
        @{ hook = 'exec true'; code = 1 }
    ) {
        Get-JobExitCode $sandbox $hook | Should -Be $code
    }

    It 'is not 0 when a command after the save ends the process' {
        Get-JobExitCode $sandbox '"nothing"' -Then '| ForEach-Object { [Environment]::Exit(0) }' | Should -Be 1
        Get-Content -Raw (Join-Path $sandbox.Base job.log) | Should -Match 'The process ended with exit code 0 while Invoke-RekkordSave was at work'
    }

    It 'is 0 when a later save succeeds' {
        $again = "Invoke-RekkordSave test '$($sandbox.Source)' -ConfigPath '$($sandbox.Config)' -SkipHooks -Confirm:`$false"
        Get-JobExitCode $sandbox 'throw "once"' -Then "-ErrorAction Stop } catch { $again }" -Before 'try {' | Should -Be 0
    }

    It 'is not 0 when a hook asks the host for 0 and fails' {
        Get-JobExitCode $sandbox '$Host.SetShouldExit(0); throw "not dumped"' -AsCommand | Should -Be 1
    }
}
