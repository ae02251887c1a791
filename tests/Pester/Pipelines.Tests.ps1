BeforeDiscovery {
    # The table of the document is what is tried, cell by cell.
    $lines = Get-Content (Join-Path (Split-Path (Split-Path $PSScriptRoot)) docs/pipelines.md) | Where-Object { $_ -like '|*' }
    $columns = $lines[0].Trim('|').Split('|').Trim()
    $cells = foreach ($line in $lines | Select-Object -Skip 2) {
        $row = $line.Trim('|').Split('|').Trim()
        foreach ($i in 1..($columns.Count - 1)) { @{ From = $row[0]; To = $columns[$i]; What = $row[$i] } }
    }
}

BeforeAll {
    . $PSScriptRoot/common.ps1

    function Get-Source($From) {
        switch ($From) {
            RekkordSnapshot { Get-RekkordSnapshot second }
            RekkordSaveResult { $save }
            RekkordRetentionDecision { Invoke-RekkordRetention second -KeepLast 1 -WhatIf }
            RekkordItem { Get-RekkordItem second -LiteralPath $sandbox.Source | Where-Object Name -eq sub }
            RekkordDriveItem { Get-ChildItem "Piped:/second/latest$($sandbox.Source)" | Where-Object Name -eq sub }
            RekkordChannel { Get-Item Piped:/second }
            RekkordItemVersion { Find-RekkordItem sub second }
            RekkordDifference { Compare-RekkordSnapshot first second }
            RekkordCopyResult { $copy }
            RekkordRestoreResult { $restore }
            RekkordKey { $key }
            RekkordRevocation { $revocation }
            RekkordRepository { Get-RekkordRepository }
            RekkordHookResult { $hook }
            'FileInfo, DirectoryInfo' { Get-Item (Join-Path $sandbox.Source sub), (Join-Path $sandbox.Source changed) }
        }
    }
}

Describe 'What can be piped into what' {
    BeforeAll {
        $sandbox = New-Sandbox
        $source = $sandbox.Source
        $key = New-RekkordKey WriteOnly (Join-Path $sandbox.Base write.key) $sandbox.KeyFile
        $other = New-RekkordKey WriteOnly (Join-Path $sandbox.Base other.key) $sandbox.KeyFile
        $null = New-Item -ItemType Directory (Join-Path $source sub)
        Set-Content (Join-Path $source sub/within) 'within'
        Set-Content (Join-Path $source changed) 'old'
        Set-Content (Join-Path $source gone) 'gone'
        $null = Invoke-RekkordSave first $source
        Set-Content (Join-Path $source changed) 'new'
        Set-Content (Join-Path $source added) 'added'
        Remove-Item (Join-Path $source gone)
        if (-not $IsWindows) { [IO.File]::SetUnixFileMode((Join-Path $source sub), 'UserRead, UserWrite, UserExecute') }
        Set-Hook $sandbox PreSave 10-hook.ps1 '"dumped"'
        $hook, $save = Invoke-RekkordSave second $source -KeyFile (Join-Path $sandbox.Base write.key) -WarningAction Ignore
        Initialize-RekkordRepository (Join-Path $sandbox.Base there) (Join-Path $sandbox.Base there.key) -WarningAction Ignore | Out-Null
        $copy = Copy-RekkordSnapshot second (Join-Path $sandbox.Base there) (Join-Path $sandbox.Base there.key)
        $restore = Restore-RekkordSnapshot second $sandbox.Destination
        $revocation = Revoke-RekkordKey $other.Id -Confirm:$false
        $null = New-PSDrive Piped Rekkord '' -ConfigPath $sandbox.Config -Scope Global
    }
    AfterAll {
        Remove-PSDrive Piped
        Remove-Sandbox $sandbox
    }
    BeforeEach {
        $null = Get-RekkordSnapshot -Removed | Undo-RekkordRemoval
        $second = Get-RekkordSnapshot second
        $target = Join-Path $sandbox.Base "$([guid]::NewGuid())"
        $within = Join-Path $target $source.TrimStart('/')
    }

    It '<From> into <To>: <What>' -ForEach $cells {
        $command = @{ 'Compare-RekkordSnapshot' = @{ Reference = 'first' }; 'Restore-RekkordSnapshot' = @{ Destination = $target }
            'Revoke-RekkordKey' = @{ WhatIf = $true }; 'Remove-RekkordSnapshot' = @{ Force = $true }; 'Invoke-RekkordSave' = @{ Channel = 'third'; SkipHooks = $true; Confirm = $false } }[$To] ?? @{}
        $objects = @(Get-Source $From)
        if ($To -eq 'Undo-RekkordRemoval') { $null = Remove-RekkordSnapshot $second.Id -Force }
        if ($From -eq 'RekkordRevocation' -and $To -eq 'Revoke-RekkordKey') { $command = @{ Confirm = $false } }
        if ($To -eq 'Invoke-RekkordSave') { $objects = $objects.Where{ "$($_.PSObject.Properties['Change']?.Value)" -ne 'Removed' } }
        $objects | Should -Not -BeNullOrEmpty
        $errors = $null
        $done = try { @($objects | & $To @command -ErrorVariable errors -ErrorAction SilentlyContinue -WarningAction Ignore) } catch { $errors = @($_) }
        $ids = @($errors | Where-Object { $_ -is [Management.Automation.ErrorRecord] } | ForEach-Object FullyQualifiedErrorId)
        switch -Regex ($What) {
            '^-$' { $ids | ForEach-Object { $_ | Should -Match '^InputObject(NotBound|MissingMandatory)|^CannotConvertArgument' }; $ids | Should -Not -BeNullOrEmpty; return }
            '^an error$' { $ids | Should -Not -BeNullOrEmpty; $ids | Should -Not -Match '^InputObject'; $done | Should -BeNullOrEmpty; return }
            default { $ids | Should -BeNullOrEmpty }
        }
        switch ($What) {
            'lists it' { $done.Path | Should -Be $source; $done.Snapshot | Should -Be $second.Id }
            'lists the copy' { $done.Path | Should -Be $source; $done.Snapshot | Should -Be $copy.Id }
            'lists the snapshot' { $done.Path | Should -Be $source; $done.Snapshot | Should -Be $second.Id }
            'lists what is in it' { $done.Name | Should -Contain ($From -in 'RekkordItem', 'RekkordDriveItem', 'RekkordItemVersion' ? 'within' : 'added') }
            { $_ -like 'compares*' } { $done.Difference | Should -Contain $second.Id }
            { $_ -in 'restores it', 'restores the snapshot', 'restores the copy' } { Test-Path (Join-Path $within sub/within) | Should -BeTrue; Test-Path (Join-Path $within added) | Should -Be ($From -notin 'RekkordItem', 'RekkordDriveItem', 'RekkordItemVersion') }
            'restores what differs' {
                # A directory whose mode changed is there, without what is in it.
                (Get-ChildItem $within).Name | Sort-Object | Should -Be (@('added', 'changed', 'gone') + @('sub').Where{ -not $IsWindows })
                Get-Content (Join-Path $within changed) | Should -Be new
                Test-Path (Join-Path $within sub/within) | Should -BeFalse
            }
            'removes it' { $done.Id | Should -Be $second.Id }
            'brings it back' { $done.Id | Should -Be $second.Id }
            { $_ -like 'revokes*' } { }
            { $_ -like 'saves*' } { $done[-1].Status | Should -Be Succeeded; Get-RekkordSnapshot third | Remove-RekkordSnapshot -Force | Should -Not -BeNullOrEmpty }
            default { throw "No test for '$What'." }
        }
    }

    It 'restores a directory that differs only in its mode without what is in it, and its mode' -Skip:$IsWindows {
        $null = Compare-RekkordSnapshot first second | Where-Object Kind -eq Directory | Restore-RekkordSnapshot -Destination $target
        [int][IO.File]::GetUnixFileMode((Join-Path $within sub)) | Should -Be ([int][IO.UnixFileMode]'UserRead, UserWrite, UserExecute')
        Get-ChildItem $within -Recurse | Should -HaveCount 1
    }

    It 'binds what a job or a file gave back in the same way' {
        $read = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize(@(Compare-RekkordSnapshot first second)))
        $null = $read | Restore-RekkordSnapshot -Destination $target
        Get-Content (Join-Path $within gone) | Should -Be gone
        $read = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($second))
        ($read | Revoke-RekkordKey -WhatIf *>&1) | Should -BeNullOrEmpty
    }

    It 'refuses several snapshots for one directory, before anything is restored' {
        { Get-RekkordSnapshot | Restore-RekkordSnapshot -Destination $target } | Should -Throw -ErrorId 'SeveralSnapshots,*'
        { Get-RekkordSnapshot | Get-RekkordItem | Restore-RekkordSnapshot -Destination $target } | Should -Throw -ErrorId 'SeveralSnapshots,*'
        Test-Path $target | Should -BeFalse
    }

    It 'refuses to revoke the master key for its snapshot' {
        $null = Get-RekkordSnapshot first | Revoke-RekkordKey -WhatIf -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors.FullyQualifiedErrorId | Should -Be 'KeyNotRevocable,Rekkord.Cmdlets.Commands.RevokeRekkordKeyCommand'
    }
}
