BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'Get-RekkordItem' {
    BeforeAll {
        $sandbox = New-Sandbox
        $null = New-Item -ItemType Directory (Join-Path $sandbox.Source sub)
        Set-Content (Join-Path $sandbox.Source sub/large.bin) ('x' * 5000)
        Invoke-RekkordSave files $sandbox.Source | Out-Null
    }
    AfterAll { Remove-Sandbox $sandbox }

    It 'lists the saved paths, a directory, and everything' {
        (Get-RekkordItem files).Path | Should -Be $sandbox.Source
        (Get-RekkordItem files $sandbox.Source).Name | Should -Be file.txt, sub
        (Get-RekkordItem "files:$($sandbox.Source)/sub").Name | Should -Be large.bin
        (Get-RekkordItem files -Recurse).Count | Should -Be 4
        (Get-RekkordItem files -Depth 1).Count | Should -Be 3
    }

    It 'has objects that filter, sort and group' {
        (Get-RekkordItem files -Recurse | Where-Object Size -gt 4kb).Name | Should -Be large.bin
        (Get-RekkordItem files -Recurse | Sort-Object Size -Descending | Select-Object -First 1).Name | Should -Be large.bin
        Get-RekkordItem files -Recurse | Group-Object Kind | ForEach-Object Count | Should -Be 2, 2
        (Get-RekkordItem files -Recurse | Measure-Object Size -Sum).Sum | Should -BeGreaterThan 5000
    }

    It 'takes snapshots and directories from the pipeline' {
        (Get-RekkordSnapshot | Get-RekkordItem).Path | Should -Be $sandbox.Source
        (Get-RekkordItem files $sandbox.Source | Where-Object Kind -eq Directory | Get-RekkordItem).Name | Should -Be large.bin
    }

    It 'takes wildcards' {
        (Get-RekkordItem files "$($sandbox.Source)/s*/*.bin").Name | Should -Be large.bin
        Get-RekkordItem files "$($sandbox.Source)/*.none" | Should -BeNullOrEmpty
    }

    It 'names the nearest parent of a path that is not there' {
        { Get-RekkordItem files "$($sandbox.Source)/sub/none" -ErrorAction Stop } | Should -Throw "*It has '$($sandbox.Source)/sub'*" -ErrorId 'PathNotInSnapshot*'
    }

    It 'gives objects that can be written and read back' {
        Assert-RoundTrip (Get-RekkordItem files "$($sandbox.Source)/file.txt") 'Path', 'Name', 'Kind', 'Size', 'Mode', 'UserName', 'Snapshot'
    }

    It 'ends when enough was taken' {
        (Get-RekkordItem files -Recurse | Select-Object -First 2).Count | Should -Be 2
    }

    It 'takes relative paths, drives of the session and names with wildcards in them' {
        $odd = Join-Path $sandbox.Source 'a[1]'
        $null = New-Item -ItemType Directory $odd
        [IO.File]::WriteAllText((Join-Path $odd b.txt), 'b')
        Invoke-RekkordSave odd $sandbox.Source | Out-Null
        $null = New-PSDrive -Name Odd -PSProvider FileSystem -Root $sandbox.Base -Scope Global
        Push-Location -LiteralPath $odd
        try {
            (Get-RekkordItem odd b.txt).Name | Should -Be b.txt
            (Get-RekkordItem odd '*.txt').Name | Should -Be b.txt
            (Get-RekkordItem odd:.).Name | Should -Be b.txt
            (Get-RekkordItem odd ..).Name | Should -Contain 'a[1]'
            (Get-RekkordItem odd Odd:/source/file.txt).Name | Should -Be file.txt
            (Get-RekkordItem odd -LiteralPath $odd).Name | Should -Be b.txt
            (Get-RekkordItem odd $sandbox.Source | Where-Object Name -like 'a*' | Get-RekkordItem).Name | Should -Be b.txt
            (Compare-RekkordSnapshot odd odd b.txt) | Should -BeNullOrEmpty
            (Restore-RekkordSnapshot odd Odd:/relative -Path b.txt).Files | Should -Be 1
            (Get-RekkordSnapshot odd -Repository Odd:/repository).Channel | Should -Be odd
        } finally {
            Pop-Location
            Remove-PSDrive Odd
        }
    }

    It 'has a table like that of Get-ChildItem' {
        $null = New-Item -ItemType SymbolicLink (Join-Path $sandbox.Source link) -Target file.txt
        Invoke-RekkordSave files $sandbox.Source | Out-Null
        $table = Get-RekkordItem files $sandbox.Source | Out-String -Width 120
        $table | Should -Match 'Directory: '
        $table | Should -Match 'Status +Mode +ModifiedTime +Size +Name'
        $table | Should -Match '\d\d:\d\d:\d\d +8 .*file\.txt'
        $table | Should -Match 'link -> file.txt'
    }
}
