BeforeAll {
    . $PSScriptRoot/common.ps1

    function Get-SavedName { (Get-RekkordItem docs -Path $sandbox.Source -Recurse).Name | Sort-Object }
}

Describe 'What a save leaves out' {
    BeforeEach {
        $sandbox = New-Sandbox
        'a.o', 'b.log', 'keep.log' | ForEach-Object { Set-Content (Join-Path $sandbox.Source $_) 'text' }
        Set-Content (Join-Path $sandbox.Source large) ('x' * 2kb)
        $cache = New-Item (Join-Path $sandbox.Source cache) -ItemType Directory
        Set-Content (Join-Path $cache CACHEDIR.TAG) 'Signature: 8a477f597d28d172789f06886806bc55'
        Set-Content (Join-Path $cache thumbnail) 'made anew'
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'is what a list, a size and the marks of caches say, each named with its rule by -Verbose' {
        $list = Join-Path $sandbox.Base exclude.txt
        Set-Content $list '# what is made anew', '', '*.o'

        $save, $verbose = (Invoke-RekkordSave docs $sandbox.Source -ExcludeFrom $list -ExcludeCaches -ExcludeLargerThan 1kb -OneFileSystem -Verbose 4>&1).
            Where({ $_ -isnot [System.Management.Automation.VerboseRecord] }, 'Split')

        $save.Omitted | Should -Be 3
        Get-SavedName | Should -Be 'b.log', 'cache', 'CACHEDIR.TAG', 'file.txt', 'keep.log'
        $messages = @($verbose) -match 'is left out'
        $messages | Should -HaveCount 3
        $messages -match "a\.o' is left out: the exclusion is '\*\.o' of line 3 of '$([regex]::Escape($list))'" | Should -HaveCount 1
        $messages -match "large' is left out: it has" | Should -HaveCount 1
        $messages -match "cache' is left out: it is marked as a cache" | Should -HaveCount 1
    }

    It 'is listed with what would be saved by -WhatIf -Verbose, which stores nothing' {
        Set-Content (Join-Path $sandbox.Source .rekkordignore) '*.log', '!keep.log'
        $null = Invoke-RekkordSave docs (Join-Path $sandbox.Source keep.log)
        $before = Get-ChildItem $sandbox.Repository -Recurse | Measure-Object Length -Sum
        $messages = "$(Invoke-RekkordSave docs $sandbox.Source -Exclude '*.o', '*.none' -ExcludeCaches -ExcludeLargerThan 1kb -WhatIf -Verbose 4>&1 | ForEach-Object { "$_;" })"
        foreach ($name in 'keep.log', 'file.txt', '.rekkordignore', 'cache/CACHEDIR.TAG') { $messages | Should -BeLike "*'$(Join-Path $sandbox.Source $name)' would be saved.;*" }
        $messages | Should -BeLike "*a.o' is left out: the exclusion is '``*.o' of -Exclude.;*"
        $messages | Should -BeLike "*b.log' is left out: line 1 of '$(Join-Path $sandbox.Source .rekkordignore)' is '``*.log'.;*"
        $messages | Should -BeLike '*large* is left out: it has * (ExcludeLargerThan).;*'
        $messages | Should -BeLike "*The exclusion '``*.none' matches nothing.;*"
        $messages | Should -Not -BeLike '*thumbnail*'
        (Get-ChildItem $sandbox.Repository -Recurse | Measure-Object Length -Sum).Sum | Should -Be $before.Sum
        Get-RekkordSnapshot docs | Should -HaveCount 1
    }

    It 'makes no directory for caches with -WhatIf, and neither does another command' {
        $null = Invoke-RekkordSave docs $sandbox.Source
        $before, $env:XDG_CACHE_HOME = $env:XDG_CACHE_HOME, (Join-Path $sandbox.Base no-caches)
        try {
            $null = Invoke-RekkordSave docs $sandbox.Source -WhatIf -Verbose 4>&1
            $null = Invoke-RekkordPrune -WhatIf
            $null = Invoke-RekkordRetention -KeepLast 1 -WhatIf
            $null = Invoke-RekkordScan -WhatIf
            Restore-RekkordSnapshot docs $sandbox.Destination -WhatIf
            Remove-RekkordSnapshot -Channel docs -WhatIf
            $env:XDG_CACHE_HOME | Should -Not -Exist
            $null = Invoke-RekkordSave docs $sandbox.Source
            $env:XDG_CACHE_HOME | Should -Exist
        }
        finally { $env:XDG_CACHE_HOME = $before }
    }

    It 'is what .rekkordignore says, unless that is not asked for' {
        Set-Content (Join-Path $sandbox.Source .rekkordignore) '*.log', '!keep.log', '/cache/'

        (Invoke-RekkordSave docs $sandbox.Source).Omitted | Should -Be 2
        Get-SavedName | Should -Be '.rekkordignore', 'a.o', 'file.txt', 'keep.log', 'large'

        (Invoke-RekkordSave docs $sandbox.Source -NoIgnoreFiles).Omitted | Should -Be 0
        Get-SavedName | Should -Contain 'b.log'
    }

    It 'is what the configuration says, unless a parameter says otherwise' {
        Set-Content (Join-Path $sandbox.Base exclude.txt) '*.o'
        Add-Content $sandbox.Config '[Save]', "ExcludeFrom = 'exclude.txt'", "ExcludeLargerThan = '1KB'", 'ExcludeCaches = true', 'IgnoreFiles = false'
        Set-Content (Join-Path $sandbox.Source .rekkordignore) '*.log'

        (Invoke-RekkordSave docs $sandbox.Source).Omitted | Should -Be 3
        Get-SavedName | Should -Be '.rekkordignore', 'b.log', 'cache', 'CACHEDIR.TAG', 'file.txt', 'keep.log'

        (Invoke-RekkordSave docs $sandbox.Source -ExcludeCaches:$false -ExcludeLargerThan 1gb -NoIgnoreFiles:$false).Omitted | Should -Be 3
        Get-SavedName | Should -Be '.rekkordignore', 'cache', 'CACHEDIR.TAG', 'file.txt', 'large', 'thumbnail'
    }

    It 'stops before any hook when the list cannot be read, or has a pattern that can match nothing' {
        Set-Hook $sandbox PreSave hook.ps1 'Add-Content $env:TEST_LOG ran'
        $list = Join-Path $sandbox.Base exclude.txt

        { Invoke-RekkordSave docs $sandbox.Source -ExcludeFrom $list } | Should -Throw -ErrorId 'PatternFileNotFound,*'
        Set-Content $list '*.o', '!*.o'
        { Invoke-RekkordSave docs $sandbox.Source -ExcludeFrom $list } | Should -Throw 'Line 2 of*' -ErrorId 'PatternInvalid,*'

        Get-HookLog $sandbox | Should -BeNullOrEmpty
    }
}
