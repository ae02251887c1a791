BeforeAll {
    . $PSScriptRoot/common.ps1

    # What a scheduled job is: a process of its own, whose exit code is all that its scheduler looks at.
    function Get-JobExitCode($Sandbox, $Hook, [switch] $AsCommand) {
        Set-Hook $Sandbox PreSave 10-hook.ps1 $Hook
        $save = "Import-Module '$manifest'; Invoke-RekkordSave test '$($Sandbox.Source)' -ConfigPath '$($Sandbox.Config)'"
        $job = Join-Path $Sandbox.Base job.ps1
        Set-Content $job "`$ErrorActionPreference = 'Stop'; $save"
        $arguments = $AsCommand ? @('-Command', $save) : @('-File', $job)
        $PSNativeCommandUseErrorActionPreference = $false
        # As a tool of .NET, PowerShell is a library that dotnet runs.
        $program = @([Environment]::ProcessPath)
        if ((Split-Path -LeafBase $program[0]) -eq 'dotnet') { $program += Join-Path $PSHOME pwsh.dll }
        $program, $arguments = $program[0], (@($program | Select-Object -Skip 1) + '-NoProfile' + '-NonInteractive' + $arguments)
        & $program $arguments *> (Join-Path $Sandbox.Base job.log)
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
        @{ hook = '[Environment]::Exit(0)'; code = 1 }
        @{ hook = '$global:ErrorActionPreference = "SilentlyContinue"; throw "not dumped"'; code = 1 }
        @{ hook = 'Set-Variable ErrorActionPreference Ignore -Option ReadOnly -Scope Global -Force; throw "not dumped"'; code = 1 }
        @{ hook = 'Remove-Variable ErrorActionPreference -Scope Global -Force; New-Variable ErrorActionPreference Ignore -Option Constant -Scope Global'; code = 1 }
        @{ hook = 'throw [System.Management.Automation.PipelineStoppedException]::new()'; code = 1 }
        @{ hook = '"exit 3" > $PSScriptRoot/../nested.ps1; & $PSScriptRoot/../nested.ps1'; code = 1 }
    ) {
        Get-JobExitCode $sandbox $hook | Should -Be $code
    }

    It 'is not 0 when a hook does, on Unix: <hook>' -Skip:$IsWindows -TestCases @(
        @{ hook = 'exec true'; code = 1 }
        @{ hook = 'kill -INT $PID; while ($true) { }'; code = 130 }
        @{ hook = 'kill -TERM $PID; while ($true) { }'; code = 143 }
    ) {
        Get-JobExitCode $sandbox $hook | Should -Be $code
    }

    It 'is not 0 when a hook asks the host for 0 and fails' {
        Get-JobExitCode $sandbox '$Host.SetShouldExit(0); throw "not dumped"' -AsCommand | Should -Be 1
    }
}
