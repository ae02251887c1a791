BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'Compare-RekkordSnapshot' {
    BeforeAll {
        $sandbox = New-Sandbox
        $null = New-Item -ItemType Directory (Join-Path $sandbox.Source sub)
        Set-Content (Join-Path $sandbox.Source sub/removed) 'x'
        $first = (Invoke-RekkordSave files $sandbox.Source)[-1].Id
        Remove-Item (Join-Path $sandbox.Source sub/removed)
        Set-Content (Join-Path $sandbox.Source file.txt) 'more content'
        Set-Content (Join-Path $sandbox.Source sub/added) 'y'
        Invoke-RekkordSave files $sandbox.Source | Out-Null
    }
    AfterAll { Remove-Sandbox $sandbox }

    It 'finds what was added, removed and changed' {
        $found = Compare-RekkordSnapshot $first files
        $found.Change | Should -Be Modified, Added, Removed
        $found | ForEach-Object { Split-Path -Leaf $_ } | Should -Be file.txt, added, removed
        $found[0].NewSize | Should -BeGreaterThan $found[0].OldSize
    }

    It 'looks below a path only' {
        (Compare-RekkordSnapshot $first files "$($sandbox.Source)/sub").Count | Should -Be 2
        { Compare-RekkordSnapshot $first files /nowhere -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotInSnapshot*'
    }

    It 'finds nothing in a snapshot that is the same' {
        Compare-RekkordSnapshot files files | Should -BeNullOrEmpty
    }

    It 'has objects that filter and group' {
        (Compare-RekkordSnapshot $first files | Where-Object Change -eq Removed).Path | Should -Be "$($sandbox.Source)/sub/removed"
        (Compare-RekkordSnapshot $first files | Group-Object Change -NoElement).Name | Sort-Object | Should -Be Added, Modified, Removed
        (Compare-RekkordSnapshot $first files | Select-Object -First 1).Change | Should -Be Modified
    }

    It 'gives objects that can be written and read back' {
        Assert-RoundTrip (Compare-RekkordSnapshot $first files | Select-Object -First 1) 'Path', 'Change', 'Kind', 'OldSize', 'NewSize', 'ChangedProperties', 'Reference', 'Difference'
    }

    It 'has a table' {
        $table = Compare-RekkordSnapshot $first files | Out-String -Width 160
        $table | Should -Match 'Change +Old size +New size +Path'
        $table | Should -Match 'Modified +8 B +13 B .*file.txt'
        $table | Should -Match 'Removed +2 B +\S*removed'
    }
}
