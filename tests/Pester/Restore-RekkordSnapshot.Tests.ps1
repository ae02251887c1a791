BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'Restore-RekkordSnapshot' {
    BeforeEach {
        $sandbox = New-Sandbox
        Invoke-RekkordSave test $sandbox.Source | Out-Null
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'says with -WhatIf what it would restore and replace, and promises nothing that cannot be done' {
        $target = Join-Path $sandbox.Base whatif
        Invoke-RekkordSave whatif $sandbox.Source | Out-Null
        { Restore-RekkordSnapshot nosuch $target -WhatIf } | Should -Throw -ErrorId 'SnapshotNotFound,*'
        { Restore-RekkordSnapshot whatif $target -Path /nosuch -WhatIf } | Should -Throw -ErrorId 'PathNotInSnapshot,*'
        { Restore-RekkordSnapshot whatif $target -Include *.nosuch -WhatIf } | Should -Throw -ErrorId 'PatternNotInSnapshot,*'
        { Restore-RekkordSnapshot whatif $sandbox.Source -WhatIf } | Should -Throw -ErrorId 'DestinationNotEmpty,*'
        $script = "Restore-RekkordSnapshot whatif:$($sandbox.Source) '$target' -ConfigPath '$($sandbox.Config)' -WhatIf"
        $program, [string[]]$arguments = $pwsh
        $null = New-Item -ItemType Directory $target
        $said = & $program @arguments -NoProfile -Command "Import-Module '$manifest'; $script"
        $said -join ' ' | Should -Match 'Restore \d+ files with [\d.,]+ B"'
        Set-Content (Join-Path $target file.txt) 'mine'
        $said = & $program @arguments -NoProfile -Command "Import-Module '$manifest'; $script -Force"
        $said -join ' ' | Should -Match 'replacing 1 that are there \(-Verbose names them\)'
        $said | Should -Not -Match 'What if: Replacing'
        $said = & $program @arguments -NoProfile -Command "Import-Module '$manifest'; $script -Force -Verbose"
        $said | Should -Contain "What if: Replacing `"$(Join-Path $target file.txt)`"."
        Get-Content (Join-Path $target file.txt) | Should -Be mine
    }

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

    It 'restores the items of a pipeline together, and nothing else' {
        'a.txt', 'b.txt', 'c.log' | ForEach-Object { Set-Content (Join-Path $sandbox.Source $_) $_ }
        Invoke-RekkordSave test $sandbox.Source | Out-Null
        $result = Get-RekkordItem test -Recurse | Where-Object Name -like '?.txt' | Restore-RekkordSnapshot -Destination $sandbox.Destination
        $result.Files | Should -Be 2
        (Get-ChildItem $sandbox.Destination -Recurse -File).Name | Should -Be a.txt, b.txt
        Join-Path $sandbox.Destination $sandbox.Source a.txt | Should -FileContentMatch a.txt
    }

    It 'restores items that a job or a file gave, and says which are not there' {
        $item = Get-RekkordItem "test:$($sandbox.Source)/file.txt"
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($item))
        $copy | Restore-RekkordSnapshot -Destination $sandbox.Destination | Out-Null
        Join-Path $sandbox.Destination $sandbox.Source file.txt | Should -FileContentMatch content
        Restore-RekkordSnapshot test $sandbox.Destination -Path /none -Force -ErrorVariable missing -ErrorAction SilentlyContinue
        $missing.FullyQualifiedErrorId | Should -BeLike 'PathNotInSnapshot,*'
        { Restore-RekkordSnapshot test $sandbox.Destination -Path /a -Include b } | Should -Throw -ErrorId 'PathWithInclude,*'
        { Restore-RekkordSnapshot test:/b $sandbox.Destination -Path /a } | Should -Throw -ErrorId 'PathGivenTwice,*'
    }

    It 'takes a snapshot from the pipeline, and a part of it' {
        Set-Content (Join-Path $sandbox.Source other.txt) 'other'
        Invoke-RekkordSave test $sandbox.Source | Out-Null
        Get-RekkordSnapshot -Latest 1 | Restore-RekkordSnapshot -Destination $sandbox.Destination -Include other.txt | Out-Null
        (Get-ChildItem $sandbox.Destination -Recurse -File).Name | Should -Be other.txt
    }
}
