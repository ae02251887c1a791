BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'Get-RekkordHook' {
    BeforeAll {
        $sandbox = New-Sandbox
        Set-Hook $sandbox PreSave 20-dump "#!/bin/sh`necho ran >> `"`$TEST_LOG`"`n"
        Set-Hook $sandbox PreSave 10-check.ps1 'Set-Content $env:TEST_LOG ran'
        Set-Hook $sandbox PostSave 90-notify "#!/bin/sh`necho ran >> `"`$TEST_LOG`"`n"
    }
    AfterAll { Remove-Sandbox $sandbox }

    It 'lists the hooks in order and runs none' {
        (Get-RekkordHook).Name | Should -Be '10-check.ps1', '20-dump', '90-notify'
        (Get-RekkordHook -Phase PostSave).Name | Should -Be '90-notify'
        Get-HookLog $sandbox | Should -BeNullOrEmpty
    }

    It 'gives objects that can be written and read back' {
        Assert-RoundTrip (Get-RekkordHook PostSave) 'Name', 'Path', 'Order', 'Kind', 'Phase', 'WillRun'
    }
}
