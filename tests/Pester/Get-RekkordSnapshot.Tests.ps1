BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'Get-RekkordSnapshot' {
    BeforeAll {
        $sandbox = New-Sandbox
        Set-Hook $sandbox PreSave 10-dump "#!/bin/sh`nexit 0`n"
        'web', 'mail', 'web' | ForEach-Object { Invoke-RekkordSave $_ $sandbox.Source } | Out-Null
    }
    AfterAll { Remove-Sandbox $sandbox }

    It 'does not pass over a name that no snapshot has' {
        { Get-RekkordSnapshot nosuch } | Should -Throw -ErrorId 'ChannelNotFound,*'
        { Get-RekkordSnapshot channel:nosuch } | Should -Throw -ErrorId 'ChannelNotFound,*'
        { Get-RekkordSnapshot -Id 123456 } | Should -Throw -ErrorId 'SnapshotNotFound,*'
        { Get-RekkordSnapshot id:123456 } | Should -Throw -ErrorId 'SnapshotNotFound,*'
        Get-RekkordSnapshot nosuch* | Should -BeNullOrEmpty
    }

    It 'lists what matches' {
        (Get-RekkordSnapshot).Count | Should -Be 3
        (Get-RekkordSnapshot w*).Count | Should -Be 2
        (Get-RekkordSnapshot -Latest 1).Channel | Should -Be web
    }

    It 'has objects that sort, group and select' {
        (Get-RekkordSnapshot | Group-Object Channel | Sort-Object Name).Name | Should -Be mail, web
        (Get-RekkordSnapshot | Sort-Object Time -Descending | Select-Object -First 1).Id | Should -Be (Get-RekkordSnapshot -Latest 1).Id
        (Get-RekkordSnapshot | Measure-Object Size -Sum).Sum | Should -BeGreaterThan 0
    }

    It 'shows which hooks a snapshot rests on' {
        (Get-RekkordSnapshot -Latest 1 | Select-Object -ExpandProperty Hooks).Name | Should -Be 10-dump
    }

    It 'gives objects that can be written and read back' {
        Assert-RoundTrip (Get-RekkordSnapshot -Latest 1) 'Id', 'Channel', 'Size', 'Files', 'Paths', 'Duration'
    }

    It 'has a table' {
        Get-RekkordSnapshot | Out-String | Should -Match 'Status +Snapshot +Channel +Time'
    }
}
