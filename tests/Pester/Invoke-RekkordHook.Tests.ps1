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

    It 'gives the objects that a script emits, and what a program printed' {
        Set-Hook $sandbox PreSave 10-sizes.ps1 "[pscustomobject]@{ Database = 'shop'; Rows = 7 }"
        Set-Hook $sandbox PreSave 20-print "#!/bin/sh`necho one; echo two; echo trouble >&2`n"
        $script, $program = Invoke-RekkordHook PreSave
        $script.Output.Database | Should -Be shop
        $script.Output.Rows | Should -Be 7
        $program.Output | Should -Be one, two
        $program.ErrorOutput | Should -Be trouble
        Assert-RoundTrip $program 'Name', 'Status', 'ExitCode', 'Order', 'Phase'
    }

    It 'runs all hooks, each with its outcome, and fails at the end' {
        Set-Hook $sandbox PreSave 10-fails "#!/bin/sh`nexit 3`n"
        Set-Hook $sandbox PreSave 20-throws.ps1 "throw 'no space'"
        Set-Hook $sandbox PreSave 30-works "#!/bin/sh`nexit 0`n"
        $results = [Collections.ArrayList]::new()
        { Invoke-RekkordHook PreSave -OutVariable +results } | Should -Throw -ErrorId 'PreSaveHookFailed,*'
        $results | ForEach-Object { "$($_.Order) $($_.Name) $($_.Status)" } |
            Should -Be '1 10-fails Failed', '2 20-throws.ps1 Failed', '3 30-works Succeeded'
        $results[0].ExitCode | Should -Be 3
        $results[1].Reason | Should -Match 'no space'
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
