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

    It 'leaves a destination alone that has something in it, and replaces it with -Force' {
        $file = Join-Path $sandbox.Source file.txt
        Set-Content $file 'changed'
        { Restore-RekkordSnapshot "test:$($sandbox.Source)" $sandbox.Source } | Should -Throw -ErrorId 'DestinationNotEmpty,*'
        (Get-ChildItem $sandbox.Source).Name | Should -Be file.txt
        Get-Content $file | Should -Be changed
        Restore-RekkordSnapshot "test:$($sandbox.Source)" $sandbox.Source -Force | Out-Null
        Get-Content $file | Should -Be content
    }

    It 'takes a snapshot from the pipeline, and a part of it' {
        Set-Content (Join-Path $sandbox.Source other.txt) 'other'
        Invoke-RekkordSave test $sandbox.Source | Out-Null
        Get-RekkordSnapshot -Latest 1 | Restore-RekkordSnapshot -Destination $sandbox.Destination -Include other.txt | Out-Null
        (Get-ChildItem $sandbox.Destination -Recurse -File).Name | Should -Be other.txt
    }
}
