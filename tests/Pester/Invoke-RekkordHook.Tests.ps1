BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'Invoke-RekkordHook' {
    BeforeEach {
        $sandbox = New-Sandbox
        Set-Hook $sandbox PostSave 10-log "#!/bin/sh`necho `$SUCCESS `$REKKORD_OUTCOME >> `"`$TEST_LOG`"`n"
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'rehearses a phase with either outcome' {
        (Invoke-RekkordHook PostSave).Status | Should -Be Succeeded
        (Invoke-RekkordHook PostSave -Outcome Failure).Status | Should -Be Succeeded
        (Invoke-RekkordHook PostSave -Outcome Partial).Status | Should -Be Succeeded
        Get-HookLog $sandbox | Should -Be '1 success', '0 failure', '0 partial'
    }

    It 'runs nothing with -WhatIf' {
        Invoke-RekkordHook PostSave -WhatIf
        Get-HookLog $sandbox | Should -BeNullOrEmpty
    }

    It 'does not run inside a hook' {
        Set-Hook $sandbox PreSave 10-nested.ps1 "Invoke-RekkordHook PreSave -ConfigPath '$($sandbox.Config)'"
        { Invoke-RekkordHook PreSave } | Should -Throw '*was started from a PreSave hook*' -ErrorId 'PreSaveHookFailed,*'
    }
}
