BeforeAll {
    . $PSScriptRoot/common.ps1

    function Get-Size($Path) { (Get-ChildItem $Path -Recurse -File | Measure-Object Length -Sum).Sum }

    # What was condemned becomes as old as it must be.
    function Set-MarkAge([timespan] $Age) {
        foreach ($mark in Get-ChildItem (Join-Path $sandbox.Repository condemned) -File) { $mark.LastWriteTime = (Get-Date) - $Age }
    }
}

Describe 'Invoke-RekkordPrune' {
    BeforeEach {
        $sandbox = New-Sandbox
        $large = Join-Path $sandbox.Source large.bin
        [IO.File]::WriteAllBytes($large, [Security.Cryptography.RandomNumberGenerator]::GetBytes(3MB))
        $first = Invoke-RekkordSave docs $sandbox.Source
        [IO.File]::WriteAllBytes($large, [Security.Cryptography.RandomNumberGenerator]::GetBytes(2MB))
        $second = Invoke-RekkordSave docs $sandbox.Source
        $packs = Join-Path $sandbox.Repository packs
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'condemns what a removed snapshot alone needs, and deletes it a week later' {
        Remove-RekkordSnapshot $first.Id | Out-Null

        $condemned = Invoke-RekkordPrune
        $condemned.IsDone | Should -BeTrue
        $condemned.CondemnedSize | Should -BeGreaterThan 3MB
        $condemned.DeletedPacks | Should -Be 0
        (Get-RekkordSnapshot -Removed).Id | Should -Be $first.Id
        (Invoke-RekkordPrune).WaitingSize | Should -BeGreaterThan 3MB
        $before = Get-Size $packs

        Set-MarkAge 7.01:00
        $deleted = Invoke-RekkordPrune
        $deleted.Snapshots.Id | Should -Be $first.Id
        $deleted.DeletedSize | Should -BeGreaterThan 3MB
        Get-Size $packs | Should -Be ($before - $deleted.DeletedSize)
        Get-RekkordSnapshot -Removed | Should -BeNullOrEmpty
        { Undo-RekkordRemoval $first.Id -ErrorAction Stop } | Should -Throw -ErrorId 'SnapshotNotFound,*'

        Restore-RekkordSnapshot "docs:$($sandbox.Source)" $sandbox.Destination | Out-Null
        (Get-FileHash (Join-Path $sandbox.Destination large.bin)).Hash | Should -Be (Get-FileHash $large).Hash
        (Invoke-RekkordScan -Full).Status | Should -Be Succeeded
    }

    It 'merges the small packs of many saves, a week after they were made' {
        foreach ($number in 1..8) {
            Set-Content (Join-Path $sandbox.Source small.txt) $number
            Invoke-RekkordSave docs $sandbox.Source | Out-Null
        }
        (Invoke-RekkordPrune -WhatIf).MergedPacks | Should -Be 0
        foreach ($pack in Get-ChildItem $packs -Recurse -File) { $pack.LastWriteTime = (Get-Date).AddDays(-8) }

        $measured = Get-RekkordRepository -Measure
        $measured.Status | Should -Be PruneDue
        $measured.MergeableSize | Should -BeGreaterThan 0
        (Invoke-RekkordPrune -WhatIf).MergedPacks | Should -Be $measured.MergeablePacks

        $merged = Invoke-RekkordPrune
        $merged.MergedPacks | Should -BeGreaterOrEqual 16
        $merged.CondemnedPacks | Should -Be 0
        $merged.PSObject.Properties.Name | Should -Contain MergeObstacle
        $merged.MergeObstacle | Should -BeNullOrEmpty
        Set-MarkAge 7.01:00
        (Invoke-RekkordPrune).DeletedPacks | Should -Be $merged.MergedPacks
        Restore-RekkordSnapshot "docs:$($sandbox.Source)" $sandbox.Destination | Out-Null
        Get-Content (Join-Path $sandbox.Destination small.txt) | Should -Be 8
        (Invoke-RekkordScan -Full).Status | Should -Be Succeeded
    }

    It 'changes nothing with -WhatIf, and says what it would do' {
        Remove-RekkordSnapshot $first.Id | Out-Null
        (Invoke-RekkordPrune -WhatIf).CondemnedSize | Should -BeGreaterThan 3MB
        Join-Path $sandbox.Repository condemned | Should -Not -Exist
        Invoke-RekkordPrune | Out-Null
        Set-MarkAge 7.01:00
        $before = Get-ChildItem $sandbox.Repository -Recurse -Name

        $transcript = Join-Path $sandbox.Base transcript.txt
        $null = Start-Transcript $transcript
        try { $plan = Invoke-RekkordPrune -WhatIf } finally { $null = Stop-Transcript }
        $said = Get-Content $transcript | Where-Object { $_ -like 'What if:*' }
        $said | Should -Be "What if: Performing the operation `"Prune`" on target `"'$($sandbox.Repository)'`"."
        $plan.IsDone | Should -BeFalse
        $plan.Snapshots.Id | Should -Be $first.Id
        $plan.DeletedSize | Should -BeGreaterThan 3MB
        Get-ChildItem $sandbox.Repository -Recurse -Name | Should -Be $before

        $done = Invoke-RekkordPrune
        $done.DeletedSize | Should -Be $plan.DeletedSize
        $done.DeletedPacks | Should -Be $plan.DeletedPacks
    }

    It 'keeps what is brought back before' {
        Remove-RekkordSnapshot $first.Id | Out-Null
        Invoke-RekkordPrune | Out-Null
        Undo-RekkordRemoval $first.Id | Out-Null
        Set-MarkAge 30.00:00

        (Invoke-RekkordPrune).DeletedPacks | Should -Be 0
        (Invoke-RekkordScan -Full).Status | Should -Be Succeeded
        Restore-RekkordSnapshot "id:$($first.Id)" $sandbox.Destination | Out-Null
    }

    It 'waits as long as it is told, and at least three days' {
        Remove-RekkordSnapshot $first.Id | Out-Null
        Invoke-RekkordPrune | Out-Null
        Set-MarkAge 4.00:00
        (Invoke-RekkordPrune).DeletedPacks | Should -Be 0
        { Invoke-RekkordPrune -SweepAfter 2d } | Should -Throw -ErrorId 'SweepAfterInvalid,*'
        (Invoke-RekkordPrune -SweepAfter 3d).DeletedPacks | Should -BeGreaterThan 0
    }

    It 'stores again what was deleted, with the caches of before' {
        Remove-RekkordSnapshot $second.Id | Out-Null
        Invoke-RekkordPrune | Out-Null
        Set-MarkAge 7.01:00
        (Invoke-RekkordPrune).DeletedPacks | Should -BeGreaterThan 0

        (Invoke-RekkordSave docs $sandbox.Source).AddedSize | Should -BeGreaterOrEqual 2MB
        (Invoke-RekkordScan -Full).Status | Should -Be Succeeded
    }

    It 'needs a keyfile that may remove' {
        foreach ($role in 'ReadWrite', 'WriteOnly', 'LogOnly') {
            $key = New-RekkordKey $role (Join-Path $sandbox.Base "$role.key") $sandbox.KeyFile
            { Invoke-RekkordPrune -KeyFile $key.KeyFile } | Should -Throw -ErrorId 'KeyRoleInsufficient,*'
        }

        $key = New-RekkordKey Prune (Join-Path $sandbox.Base prune.key) $sandbox.KeyFile
        (Invoke-RekkordPrune -KeyFile $key.KeyFile).IsDone | Should -BeTrue
    }
}
