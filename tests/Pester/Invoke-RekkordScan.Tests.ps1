BeforeAll {
    . $PSScriptRoot/common.ps1

    function Set-Damage($Sandbox) {
        $pack = Get-ChildItem (Join-Path $Sandbox.Repository packs) -Recurse -File | Select-Object -First 1
        $pack.Attributes = 'Normal'
        $bytes = [IO.File]::ReadAllBytes($pack)
        $bytes[-20] = $bytes[-20] -bxor 1
        [IO.File]::WriteAllBytes($pack, $bytes)
    }
}

Describe 'Invoke-RekkordScan' {
    BeforeEach {
        $sandbox = New-Sandbox
        Invoke-RekkordSave test $sandbox.Source | Out-Null
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'finds a sound repository sound' {
        Set-Hook $sandbox PreScan 10-before.ps1 '$RekkordHook.Command'
        $hook, $result = Invoke-RekkordScan -Full
        $hook.Output | Should -Be scan
        $result.Status | Should -Be Succeeded
        Assert-RoundTrip $result 'Status', 'Duration'
    }

    It 'finds a damaged pack, as an object that can be written and read back' {
        Set-Damage $sandbox
        $result = Invoke-RekkordScan -ErrorAction SilentlyContinue -ErrorVariable problems
        $result.Status | Should -Be ProblemsFound
        $result.Problems.Count | Should -BeGreaterThan 0
        $problems.FullyQualifiedErrorId | Should -Contain 'PackDamaged,Rekkord.Cmdlets.Commands.InvokeRekkordScanCommand'
        Assert-RoundTrip $result 'Status'
    }

    It 'repairs what is damaged, and a save stores it again' {
        Set-Damage $sandbox
        Invoke-RekkordScan -Repair -ErrorAction Ignore | Out-Null
        (Get-ChildItem (Join-Path $sandbox.Repository damaged) -File).Count | Should -BeGreaterThan 0
        Invoke-RekkordSave test $sandbox.Source -Force | Out-Null
        (Invoke-RekkordScan -Full).Status | Should -Be Succeeded
        Restore-RekkordSnapshot test $sandbox.Destination | Out-Null
        (Get-ChildItem $sandbox.Destination -Recurse -File).Name | Should -Be file.txt
    }

    It 'does not read again what it verified lately, and says how much that was' {
        $first = Invoke-RekkordScan
        $first.SkippedPacks | Should -Be 0
        $second = Invoke-RekkordScan -MaxAge 7.00:00:00
        $second.SkippedPacks | Should -Be $first.Packs
        $second.Status, $second.NothingDue, $second.Packs | Should -Be Succeeded, $true, 0
        $first.NothingDue | Should -BeFalse
        $null = Invoke-RekkordSave test $sandbox.Config
        $third = Invoke-RekkordScan -MaxAge 7.00:00:00
        $third.NothingDue, $third.SkippedPacks | Should -Be $false, $first.Packs
        (Invoke-RekkordScan -MaxAge 7.00:00:00 -Full).SkippedPacks | Should -Be 0 -Because 'the first scan opened no content'
    }

    It 'runs every hook when one fails, and scans nothing' {
        $hooks = [Collections.ArrayList]::new()
        Set-Hook $sandbox PreScan 10-fails "#!/bin/sh`nexit 3`n"
        Set-Hook $sandbox PreScan 20-next "#!/bin/sh`necho next`n"
        { Invoke-RekkordScan -OutVariable +hooks } | Should -Throw -ErrorId 'PreScanHookFailed,*'
        $hooks.Name | Should -Be 10-fails, 20-next
        $hooks.Status | Should -Be Failed, Succeeded
        $hooks[0].ExitCode | Should -Be 3
    }

    It 'writes its result also when a hook fails afterwards' {
        $output = [Collections.ArrayList]::new()
        Set-Hook $sandbox PostScan 90-tell.ps1 'throw "no network"'
        { Invoke-RekkordScan -OutVariable +output } | Should -Throw -ErrorId 'PostScanHookFailed,*'
        $output.Status | Should -Be Failed, Succeeded
        $output[0].Reason | Should -Match 'no network'
    }

    It 'runs nothing with -WhatIf' {
        Set-Hook $sandbox PreScan 10-log "#!/bin/sh`necho ran >> `"`$TEST_LOG`"`n"
        Invoke-RekkordScan -WhatIf | Should -BeNullOrEmpty
        Get-HookLog $sandbox | Should -BeNullOrEmpty
    }
}
