BeforeAll {
    . $PSScriptRoot/common.ps1
    $sandbox = New-Sandbox
    $source = $sandbox.Source
    function Save($Channel) { (Invoke-RekkordSave $Channel $source -SkipHooks -Confirm:$false)[-1].Id }
    $null = New-Item -ItemType Directory (Join-Path $source sub/deep), (Join-Path $source other)
    Set-Content (Join-Path $source sub/deep/report.txt) 'one'
    Set-Content (Join-Path $source other/gone.txt) 'gone'
    $ids = @(Save first; Save first)
    Set-Content (Join-Path $source sub/deep/report.txt) 'and two'
    Remove-Item (Join-Path $source other/gone.txt)
    $ids += Save first
    Set-Content (Join-Path $source other/report.txt) 'another'
    $ids += Save second
}

AfterAll { Remove-Sandbox $sandbox }

Describe 'Find-RekkordItem' {
    It 'gives each version once, with the first and the last snapshot that has it' {
        $found = @(Find-RekkordItem report.txt)
        $found.Path | Should -Be @('other/report.txt', 'sub/deep/report.txt', 'sub/deep/report.txt').ForEach{ "$source/$_" }
        $found[1].FirstSnapshot, $found[1].Snapshot, $found[1].SnapshotCount | Should -Be $ids[0], $ids[1], 2
        $found[2].FirstSnapshot, $found[2].Snapshot, $found[2].SnapshotCount | Should -Be $ids[2], $ids[3], 2
        $found[0].FirstSnapshot, $found[0].SnapshotCount, $found[0].Channel | Should -Be $ids[3], 1, 'second'
        Assert-RoundTrip $found[0] 'Path', 'Size', 'SnapshotCount'
    }

    It 'finds what is gone, and it can be restored' {
        $gone = Find-RekkordItem gone.*
        $gone.Snapshot | Should -Be $ids[1]
        $null = $gone | Restore-RekkordSnapshot -Destination $sandbox.Destination
        Get-ChildItem -Recurse -File $sandbox.Destination | Get-Content | Should -Be gone
    }

    It 'gives a directory once, whatever is in it' {
        $found = @(Find-RekkordItem sub)
        $found.Count, $found[0].Kind, $found[0].SnapshotCount | Should -Be 1, 'Directory', 4
        @(Find-RekkordItem (Split-Path -Leaf $source)).SnapshotCount | Should -Be 4
    }

    It 'takes patterns of paths, and channels' {
        @(Find-RekkordItem "$source/**/*.txt").Count | Should -Be 5
        @(Find-RekkordItem "$source/*/*.txt" first).Name | Should -Be gone.txt
        (Find-RekkordItem other/report.txt "id:$($ids[3])").Snapshot | Should -Be $ids[3]
        Find-RekkordItem no-such-name | Should -BeNullOrEmpty
        Find-RekkordItem x none -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors.FullyQualifiedErrorId | Should -BeLike 'ChannelNotFound,*'
        { Find-RekkordItem '*' } | Should -Not -Throw
        { Find-RekkordItem '' } | Should -Throw
    }

    It 'writes while it looks' {
        (Find-RekkordItem *.txt | Select-Object -First 1).Name | Should -Be file.txt
    }
}
