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

    It 'says why a hook would be refused, and how to put that right' -Skip:$IsWindows {
        $path = Join-Path $sandbox.Base hooks/PreScan/10-dump
        [IO.File]::WriteAllText($path, "#!/bin/sh`n")
        [IO.File]::SetUnixFileMode($path, 'UserRead, UserWrite')
        $hook = Get-RekkordHook PreScan
        $hook.WillRun | Should -BeFalse
        $hook.Reason | Should -Match 'execut'
        Invoke-Expression $hook.Remedy
        (Get-RekkordHook PreScan).WillRun | Should -BeTrue
        Remove-Item $path
    }

    It 'gives objects that can be written and read back' {
        Assert-RoundTrip (Get-RekkordHook PostSave) 'Name', 'Path', 'Order', 'Kind', 'Phase', 'WillRun'
    }
}
