BeforeAll {
    . $PSScriptRoot/common.ps1

    function Set-RandomFile($Name, $Size) { [IO.File]::WriteAllBytes((Join-Path $sandbox.Source $Name), [Security.Cryptography.RandomNumberGenerator]::GetBytes($Size)) }

    function Measure-Folder($Name) { Get-ChildItem (Join-Path $sandbox.Repository $Name) -Recurse -File | Measure-Object Length -Sum }

    # What was condemned becomes as old as it must be.
    function Set-MarkAge([timespan] $Age) {
        foreach ($mark in Get-ChildItem (Join-Path $sandbox.Repository condemned) -File) { $mark.LastWriteTime = (Get-Date) - $Age }
    }
}

Describe 'Get-RekkordRepository' {
    BeforeEach {
        $sandbox = New-Sandbox
        Set-RandomFile large.bin 3MB
        $first = Invoke-RekkordSave docs $sandbox.Source
        Set-RandomFile large.bin 2MB
        $second = Invoke-RekkordSave docs $sandbox.Source
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'says what the repository is and counts what it stores' {
        $found = Get-RekkordRepository

        $found.Status | Should -Be Ready
        $found.Repository | Should -Be $sandbox.Repository
        $found.KeyFile | Should -Be $sandbox.KeyFile
        $found.Role | Should -Be Master
        $found.FormatVersion | Should -Be 1
        $found.CreatedTime | Should -BeGreaterThan (Get-Date).AddMinutes(-10)
        $found.Snapshots | Should -Be 2
        $found.RemovedSnapshots | Should -Be 0
        $found.Packs | Should -Be (Measure-Folder packs).Count
        $found.PackSize | Should -Be (Measure-Folder packs).Sum
        $found.Indexes | Should -Be (Measure-Folder index).Count
        $found.IndexSize | Should -Be (Measure-Folder index).Sum
        $all = Measure-Folder ''
        $found.Objects | Should -Be ($all.Count - 1)
        $found.Size | Should -Be ($all.Sum - (Get-Item (Join-Path $sandbox.Repository rekkord)).Length)
        $found.CondemnedPacks | Should -Be 0
        $found.OldestMark | Should -BeNullOrEmpty
        $found.LiveSize | Should -BeNullOrEmpty
        (Initialize-RekkordRepository (Join-Path $sandbox.Base new) (Join-Path $sandbox.Base new.key) -WarningAction Ignore).Status | Should -Be Ready
    }

    It 'follows what is removed, condemned, due and deleted' {
        (Get-RekkordRepository -Measure).DeadSize | Should -Be 0
        Remove-RekkordSnapshot $first.Id | Out-Null

        $removed = Get-RekkordRepository -Measure
        $removed.Status | Should -Be PruneDue
        (Get-RekkordRepository).Status | Should -Be PruneDue
        $removed.Snapshots | Should -Be 1
        $removed.RemovedSnapshots | Should -Be 1
        $removed.DeadSize | Should -BeGreaterThan 3MB
        $removed.RemovedSize | Should -Be $removed.DeadSize
        $removed.LiveSize | Should -BeGreaterThan 2MB
        $removed.LiveSize + $removed.DeadSize | Should -Be $removed.PackSize
        $removed.DeletableSize | Should -Be 0
        $removed.CondemnableSize | Should -BeGreaterThan 3MB
        $removed.NextSweep | Should -BeNullOrEmpty

        (Invoke-RekkordPrune).CondemnedSize | Should -Be $removed.CondemnableSize
        Set-MarkAge 5.00:00
        $waiting = Get-RekkordRepository -Measure
        $waiting.Status | Should -Be Ready
        (Get-RekkordRepository).Status | Should -Be Ready
        $waiting.CondemnedSize | Should -Be $removed.CondemnableSize
        $waiting.CondemnedPacks | Should -BeGreaterThan 0
        [Math]::Round($waiting.OldestMarkAge.TotalHours) | Should -Be 120
        $waiting.NextSweep | Should -Be $waiting.OldestMark.AddDays(7)
        $waiting.DeletableSize + $waiting.CondemnableSize | Should -Be 0

        Set-MarkAge 7.01:00
        $due = Get-RekkordRepository -Measure
        $due.Status | Should -Be PruneDue
        (Get-RekkordRepository).Status | Should -Be PruneDue
        $due.DeletableSize | Should -Be $removed.CondemnableSize
        $due.RemovedSize | Should -Be 0
        (Invoke-RekkordPrune).DeletedSize | Should -Be $due.DeletableSize

        $deleted = Get-RekkordRepository -Measure
        $deleted.Status | Should -Be Ready
        (Get-RekkordRepository).Status | Should -Be Ready
        $deleted.PackSize | Should -Be ($due.PackSize - $due.DeletableSize)
        $deleted.RemovedSnapshots + $deleted.CondemnedPacks | Should -Be 0
        $deleted.OldestMark | Should -BeNullOrEmpty
    }

    It 'counts what was copied out of a pack in the copy alone' {
        # One pack with a little that stays and much that goes.
        1..8 | ForEach-Object { Set-RandomFile "part$_" 100KB }
        $third = Invoke-RekkordSave many $sandbox.Source
        1..6 | ForEach-Object { Remove-Item (Join-Path $sandbox.Source "part$_") }
        Invoke-RekkordSave many $sandbox.Source | Out-Null
        $live = (Get-RekkordRepository -Measure).LiveSize
        Remove-RekkordSnapshot $third.Id -Force | Out-Null
        $before = Get-RekkordRepository -Measure
        $before.DeadSize | Should -BeGreaterThan 600KB
        Invoke-RekkordPrune | Out-Null

        $after = Get-RekkordRepository -Measure
        $after.PackSize | Should -BeGreaterThan $before.PackSize
        $after.LiveSize | Should -BeLessThan ($live - 600KB)
        [Math]::Abs($after.LiveSize - $before.LiveSize) | Should -BeLessThan 20KB
    }

    It 'changes nothing' {
        Remove-RekkordSnapshot $first.Id | Out-Null
        $before = Get-ChildItem $sandbox.Repository -Recurse -Name
        Get-RekkordRepository -Measure | Out-Null
        Get-ChildItem $sandbox.Repository -Recurse -Name | Should -Be $before
    }

    It 'tells each keyfile what it may know' {
        Remove-RekkordSnapshot $first.Id | Out-Null
        Invoke-RekkordPrune | Out-Null
        $keys = @{}
        foreach ($role in 'ReadWrite', 'WriteOnly', 'LogOnly') { $keys[$role] = (New-RekkordKey $role (Join-Path $sandbox.Base "$role.key") $sandbox.KeyFile) }

        (Get-RekkordRepository -Measure -KeyFile $keys.ReadWrite.KeyFile).RemovedSize | Should -BeGreaterThan 3MB
        $log = Get-RekkordRepository -KeyFile $keys.LogOnly.KeyFile
        $log.Role | Should -Be LogOnly
        $log.RemovedSnapshots | Should -Be 1
        foreach ($name in 'CondemnedPacks', 'CondemnedSize', 'OldestMark', 'OldestMarkAge', 'NextSweep') { $log.$name | Should -BeNullOrEmpty -Because $name }
        { Get-RekkordRepository -Measure -KeyFile $keys.LogOnly.KeyFile } | Should -Throw -ErrorId 'KeyRoleInsufficient,*'
        { Get-RekkordRepository -KeyFile $keys.WriteOnly.KeyFile } | Should -Throw -ErrorId 'KeyRoleInsufficient,*'

        Revoke-RekkordKey $keys.ReadWrite.Id -Confirm:$false -WarningAction Ignore | Out-Null
        (Get-RekkordRepository -KeyFile $keys.ReadWrite.KeyFile).Status | Should -Be KeyRevoked
    }

    It 'is partial when something cannot be read, and says what' {
        Remove-RekkordSnapshot $first.Id | Out-Null
        foreach ($file in Get-ChildItem (Join-Path $sandbox.Repository removed) -File) {
            if (-not $IsWindows) { [IO.File]::SetUnixFileMode($file, 'UserRead, UserWrite') }
            [IO.File]::WriteAllText($file, 'damaged')
        }

        $found = Get-RekkordRepository -Measure -ErrorVariable errors -ErrorAction SilentlyContinue
        $found.Status | Should -Be Partial
        $found.RemovedSnapshots | Should -Be 0
        $found.LiveSize | Should -BeNullOrEmpty
        $errors.FullyQualifiedErrorId -replace ',.*' | Should -Be 'ObjectDamaged', 'PruneRefused'
    }

    It 'gives objects that can be written and read back' {
        Remove-RekkordSnapshot $first.Id | Out-Null
        Assert-RoundTrip (Get-RekkordRepository -Measure) 'Status', 'Id', 'Size', 'LiveSize', 'DeadSize'
    }
}
