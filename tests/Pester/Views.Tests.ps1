BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'The tables' {
    BeforeAll {
        $sandbox = New-Sandbox
        Set-Hook $sandbox PreSave 10-a-hook-with-quite-a-long-name-for-a-table.ps1 '"dumped"'
        Set-Hook $sandbox PreScan 10-hook.ps1 '"looked"'
        $channel = 'a-channel-with-a-name-that-no-column-has-room-for'
        Set-Content (Join-Path $sandbox.Source "$('long' * 30).txt") ('content' * 1000)
        $save = Invoke-RekkordSave $channel $sandbox.Source -WarningAction Ignore
        Set-Content (Join-Path $sandbox.Source file.txt) 'other content'
        $key = New-RekkordKey WriteOnly (Join-Path $sandbox.Base write.key) $sandbox.KeyFile
        $null = Invoke-RekkordSave later $sandbox.Source -KeyFile (Join-Path $sandbox.Base write.key) -WarningAction Ignore
        # The keyfile is left out, so that the save is partial.
        $null = Invoke-RekkordSave partial $sandbox.Source, $sandbox.KeyFile -WarningAction Ignore -ErrorAction SilentlyContinue
        $scan = Invoke-RekkordScan
        $quick = Invoke-RekkordScan -MaxAge 7d
        $restore = Restore-RekkordSnapshot later $sandbox.Destination
        # Cut by a time limit, as it comes from a job: in a small repository no limit ends a scan.
        $cut = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($scan[-1], 3))
        $cut.Status, $cut.OutOfTime, $cut.Packs, $cut.SkippedPacks = 'Incomplete', $true, 1, 3
        $null = New-Item -ItemType Directory (Join-Path $sandbox.Base in-the-way "$($sandbox.Source)/file.txt/directory")
        $partialRestore = Restore-RekkordSnapshot later (Join-Path $sandbox.Base in-the-way) -Force -ErrorAction SilentlyContinue
        $revocation = Revoke-RekkordKey $key.Id -DistrustExisting -Confirm:$false -WarningAction Ignore
        Initialize-RekkordRepository (Join-Path $sandbox.Base there) (Join-Path $sandbox.Base there.key) -WarningAction Ignore | Out-Null
        $copy = Copy-RekkordSnapshot $channel (Join-Path $sandbox.Base there) (Join-Path $sandbox.Base there.key) -WarningAction Ignore
        $objects = [ordered]@{
            RekkordHookResult        = $save[0]
            RekkordHookRecord        = (Get-RekkordSnapshot later).Hooks[0]
            RekkordSaveResult        = $save[1]
            RekkordScanResult        = $scan[-1]
            NothingDueScanResult     = $quick[-1]
            IncompleteScanResult     = $cut
            RekkordRestoreResult     = $restore
            PartialRestoreResult     = $partialRestore
            RekkordCopyResult        = $copy
            RekkordSnapshot          = Get-RekkordSnapshot
            RekkordItem              = Get-RekkordItem $channel -LiteralPath $sandbox.Source
            RekkordItemVersion       = Find-RekkordItem file*
            RekkordDifference        = Compare-RekkordSnapshot $channel partial
            RekkordRetentionDecision = Invoke-RekkordRetention -KeepLast 1 -WhatIf
            RekkordHook              = Get-RekkordHook
            RekkordRepository        = Get-RekkordRepository
            RekkordKey               = $key
            RekkordRevocation        = $revocation
            RekkordConfigValue       = (Get-RekkordConfig).Values
            RekkordConfig            = Get-RekkordConfig
        }
        $wrapping = 'RekkordRetentionDecision', 'RekkordDifference', 'RekkordItemVersion', 'RekkordHook', 'RekkordRepository', 'RekkordKey', 'RekkordConfigValue', 'RekkordConfig'
        $rendering = $PSStyle.OutputRendering

        function Format-Plain($Objects, $Width, [switch] $Table) {
            $PSStyle.OutputRendering = 'PlainText'
            try { ($Table ? ($Objects | Format-Table) : $Objects) | Out-String -Width $Width } finally { $PSStyle.OutputRendering = $rendering }
        }

        function Format-Coloured($Objects) {
            $PSStyle.OutputRendering = 'Ansi'
            try { $Objects | Out-String -Width 80 } finally { $PSStyle.OutputRendering = $rendering }
        }

        function Copy-Object($Objects) {
            [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($Objects))
        }
    }
    AfterAll { Remove-Sandbox $sandbox }

    It 'break long texts between words' {
        $text = 'It is the master keyfile, which can do everything. /a/path/that/has/no/end/at/all/and/no/blank'
        $lines = [Rekkord.Cmdlets.Models.TableCells]::Words($text, 20) -split "`n"
        $lines[0..2] | Should -Be 'It is the master', 'keyfile, which can', 'do everything.'
        $lines -join ' ' | Should -Be $text
        $check = Test-RekkordConfig | Where-Object Check -EQ KeyFile
        $shown = (Format-Plain $check 80).Trim() -split '\r?\n' | Select-Object -Skip 2 | ForEach-Object { $_.Trim() }
        ($shown -join ' ') -replace '\s+', ' ' | Should -BeLike "*$($check.Message)*"
    }

    It 'fit into <_> columns, and no row of one wraps' -ForEach 80, 120 {
        foreach ($name in $objects.Keys) {
            foreach ($table in $true, $false) {
                $text = Format-Plain $objects[$name] $_ -Table:$table
                $text | Should -Not -Match "(?m)^.{$($_ + 1)}" -Because $name
                # One line for each object, beside headings and what says of itself that it wraps: reasons and paths.
                if ($name -in $wrapping) { continue }
                $rows = $text.Split("`n").TrimEnd().Where({ $_ -match '^(Status|Change|Action|Runs|Role|Revoked|Section) ' }, 'SkipUntil').Where{ $_ }
                $rows | Should -HaveCount (2 + @($objects[$name]).Count) -Because "$name is shown so:`n$text"
            }
        }
    }

    It 'have whole headings at <_> columns, too' -ForEach 100, 110, 132 {
        foreach ($name in $objects.Keys -ne 'RekkordConfig') {
            $text = Format-Plain $objects[$name] $_ -Table
            $lines = $text.Split("`n").TrimEnd()
            $rule = $lines.IndexOf($lines.Where({ $_ -match '^-+( +-+)*$' }, 'First')[0])
            $rule | Should -BeGreaterThan 1
            $lines[$rule - 2] | Should -BeNullOrEmpty -Because "$name is shown so:`n$text"
        }
    }

    It 'have the status first, and the same first columns at 80 and 120' {
        foreach ($name in $objects.Keys -ne 'RekkordConfig') {
            $headings = 80, 120 | ForEach-Object { (Format-Plain $objects[$name] $_ -Table).Split("`n").Trim().Where({ $_ -match '^\w+ ' -and $_ -notmatch '^(Directory|Judged together):' }, 'First') }
            $headings[0] | Should -Match '^(Status|Change|Action|Runs|Role|Revoked key|Section)\b' -Because $name
            (-split $headings[1])[0..2] | Should -Be (-split $headings[0])[0..2] -Because $name
        }
    }

    It 'show in 80 columns what is partial, revoked or removed' {
        $text = Format-Plain $objects.RekkordSnapshot 80
        $text | Should -Match '(?m)^Whole +[0-9a-f]{12} a-channel-with-a-n… \d{4}-'
        $text | Should -Match '(?m)^Revoked +[0-9a-f]{12} later '
        $text | Should -Match '(?m)^Partial +[0-9a-f]{12} partial '
        Format-Plain $objects.RekkordSnapshot 120 | Should -Match 'Files +Errors +Paths'
    }

    It 'show the same for objects that come from a job or a file' {
        foreach ($name in $objects.Keys) {
            Format-Plain (Copy-Object $objects[$name]) 80 -Table | Should -Be (Format-Plain $objects[$name] 80 -Table) -Because $name
            Format-Plain (Copy-Object $objects[$name]) 80 | Should -Be (Format-Plain $objects[$name] 80) -Because $name
            Format-Coloured (Copy-Object $objects[$name]) | Should -Be (Format-Coloured $objects[$name]) -Because $name
        }
    }

    It 'show the same in a job' {
        $job = Start-Job { Import-Module $using:manifest; Get-RekkordSnapshot -ConfigPath $using:sandbox.Config }
        Format-Plain ($job | Receive-Job -Wait -AutoRemoveJob) 80 | Should -Be (Format-Plain (Get-RekkordSnapshot) 80)
    }

    It 'are green only where nothing is to be looked at' {
        $green = [regex]::Escape($PSStyle.Foreground.Green)
        Format-Coloured $scan[-1] | Should -Match "${green}Succeeded"
        Format-Coloured $quick[-1] | Should -Not -Match $green
        Format-Coloured $cut | Should -Not -Match $green
        Format-Coloured $partialRestore | Should -Not -Match $green
        Format-Coloured (Get-RekkordSnapshot partial) | Should -Not -Match $green
        Format-Coloured (Get-RekkordSnapshot $channel) | Should -Match "${green}Whole"
        Format-Coloured $objects.RekkordRepository | Should -Match "${green}Ready"
    }

    It 'are not needed where an object is a part of a text' {
        "$($save[1])" | Should -Be "Succeeded $($save[1].Id.Substring(0, 12)) of $channel"
        "$($scan[-1])" | Should -Be "Succeeded $($sandbox.Repository)"
        "$restore" | Should -Be "Succeeded $($restore.Snapshot.Substring(0, 12)) to $($sandbox.Destination)"
        "$copy" | Should -Be "Copied $($copy.SourceId.Substring(0, 12)) as $($copy.Id.Substring(0, 12))"
        "$(Invoke-RekkordPrune -WhatIf)" | Should -Be "Deleted 0, condemned 0, merged 0 packs of $($sandbox.Repository) (planned)"
    }

    It 'say in words what no status says' {
        $quick[-1].Status | Should -Be Succeeded
        foreach ($table in $true, $false) {
            Format-Plain $quick[-1] 80 -Table:$table | Should -Match '(?m)^Succeeded +0 .+ none due +\d'
            Format-Plain $cut 80 -Table:$table | Should -Match '(?m)^Incomplete +0 +\d+ +1 +3 '
            Format-Plain $partialRestore 80 -Table:$table | Should -Match '(?m)^Partial +1 '
        }
    }

    It 'show whole paths, in lines that end between names' {
        foreach ($shown in @(, ($objects.RekkordRepository, $sandbox.Repository)), (, ((Get-RekkordKey), $sandbox.KeyFile))) {
            $text = Format-Plain $shown[0][0] 80
            $text | Should -Not -Match '…'
            $lines = $text.Trim() -split '\r?\n' | Select-Object -Skip 2 | ForEach-Object { (-split $_)[-1] }
            $lines -join '' | Should -Be $shown[0][1]
            $lines[0] | Should -Match '[/\\]$'
            # Where PowerShell broke a line that was full, the next one would be a rest.
            $lines | Select-Object -Skip 1 | Should -Not -Match '^[/\\]'
        }
    }

    It 'say what snapshots are judged with' {
        $null = Invoke-RekkordSave $channel $sandbox.Config
        $decisions = Invoke-RekkordRetention "channel:$channel" -KeepLast 1 -WhatIf
        $decisions.Action | Should -Be Keep, Keep
        $text = (Format-Plain $decisions 80) -replace '\s+'
        $text | Should -BeLike "*Judgedtogether:${channel}on*,$($sandbox.Config)*last1of1*Judgedtogether:${channel}on*,$($sandbox.Source)*last1of1*"
    }

    It 'show of a configuration what is set, and what sets it' {
        $env:REKKORD_KEY_FILE = $sandbox.KeyFile
        try { $text = (Format-Plain (Get-RekkordConfig) 80) -replace '\s+' } finally { $env:REKKORD_KEY_FILE = $null }
        $text | Should -BeLike "*ConfigFile:$($sandbox.Config)*KeyFile:$($sandbox.KeyFile)(*REKKORD_KEY_FILE)*Otherkeys:*PreSaveDirectory=*"
        $text | Should -Not -BeLike '*CompressionLevel*'
    }

    It 'have no number that is cut on its left: <Bytes>' -ForEach @(
        @{ Bytes = 0; Text = '0 B' }
        @{ Bytes = 1023; Text = '1023 B' }
        @{ Bytes = 1024 * 1023.96; Text = '1024 KiB' }
        @{ Bytes = 99.94 * 1MB; Text = '99.9 MiB' }
        @{ Bytes = 1023.9 * 1PB; Text = '1024 PiB' }
    ) {
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = 'en-US'
            [Rekkord.Cmdlets.Models.TableCells]::Size($Bytes) | Should -Be $Text
            $Text.Length | Should -BeLessOrEqual 8
        } finally {
            [cultureinfo]::CurrentCulture = $culture
        }
    }
}
