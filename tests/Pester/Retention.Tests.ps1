BeforeAll {
    . $PSScriptRoot/common.ps1

    function Get-PlainText($Objects, [int] $Width = 80) {
        $saved = $PSStyle.OutputRendering
        $PSStyle.OutputRendering = 'PlainText'
        try { $Objects | Out-String -Width $Width } finally { $PSStyle.OutputRendering = $saved }
    }
}

Describe 'Removing snapshots' {
    BeforeEach {
        $sandbox = New-Sandbox
        $saved = 1..3 | ForEach-Object {
            Set-Content (Join-Path $sandbox.Source file.txt) "state $_"
            Invoke-RekkordSave docs $sandbox.Source
        }
        $other = Invoke-RekkordSave other $sandbox.Source
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'completes time zones' -Skip:$IsWindows {
        (TabExpansion2 'Invoke-RekkordRetention -TimeZone Europe/Ber').CompletionMatches.CompletionText | Should -Be Europe/Berlin
    }

    It 'lists nothing for a channel of which nothing was removed, and refuses a name that no channel has' {
        Get-RekkordSnapshot docs -Removed -ErrorAction Stop | Should -BeNullOrEmpty
        { Get-RekkordSnapshot nosuch -Removed -ErrorAction Stop } | Should -Throw -ErrorId 'ChannelNotFound,*'
    }

    It 'takes a snapshot out of the list and the channel, and brings it back' {
        $removed = Get-RekkordSnapshot docs -Latest 1 | Remove-RekkordSnapshot

        $removed.Id | Should -Be $saved[2].Id
        $removed.IsRemoved | Should -BeTrue
        (Get-RekkordSnapshot docs).Id | Should -Be $saved[0, 1].Id
        (Get-RekkordSnapshot -Removed).Id | Should -Be $saved[2].Id
        Restore-RekkordSnapshot "docs:$($sandbox.Source)" $sandbox.Destination | Out-Null
        Get-Content (Join-Path $sandbox.Destination file.txt) | Should -Be 'state 2'

        $back = Get-RekkordSnapshot -Removed | Undo-RekkordRemoval
        $back.Id | Should -Be $saved[2].Id
        $back.IsRemoved | Should -BeFalse
        (Get-RekkordSnapshot docs).Id | Should -Be $saved.Id
        Get-RekkordSnapshot -Removed | Should -BeNullOrEmpty
    }

    It 'takes the beginning of an ID and several at once' {
        Remove-RekkordSnapshot $saved[0].Id.Substring(0, 12), "id:$($saved[1].Id.Substring(0, 12))" | Should -HaveCount 2
        (Get-RekkordSnapshot docs).Id | Should -Be $saved[2].Id
    }

    It 'changes nothing with -WhatIf' {
        Remove-RekkordSnapshot -Channel '*' -Force -WhatIf | Should -BeNullOrEmpty
        Invoke-RekkordRetention -KeepLast 1 -WhatIf | Where-Object IsRemoved | Should -BeNullOrEmpty
        Get-RekkordSnapshot | Should -HaveCount 4
        Join-Path $sandbox.Repository removed | Should -Not -Exist
    }

    It 'empties a channel only with -Force' {
        { Remove-RekkordSnapshot -Channel docs } | Should -Throw -ErrorId 'ChannelEmptied,*'
        Get-RekkordSnapshot | Should -HaveCount 4
        Remove-RekkordSnapshot -Channel docs -Force | Should -HaveCount 3
        (Get-RekkordSnapshot).Channel | Should -Be other
    }

    It 'goes on after an ID that there is not' {
        $removed = Remove-RekkordSnapshot '0000000000000000', nonsense, $saved[0].Id -ErrorVariable errors -ErrorAction SilentlyContinue

        $removed.Id | Should -Be $saved[0].Id
        $errors.FullyQualifiedErrorId | Should -Be 'SnapshotNotFound,Rekkord.Cmdlets.Commands.RemoveRekkordSnapshotCommand', 'SnapshotIdInvalid,Rekkord.Cmdlets.Commands.RemoveRekkordSnapshotCommand'
        "$($errors[1])" | Should -BeLike '*give it with -Channel.'
    }

    It 'needs a Prune keyfile' -ForEach ReadWrite, WriteOnly, LogOnly {
        $keyFile = Join-Path $sandbox.Base other.key
        New-RekkordKey $_ $keyFile $sandbox.KeyFile | Out-Null

        { Remove-RekkordSnapshot $saved[0].Id -KeyFile $keyFile } | Should -Throw -ErrorId 'KeyRoleInsufficient,*'
        { Invoke-RekkordRetention -KeepLast 1 -KeyFile $keyFile } | Should -Throw -ErrorId 'KeyRoleInsufficient,*'
        { Undo-RekkordRemoval -Channel docs -KeyFile $keyFile } | Should -Throw -ErrorId 'KeyRoleInsufficient,*'
    }

    It 'is shown to a LogOnly keyfile, which lists' {
        $prune, $monitor = 'prune.key', 'monitor.key' | ForEach-Object { Join-Path $sandbox.Base $_ }
        New-RekkordKey Prune $prune $sandbox.KeyFile | Out-Null
        New-RekkordKey LogOnly $monitor $sandbox.KeyFile | Out-Null
        Remove-RekkordSnapshot $saved[0].Id -KeyFile $prune | Out-Null

        (Get-RekkordSnapshot docs -KeyFile $monitor).Id | Should -Be $saved[1, 2].Id
        (Get-RekkordSnapshot docs -KeyFile $monitor -Removed).Id | Should -Be $saved[0].Id
    }

    It 'leaves a repository that a scan finds sound, and of which it still verifies all' {
        Remove-RekkordSnapshot $saved[0].Id | Out-Null
        $result = Invoke-RekkordScan -Full
        [string]$result.Status | Should -Be Succeeded
        $result.Snapshots | Should -Be 4
    }
}

Describe 'Invoke-RekkordRetention' {
    BeforeEach {
        $sandbox = New-Sandbox
        $saved = 1..3 | ForEach-Object { Invoke-RekkordSave docs $sandbox.Source }
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'removes what no rule keeps, and says why' {
        $plan = Invoke-RekkordRetention -KeepLast 2

        $plan.Id | Should -Be $saved.Id
        [string[]]$plan.Action | Should -Be 'Remove', 'Keep', 'Keep'
        $plan.IsRemoved | Should -Be $true, $false, $false
        $plan[0].Reasons | Should -Be 'last: older than the 2 kept'
        $plan[1].Reasons | Should -Be 'last 2 of 2'
        (Get-RekkordSnapshot).Id | Should -Be $saved[1, 2].Id
    }

    It 'takes its rules from the configuration, and from parameters instead' {
        Add-Content $sandbox.Config '[Retention]', 'KeepLast = 1', "KeepWithin = '30d'", "TimeZone = 'UTC'"

        $config = Get-RekkordConfig
        $config.KeepLast, $config.KeepWithin, $config.TimeZone | Should -Be 1, ([timespan]::FromDays(30)), 'UTC'
        Invoke-RekkordRetention -WhatIf | Where-Object Action -eq Remove | Should -BeNullOrEmpty
        Add-Content $sandbox.Config 'KeepDaily = 0'
        (Invoke-RekkordRetention -WhatIf)[0].Reasons | Should -Be 'within 30d'
        { Invoke-RekkordRetention -KeepWithin 30 } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        { Invoke-RekkordRetention -KeepWithin ([timespan]::Zero) } | Should -Throw -ErrorId 'ConfigInvalidValue,*'
    }

    It 'refuses to keep nothing' {
        { Invoke-RekkordRetention } | Should -Throw -ErrorId 'RetentionNotGiven,*'
        { Invoke-RekkordRetention -KeepLast 0 } | Should -Throw -ErrorId 'RetentionNotGiven,*'
    }

    It 'refuses a time zone that there is not' {
        { Invoke-RekkordRetention -KeepDaily 1 -TimeZone Nowhere/AtAll } | Should -Throw -ErrorId 'TimeZoneUnknown,*'
    }

    It 'leaves other channels out' {
        Invoke-RekkordSave other $sandbox.Source | Out-Null
        (Invoke-RekkordRetention 'o*' -KeepLast 1).Channel | Should -Be other
        Get-RekkordSnapshot docs | Should -HaveCount 3
    }

    It 'gives up no snapshot of another keyfile' {
        $keyFile = Join-Path $sandbox.Base server.key
        New-RekkordKey WriteOnly $keyFile $sandbox.KeyFile | Out-Null
        1..5 | ForEach-Object { Invoke-RekkordSave docs $sandbox.Source -KeyFile $keyFile | Out-Null }

        Invoke-RekkordRetention -KeepLast 1 | Out-Null
        (Get-RekkordSnapshot docs).KeyId | Sort-Object | Should -Be @('', (Get-RekkordSnapshot docs -Latest 1).KeyId)
    }

    It 'fits its table into 80 columns, and its objects go to JSON and to files' {
        $plan = Invoke-RekkordRetention -KeepLast 1 -KeepDaily 7 -KeepMonthly 12 -WhatIf
        $table = Get-PlainText $plan
        $table | Should -Not -Match '(?m)^.{81}'
        $table | Should -Match 'daily 1 of 7'
        Assert-RoundTrip $plan[0] -Property Id, Action, Channel
    }

    It 'keeps a snapshot whose time the storage contradicts, until it is told to believe it' {
        $path = Join-Path $sandbox.Repository snapshots (Get-ChildItem (Join-Path $sandbox.Repository snapshots) | Select-Object -First 1).Name
        (Get-Item $path).LastWriteTime = (Get-Date).AddDays(-2)
        $plan = Invoke-RekkordRetention -KeepLast 1 -WarningVariable warnings -WarningAction Ignore
        $warnings | Should -Match 'count for nothing'
        @($plan | Where-Object { $_.Reasons -match 'time in doubt' }) | Should -HaveCount 1
        Invoke-RekkordRetention -KeepLast 1 -TrustTime | Where-Object Action -eq Keep | Should -HaveCount 1
    }
}
