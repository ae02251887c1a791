BeforeAll {
    . $PSScriptRoot/common.ps1
    function Get-ErrorId($Script) { try { & $Script } catch { return $_.FullyQualifiedErrorId.Split(',')[0] } }
}

Describe 'Copy-RekkordSnapshot' {
    BeforeEach {
        $sandbox = New-Sandbox
        $source = $sandbox.Source
        $null = New-Item -ItemType Directory (Join-Path $source sub)
        Set-Content (Join-Path $source sub/large) ('large ' * 500000)
        if ($IsLinux) { $null = New-Item -ItemType SymbolicLink (Join-Path $source link) -Target file.txt }
        $first = Invoke-RekkordSave laptop $source -Tag release -Note 'the first'
        Set-Content (Join-Path $source file.txt) 'other content'
        $second = Invoke-RekkordSave laptop $source
        $there = @{ Repository = Join-Path $sandbox.Base there; KeyFile = Join-Path $sandbox.Base there.key }
        Initialize-RekkordRepository $there.Repository $there.KeyFile -WarningAction Ignore | Out-Null
        $to = @{ DestinationRepository = $there.Repository; DestinationKeyFile = $there.KeyFile }
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'copies to a repository with other keys, where everything restores and is sound' {
        $copies = Get-RekkordSnapshot | Copy-RekkordSnapshot @to -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $copies.Status | Should -Be Copied, Copied
        $copies.SourceId | Should -Be $first.Id, $second.Id
        $copies[1].AddedSize | Should -BeLessThan 1MB

        $listed = Get-RekkordSnapshot laptop @there
        $listed.Id | Should -Be $copies.Id
        $listed.CopiedFrom | Should -Be $first.Id, $second.Id
        $saved = Get-RekkordSnapshot laptop
        foreach ($i in 0, 1) {
            foreach ($property in 'Channel', 'Time', 'Duration', 'HostName', 'UserName', 'Files', 'Directories', 'Size', 'Note', 'Status') { $listed[$i].$property | Should -Be $saved[$i].$property -Because $property }
            $listed[$i].Paths | Should -Be $saved[$i].Paths
        }
        $listed[0].Tags | Should -Be release
        (Invoke-RekkordScan -Full @there)[-1].Status | Should -Be Succeeded
        $null = Restore-RekkordSnapshot laptop $sandbox.Destination -Verify @there
        Get-FileHash (Join-Path $sandbox.Destination "$source/sub/large"), (Join-Path $source sub/large) | Select-Object -ExpandProperty Hash -Unique | Should -HaveCount 1
        Get-Content (Join-Path $sandbox.Destination "$source/file.txt") | Should -Be 'other content'
        Compare-Object (Get-RekkordItem $first.Id -Recurse | Select-Object Path, Mode, Size, ModifiedTime) (Get-RekkordItem $copies[0].Id -Recurse @there | Select-Object Path, Mode, Size, ModifiedTime) -Property Path, Mode, Size, ModifiedTime | Should -BeNullOrEmpty
    }

    It 'skips what it has copied, also what was removed there, and copies once more with -Force' {
        $copy = Copy-RekkordSnapshot laptop @to
        $again = Copy-RekkordSnapshot $second.Id.Substring(0, 12) @to
        $again.Status | Should -Be Present
        $again.Id | Should -Be $copy.Id
        Get-RekkordSnapshot @there | Should -HaveCount 1
        $null = Remove-RekkordSnapshot $copy.Id -Force @there
        (Copy-RekkordSnapshot laptop @to).Status | Should -Be Removed
        $forced = Copy-RekkordSnapshot laptop @to -Force
        $forced.Status | Should -Be Copied
        $forced.AddedSize | Should -Be 0
    }

    It 'copies all when the next command wants one object only' {
        $null = Copy-RekkordSnapshot $first.Id @to
        (Get-RekkordSnapshot | Copy-RekkordSnapshot @to | Select-Object -First 1).Status | Should -Be Present
        Get-RekkordSnapshot @there | Should -HaveCount 2
    }

    It 'names the first snapshot in the copy of a copy, and does not copy it back' {
        $copy = Copy-RekkordSnapshot laptop @to
        $third = @{ Repository = Join-Path $sandbox.Base third; KeyFile = Join-Path $sandbox.Base third.key }
        Initialize-RekkordRepository $third.Repository $third.KeyFile -WarningAction Ignore | Out-Null
        $null = $copy | Copy-RekkordSnapshot -DestinationRepository $third.Repository -DestinationKeyFile $third.KeyFile
        (Get-RekkordSnapshot @third).CopiedFrom | Should -Be $second.Id
        (Copy-RekkordSnapshot laptop @third -DestinationRepository $sandbox.Repository -DestinationKeyFile $sandbox.KeyFile).Status | Should -Be Present
        (Get-RekkordSnapshot laptop).Id | Should -Be $first.Id, $second.Id
    }

    It 'takes the destination from a file of its own, which no variable overrides' {
        $file = Join-Path $sandbox.Base offsite.toml
        Set-Content $file '[Repository]', "URL = '$($there.Repository)'", "KeyFile = '$($there.KeyFile)'"
        $env:REKKORD_REPOSITORY = $sandbox.Repository
        try { (Copy-RekkordSnapshot laptop -DestinationConfigPath $file).Repository | Should -Be $there.Repository } finally { $env:REKKORD_REPOSITORY = $null }
        Get-ErrorId { Copy-RekkordSnapshot laptop } | Should -Be DestinationNotGiven
        Get-ErrorId { Copy-RekkordSnapshot laptop -DestinationRepository $there.Repository } | Should -Be DestinationNotGiven
        Get-ErrorId { Copy-RekkordSnapshot laptop $sandbox.Repository $sandbox.KeyFile } | Should -Be CopyToItself
    }

    It 'takes the passphrase from the place that the file for the destination names, and not the one in the environment' -Skip:$IsWindows {
        $sealed = Join-Path $sandbox.Base sealed.key
        $null = New-RekkordKey ReadWrite $sealed $there.KeyFile -Passphrase (ConvertTo-SecureString destination -AsPlainText)
        $file = Join-Path $sandbox.Base offsite.toml
        Set-Content $file '[Repository]', "URL = '$($there.Repository)'", "KeyFile = '$sealed'", "PassphraseFrom = 'command:printf destination'"
        [IO.File]::SetUnixFileMode($file, 'UserRead, UserWrite')
        $env:REKKORD_PASSPHRASE = 'source'
        try { (Copy-RekkordSnapshot laptop -DestinationConfigPath $file).Status | Should -Be Copied } finally { $env:REKKORD_PASSPHRASE = $null }
    }

    It 'does nothing with -WhatIf, and says what cannot be done' {
        Copy-RekkordSnapshot laptop @to -WhatIf | Should -BeNullOrEmpty
        Get-RekkordSnapshot @there | Should -BeNullOrEmpty
        Join-Path $there.Repository packs | Should -Not -Exist
        Get-ErrorId { Copy-RekkordSnapshot nosuch @to -WhatIf -ErrorAction Stop } | Should -Be SnapshotNotFound
        Get-ErrorId { Copy-RekkordSnapshot laptop (Join-Path $sandbox.Base nowhere) $there.KeyFile -WhatIf } | Should -Be RepositoryNotFound
    }

    It 'needs keys that read here and save there' {
        $write = Join-Path $sandbox.Base write.key
        $null = New-RekkordKey WriteOnly $write $there.KeyFile
        Get-ErrorId { Copy-RekkordSnapshot laptop $there.Repository $write } | Should -Be CopiesUnknown
        (Copy-RekkordSnapshot laptop $there.Repository $write -Force).Status | Should -Be Copied

        # What that key claims to have copied keeps nobody else from copying.
        (Copy-RekkordSnapshot laptop @to).Status | Should -Be Copied
        $log = Join-Path $sandbox.Base log.key
        $null = New-RekkordKey LogOnly $log $there.KeyFile
        Get-ErrorId { Copy-RekkordSnapshot laptop $there.Repository $log } | Should -Be KeyRoleInsufficient
        $blind = Join-Path $sandbox.Base blind.key
        $null = New-RekkordKey WriteOnly $blind $sandbox.KeyFile
        Get-ErrorId { Copy-RekkordSnapshot laptop @to -KeyFile $blind } | Should -Be KeyRoleInsufficient
    }

    It 'does not give what a revoked key has signed a signature that counts' {
        $stolen = Join-Path $sandbox.Base stolen.key
        $key = New-RekkordKey WriteOnly $stolen $sandbox.KeyFile
        $forged = Invoke-RekkordSave forged $source -KeyFile $stolen -WarningAction Ignore
        $null = Revoke-RekkordKey $key.Id -DistrustExisting -Confirm:$false -WarningAction Ignore
        Get-ErrorId { Copy-RekkordSnapshot $forged.Id @to -ErrorAction Stop } | Should -Be SignerRevoked
        Get-RekkordSnapshot @there | Should -BeNullOrEmpty
    }

    It 'keeps a partial snapshot partial' {
        # The keyfile is left out, so that the save is partial.
        $null = Invoke-RekkordSave partial $source, $sandbox.KeyFile -WarningAction Ignore -ErrorAction SilentlyContinue
        $copy = Copy-RekkordSnapshot partial @to
        $copy.IsPartial | Should -BeTrue
        (Get-RekkordSnapshot partial @there).Status | Should -Be Partial
    }

    It 'leaves the retention of copies to -TrustTime' {
        $null = Get-RekkordSnapshot | Copy-RekkordSnapshot @to
        (Get-RekkordSnapshot @there).IsTimeDoubtful | Should -Be $false, $false
        (Invoke-RekkordRetention -KeepLast 1 -TrustTime -WhatIf @there).Action | Should -Be Remove, Keep
    }
}
