BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'Restore-RekkordSnapshot' {
    BeforeEach {
        $sandbox = New-Sandbox
        Invoke-RekkordSave test $sandbox.Source | Out-Null
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'brings the files back' {
        $result = Restore-RekkordSnapshot "test:$($sandbox.Source)" $sandbox.Destination -Verify
        $result.Status | Should -Be Succeeded
        Get-Content (Join-Path $sandbox.Destination file.txt) | Should -Be content
        Assert-RoundTrip $result 'Status', 'Files', 'Size', 'Duration'
    }

    It 'writes nothing with -WhatIf' {
        Restore-RekkordSnapshot test $sandbox.Destination -WhatIf
        $sandbox.Destination | Should -Not -Exist
    }

    It 'leaves a destination alone that has something in it' {
        { Restore-RekkordSnapshot test $sandbox.Source } | Should -Throw -ErrorId 'DestinationNotEmpty,*'
        (Get-ChildItem $sandbox.Source).Name | Should -Be file.txt
    }
}
