BeforeAll {
    . $PSScriptRoot/common.ps1
    function Get-ErrorId($Script) { try { & $Script } catch { return $_.FullyQualifiedErrorId.Split(',')[0] } }
}

Describe 'Tags and notes of snapshots' {
    BeforeAll {
        $sandbox = New-Sandbox
        $source = $sandbox.Source
        $save = Invoke-RekkordSave laptop $source -Tag v2, release, v2 -Note 'before the upgrade – süß'
        $null = Invoke-RekkordSave laptop $source
        $null = Invoke-RekkordSave web $source -Tag Release
    }
    AfterAll { Remove-Sandbox $sandbox }

    It 'are in the result and in the list' {
        $save.Tags | Should -Be release, v2
        $save.Note | Should -Be 'before the upgrade – süß'
        $first, $second = Get-RekkordSnapshot laptop
        $first.Tags | Should -Be release, v2
        $first.Note | Should -Be 'before the upgrade – süß'
        $second.Tags | Should -HaveCount 0
        $second.Note | Should -Be ''
        $first.CopiedFrom | Should -BeNullOrEmpty
    }

    It 'are read with a keyfile that can only list, and from the catalogue and the local cache' {
        $null = New-RekkordKey LogOnly (Join-Path $sandbox.Base log.key) $sandbox.KeyFile
        1..2 | ForEach-Object { (Get-RekkordSnapshot -Tag v2 -KeyFile (Join-Path $sandbox.Base log.key)).Note | Should -Be 'before the upgrade – süß' }
    }

    It 'select snapshots, with wildcards, and case counts' {
        (Get-RekkordSnapshot -Tag release).Id | Should -Be $save.Id
        (Get-RekkordSnapshot -Tag 'v?').Id | Should -Be $save.Id
        Get-RekkordSnapshot -Tag v2, Release | Should -HaveCount 2
        (Get-RekkordSnapshot laptop -Tag '*' -Latest 1).Id | Should -Be $save.Id
        Get-RekkordSnapshot -Tag nosuch -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'are shown where there is room, also of objects from a job or a file' {
        $saved = $PSStyle.OutputRendering
        $PSStyle.OutputRendering = 'PlainText'
        try {
            foreach ($snapshot in (Get-RekkordSnapshot laptop)[0], [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize((Get-RekkordSnapshot laptop)[0]))) {
                $snapshot | Out-String -Width 160 | Should -Match ([regex]::Escape("[release, v2] $source".Substring(0, 24)))
                $snapshot | Out-String -Width 80 | Should -Match '(?m)^Whole '
                $list = $snapshot | Format-List | Out-String -Width 80
                $list | Should -Match '(?m)^Tags +: \{release, v2\}'
                $list | Should -Match '(?m)^Note +: before the upgrade – süß'
                $list.IndexOf('Status') | Should -BeLessThan $list.IndexOf('Tags')
            }
        } finally { $PSStyle.OutputRendering = $saved }
    }

    It 'come from the configuration, unless they are given' {
        Add-Content $sandbox.Config '[Save]', "Tag = 'nightly, server'"
        (Invoke-RekkordSave configured $source).Tags | Should -Be nightly, server
        (Invoke-RekkordSave configured $source -Tag other).Tags | Should -Be other
        (Invoke-RekkordSave configured $source -Tag @()).Tags | Should -HaveCount 0
        (Get-RekkordConfig).Tag | Should -Be 'nightly, server'
    }

    It 'are refused before anything is done: <_>' -ForEach ' blank', 'a,b', 'v*', "two`nlines", ('t' * 65), '' {
        $before = @(Get-RekkordSnapshot).Count
        Get-ErrorId { Invoke-RekkordSave laptop $source -Tag $_ } | Should -Be TagInvalid
        Get-ErrorId { Invoke-RekkordSave laptop $source -Tag (1..33) } | Should -Be TagInvalid
        Get-ErrorId { Invoke-RekkordSave laptop $source -Note "a`tb" } | Should -Be NoteInvalid
        @(Get-RekkordSnapshot).Count | Should -Be $before
    }

    It 'are completed' {
        $line = "Get-RekkordSnapshot -ConfigPath '$($sandbox.Config)' -Tag re"
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be Release, release
        $line = "Invoke-RekkordRetention -ConfigPath '$($sandbox.Config)' -KeepTag v"
        (TabExpansion2 $line $line.Length).CompletionMatches.ListItemText | Should -Be v2
    }

    It 'keep snapshots, by a parameter or the configuration, and alone are no rule' {
        $kept = Invoke-RekkordRetention laptop -KeepLast 1 -KeepTag release -WhatIf
        $kept.Action | Should -Be Keep, Keep
        $kept[0].Reasons | Should -Be 'tag release'
        $kept[0].Tags | Should -Be release, v2
        (Invoke-RekkordRetention laptop -KeepLast 1 -KeepTag Release -WhatIf).Action | Should -Be Remove, Keep
        Get-ErrorId { Invoke-RekkordRetention laptop -KeepTag release -WhatIf } | Should -Be RetentionNotGiven
        Get-ErrorId { Invoke-RekkordRetention laptop -KeepLast 1 -KeepTag 'v*' -WhatIf } | Should -Be TagInvalid
        Add-Content $sandbox.Config '[Retention]', 'KeepLast = 1', "KeepTag = 'other, release'"
        (Invoke-RekkordRetention laptop)[0].Reasons | Should -Be 'tag release'
        (Get-RekkordSnapshot laptop).Id | Should -Contain $save.Id
    }
}
