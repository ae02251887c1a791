BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'Reports' -Skip:(-not $IsLinux) {
    BeforeEach {
        $sandbox = New-Sandbox
        $directory = (New-Item -ItemType Directory (Join-Path $sandbox.Base metrics)).FullName
        Add-Content $sandbox.Config '[Report]', "PrometheusDirectory = '$directory'"
        function Get-Outcome($Command) {
            $text = Get-Content (Join-Path $directory "rekkord_${Command}_*.prom")
            ($text -match '^rekkord_last_run_outcome.* 1$') -replace '.*outcome="(\w+)".*', '$1'
        }
        function Test-Success($Command) { [bool]((Get-Content (Join-Path $directory "rekkord_${Command}_*.prom")) -match '^rekkord_last_success_timestamp_seconds\{') }
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'tell of each job that succeeded' {
        $null = Invoke-RekkordSave files $sandbox.Source
        $null = Invoke-RekkordScan
        $null = Invoke-RekkordRetention -KeepLast 1
        $null = Invoke-RekkordPrune
        $null = Invoke-RekkordHook PreSave
        $null = Remove-RekkordSnapshot -Channel files -Force
        $null = Undo-RekkordRemoval -Channel files
        $null = Revoke-RekkordKey ('0' * 31 + '1') -Confirm:$false -WarningAction Ignore
        $there = @{ Repository = Join-Path $sandbox.Base there; KeyFile = Join-Path $sandbox.Base there.key }
        Initialize-RekkordRepository $there.Repository $there.KeyFile -WarningAction Ignore | Out-Null
        $null = Copy-RekkordSnapshot files $there.Repository $there.KeyFile
        foreach ($command in 'save', 'scan', 'retention', 'prune', 'hook', 'remove', 'undo', 'revoke', 'copy') {
            Get-Outcome $command | Should -Be success -Because $command
            Test-Success $command | Should -BeTrue -Because $command
        }
        Get-ChildItem $directory -Force | Should -HaveCount 9
        (Get-Content (Join-Path $directory 'rekkord_copy_*.prom')) -match '^rekkord_copy_copied_snapshots\{' | Should -Be "rekkord_copy_copied_snapshots{command=`"copy`",destination=`"$($there.Repository)`",repository=`"$($sandbox.Repository)`"} 1"
        (Get-Content (Join-Path $directory 'rekkord_prune_*.prom')) -match '^rekkord_prune_merged_(packs|size_bytes)\{.* 0$' | Should -HaveCount 2
        (Get-Content (Join-Path $directory 'rekkord_save_files_*.prom')) -match '^rekkord_snapshot_files\{' | Should -Be "rekkord_snapshot_files{command=`"save`",channel=`"files`",repository=`"$($sandbox.Repository)`"} 1"
    }

    It 'tell of a scan with nothing due that it succeeded, and how much it read' {
        $null = Invoke-RekkordSave files $sandbox.Source
        $packs = (Invoke-RekkordScan).Packs
        $null = Invoke-RekkordScan -MaxAge 7d
        Get-Outcome scan | Should -Be success
        $lines = (Get-Content (Join-Path $directory 'rekkord_scan_*.prom')) -match '^rekkord_scan_(packs|skipped_packs)\{'
        $lines -replace '\{.*\}' | Should -Be 'rekkord_scan_packs 0', "rekkord_scan_skipped_packs $packs"
    }

    It 'tell of what failed, was not whole or could not begin, and not of a rehearsal' {
        Set-Hook $sandbox PostSave 90-bad "#!/bin/sh`nexit 3`n"
        { Invoke-RekkordSave files $sandbox.Source } | Should -Throw -ErrorId 'PostSaveHookFailed,*'
        Get-Outcome save_files | Should -Be failure
        Remove-Item (Join-Path $sandbox.Base hooks/PostSave/*)

        $file = Join-Path $sandbox.Source file.txt
        $null = Invoke-RekkordSave files $sandbox.Source, $file -Exclude $file -ErrorAction SilentlyContinue
        Get-Outcome save_files | Should -Be partial
        Test-Success save_files | Should -BeFalse

        Move-Item $sandbox.KeyFile "$($sandbox.KeyFile).away"
        { Invoke-RekkordScan } | Should -Throw
        Get-Outcome scan | Should -Be failure
        Move-Item "$($sandbox.KeyFile).away" $sandbox.KeyFile
        Invoke-RekkordSave other $sandbox.Source -WhatIf
        Invoke-RekkordPrune -WhatIf
        Join-Path $directory rekkord_save_other_* | Should -Not -Exist
        Join-Path $directory rekkord_prune_* | Should -Not -Exist
    }

    It 'tell of removals and copies that did not do everything' {
        $snapshot = Invoke-RekkordSave files $sandbox.Source
        $null = Remove-RekkordSnapshot nosuch -ErrorAction SilentlyContinue
        Get-Outcome remove | Should -Be failure
        $null = Remove-RekkordSnapshot $snapshot.Id -Force -WhatIf
        Get-Outcome remove | Should -Be failure
        $there = @{ Repository = Join-Path $sandbox.Base there; KeyFile = Join-Path $sandbox.Base there.key }
        Initialize-RekkordRepository $there.Repository $there.KeyFile -WarningAction Ignore | Out-Null
        $null = Copy-RekkordSnapshot files $there.Repository $there.KeyFile -WhatIf
        Join-Path $directory rekkord_copy_* | Should -Not -Exist
        $null = Copy-RekkordSnapshot files, nosuch $there.Repository $there.KeyFile -ErrorAction SilentlyContinue
        Get-Outcome copy | Should -Be partial
        { Copy-RekkordSnapshot nosuch $there.Repository $there.KeyFile -ErrorAction Stop } | Should -Throw -ErrorId 'SnapshotNotFound,*'
        Get-Outcome copy | Should -Be failure
        $null = Copy-RekkordSnapshot files $there.Repository $there.KeyFile
        Get-Outcome copy | Should -Be success
    }

    It 'are an error of their own when they cannot be written, and the save stays good' {
        Remove-Item $directory
        $result = Invoke-RekkordSave files $sandbox.Source -ErrorAction SilentlyContinue -ErrorVariable failures
        $result.Status | Should -Be Succeeded
        $failures.FullyQualifiedErrorId | Should -Be 'ReportNotWritten,Rekkord.Cmdlets.Commands.InvokeRekkordSaveCommand'
        { Invoke-RekkordSave files $sandbox.Source -ErrorAction Stop } | Should -Throw -ErrorId 'ReportNotWritten,*'
        Get-RekkordSnapshot | Should -HaveCount 2

        $results = [Collections.Generic.List[object]]::new()
        { Invoke-RekkordRetention -KeepLast 1 -ErrorAction Stop | ForEach-Object { $results.Add($_) } } | Should -Throw -ErrorId 'ReportNotWritten,*'
        { Invoke-RekkordPrune -ErrorAction Stop | ForEach-Object { $results.Add($_) } } | Should -Throw -ErrorId 'ReportNotWritten,*'
        $results | Should -HaveCount 3
    }
}
