BeforeAll {
    . $PSScriptRoot/common.ps1

    # What an error has as its ID, without the name of the command.
    function Get-ErrorId([scriptblock] $Script) {
        try { $null = & $Script } catch { $_.FullyQualifiedErrorId.Split(',')[0] }
    }
}

Describe 'The drive' {
    BeforeAll {
        $sandbox = New-Sandbox
        $source = $sandbox.Source
        $null = New-Item -ItemType Directory (Join-Path $source sub/deep)
        [IO.File]::WriteAllLines((Join-Path $source lines.txt), [string[]](1..1000))
        [IO.File]::WriteAllText((Join-Path $source sub/a.log), 'log')
        [IO.File]::WriteAllText((Join-Path $source sub/deep/b.txt), 'deep')
        $null = Invoke-RekkordSave laptop $source
        Set-Content (Join-Path $source file.txt) 'changed'
        $null = Invoke-RekkordSave laptop $source
        $null = Invoke-RekkordSave web/prod (Join-Path $source sub)
        $old, $new = Get-RekkordSnapshot laptop
        $null = New-PSDrive Backup Rekkord '' -ConfigPath $sandbox.Config -Scope Global
        $latest = "Backup:/laptop/latest$source"
    }
    AfterAll {
        Remove-PSDrive Backup
        Remove-Sandbox $sandbox
    }

    Context 'paths' {
        It 'lead to channels, snapshots and what is in them' {
            (Get-ChildItem Backup:).Name | Should -Be laptop, web/prod
            (Get-ChildItem Backup:/laptop).Id | Should -Be $old.Id, $new.Id, $new.Id
            (Get-ChildItem Backup:/laptop).PSChildName[2] | Should -Be latest
            (Get-ChildItem $latest).Name | Should -Be file.txt, lines.txt, sub
            (Get-ChildItem $latest/sub/a.log).Name | Should -Be a.log
        }

        It 'name a snapshot by latest, by its time, its ID or the beginning of one' {
            $time = $old.Time.UtcDateTime.ToString('yyyy-MM-ddTHH-mm-ss.fffZ', [cultureinfo]::InvariantCulture)
            (Get-Item Backup:/laptop/latest).Id | Should -Be $new.Id
            (Get-Item Backup:/laptop/$time).Id | Should -Be $old.Id
            (Get-Item "Backup:/laptop/$($old.Id)").Id | Should -Be $old.Id
            (Get-Item "Backup:/laptop/$($old.Id.Substring(0, 8))").Id | Should -Be $old.Id
            Get-Content "Backup:/laptop/$time$source/file.txt" | Should -Be content
        }

        It 'show a snapshot that was made since' {
            Test-Path Backup:/later | Should -BeFalse
            $null = Invoke-RekkordSave later $source
            Get-Content "Backup:/later/latest$source/file.txt" | Should -Be changed
            $null = Get-RekkordSnapshot later | Remove-RekkordSnapshot -Force
            Test-Path Backup:/later | Should -BeFalse
        }

        It 'are tested, resolved and walked' {
            Test-Path $latest/file.txt, $latest/none, Backup:/none, Backup:/laptop/none | Should -Be $true, $false, $false, $false
            Test-Path $latest/sub -PathType Container | Should -BeTrue
            Test-Path $latest/file.txt -PathType Leaf | Should -BeTrue
            (Resolve-Path "Backup:/lap*/latest$source/f*").Path | Should -Be $latest/file.txt
            Push-Location $latest/sub
            try {
                (Get-Location).Path | Should -Be $latest/sub
                Get-Content ./a.log | Should -Be log
                (Get-ChildItem deep).Name | Should -Be b.txt
                Set-Location ..
                (Get-Location).Path | Should -Be $latest
                Get-Content file.txt | Should -Be changed
                Resolve-Path -Relative sub | Should -Be ./sub
                Set-Location Backup:/
                (Get-ChildItem).Name | Should -Contain laptop
            } finally {
                # A drive keeps its location, which is what its bare name means.
                Set-Location Backup:/
                Pop-Location
            }
        }

        It 'take wildcards' {
            (Get-ChildItem $latest/*.txt).Name | Should -Be file.txt, lines.txt
            Get-Content "Backup:/laptop/20*$source/file.txt" | Should -Be content, changed
            Get-Content "Backup:/*/latest$source/sub/a.log" | Should -Be log, log
        }

        It 'are errors where there is nothing' {
            Get-ErrorId { Get-Item $latest/none } | Should -Be PathNotFound
            Get-ErrorId { Get-ChildItem Backup:/none } | Should -Be PathNotFound
            Get-ErrorId { Get-Content $latest/none } | Should -Be PathNotFound
            Get-ErrorId { Set-Location $latest/none } | Should -Be PathNotFound
        }

        It 'that lead to a damaged directory say so' {
            $packs = Get-ChildItem (Join-Path $sandbox.Repository packs) -Recurse -File
            $null = New-PSDrive Damaged Rekkord '' -ConfigPath $sandbox.Config
            $null = Get-ChildItem Damaged:/laptop/latest
            $sound = Join-Path $sandbox.Base sound
            $null = New-Item -ItemType Directory $sound
            foreach ($pack in $packs) {
                Copy-Item $pack.FullName $sound
                [IO.File]::SetAttributes($pack.FullName, 'Normal')
                [IO.File]::WriteAllBytes($pack.FullName, [byte[]]::new($pack.Length))
            }
            try { Get-ErrorId { Get-ChildItem "Damaged:/laptop/latest$source" } | Should -Be ObjectDamaged }
            finally { foreach ($pack in $packs) { Copy-Item (Join-Path $sound $pack.Name) $pack.FullName -Force } }
        }

        It 'that lead to what cannot be read say why, and not that there is nothing' {
            $key = New-RekkordKey WriteOnly (Join-Path $sandbox.Base lost.key) $sandbox.KeyFile
            $null = Invoke-RekkordSave revoked $source -KeyFile (Join-Path $sandbox.Base lost.key)
            $null = Revoke-RekkordKey $key.Id -DistrustExisting -Confirm:$false -WarningAction Ignore
            (Get-ChildItem Backup:/revoked -ErrorAction Ignore).Status | Should -Be Revoked
            Get-ErrorId { Get-ChildItem Backup:/revoked/latest } | Should -Be SnapshotNotFound
            Get-ErrorId { Get-Content "Backup:/revoked/latest$source/file.txt" } | Should -Be SnapshotNotFound
            $null = Get-RekkordSnapshot revoked | Remove-RekkordSnapshot -Force
        }

        It 'are completed by Tab' {
            function Complete($Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText }
            Complete 'Get-ChildItem Backup:/la' | Should -Be Backup:/laptop
            Complete 'Get-ChildItem Backup:/laptop/la' | Should -Be Backup:/laptop/latest
            Complete 'Get-ChildItem Backup:/laptop/2' | Should -HaveCount 2
            Complete "Get-Content $latest/l" | Should -Be $latest/lines.txt
            Complete "Copy-Item $latest/l" | Should -Be $latest/lines.txt
        }

        It 'do not keep Tab from completing what commands take' {
            # A drive of its own: a drive keeps its location, which is what its bare name means.
            $null = New-PSDrive Typing Rekkord '' -ConfigPath $sandbox.Config
            $relative = [IO.Path]::GetRelativePath((Get-Location -PSProvider FileSystem).ProviderPath, $sandbox.Config)
            Push-Location "Typing:/laptop/latest$source"
            try {
                foreach ($config in $sandbox.Config, $relative) {
                    (TabExpansion2 "Get-RekkordItem -ConfigPath '$config' lap").CompletionMatches.CompletionText | Should -Be laptop
                }
            } finally {
                Pop-Location
                Remove-PSDrive Typing
            }
        }
    }

    Context 'Get-ChildItem' {
        It 'takes -Recurse, -Depth, -Filter, -Include, -Exclude, -Name, -File and -Directory' {
            (Get-ChildItem $latest -Recurse).Name | Should -Be file.txt, lines.txt, sub, a.log, deep, b.txt
            (Get-ChildItem $latest -Depth 1).Name | Should -Be file.txt, lines.txt, sub, a.log, deep
            (Get-ChildItem $latest -Depth 0).Name | Should -Be file.txt, lines.txt, sub
            (Get-ChildItem $latest -Recurse -Filter *.txt).Name | Should -Be file.txt, lines.txt, b.txt
            (Get-ChildItem $latest -Recurse -Include *.log, b*).Name | Should -Be a.log, b.txt
            (Get-ChildItem $latest -Recurse -Exclude *.txt).Name | Should -Be sub, a.log, deep
            Get-ChildItem $latest -Name | Should -Be file.txt, lines.txt, sub
            Get-ChildItem $latest -Recurse -Name | Should -Be file.txt, lines.txt, sub, sub/a.log, sub/deep, sub/deep/b.txt
            (Get-ChildItem $latest -Recurse -File).Name | Should -Be file.txt, lines.txt, a.log, b.txt
            (Get-ChildItem $latest -Recurse -Directory).Name | Should -Be sub, deep
        }

        It 'ends when enough was taken, within another listing too' {
            (Get-ChildItem Backup: -Recurse | Select-Object -First 2) | Should -HaveCount 2
            (Get-ChildItem $latest | ForEach-Object { Get-ChildItem $latest -Recurse | Select-Object -First 1 }).Name | Should -Be file.txt, file.txt, file.txt
        }

        It 'reads what it lists and no more' {
            # The page of a directory that is not looked at may be gone.
            $packs = Get-ChildItem (Join-Path $sandbox.Repository packs) -Recurse -File
            $moved = Join-Path $sandbox.Base moved
            $null = New-PSDrive Lazy Rekkord '' -ConfigPath $sandbox.Config
            (Get-ChildItem Lazy:/laptop) | Should -HaveCount 3
            $null = New-Item -ItemType Directory $moved
            $packs | Move-Item -Destination $moved
            try {
                (Get-ChildItem Lazy:/laptop) | Should -HaveCount 3
                (Get-Item Lazy:/laptop/latest).Id | Should -Be $new.Id
                Get-ErrorId { Get-ChildItem "Lazy:/laptop/latest$source" -ErrorAction Stop } | Should -Not -BeNullOrEmpty
            } finally {
                $packs | ForEach-Object { Move-Item (Join-Path $moved $_.Name) $_.FullName }
            }
            Remove-PSDrive Lazy
        }

        It 'gives items with the properties of a drive, and no Path that would be taken for a file' {
            $item = Get-Item $latest/file.txt
            $item | Should -BeOfType Rekkord.Cmdlets.Models.RekkordDriveItem
            $item.PSPath | Should -Be "Rekkord\Rekkord::$latest/file.txt"
            $item.PSParentPath | Should -Be "Rekkord\Rekkord::$latest"
            $item.PSDrive.Name | Should -Be Backup
            $item.PSIsContainer | Should -BeFalse
            $item.SavedPath | Should -Be $source/file.txt
            $item.PSObject.Properties.Name | Should -Not -Contain Path
            "$item" | Should -Be $latest/file.txt
            (Get-ChildItem $item.PSPath).Name | Should -Be file.txt
            Get-ChildItem $latest -File | Get-Content -TotalCount 1 | Should -Be changed, 1
            Get-Content (Get-ChildItem $latest)[0] | Should -Be changed
        }

        It 'has tables for 80 columns that say where and what' {
            function Format-Drive { $input | Out-String -Width 80 | ForEach-Object { $_ -replace '\e\[[\d;]*m' } }
            $channels = Get-ChildItem Backup: | Format-Drive
            $channels | Should -Match 'Directory: Backup:'
            $channels | Should -Match '(?m)^Status +Newest +Snapshots Name'
            $channels | Should -Match '(?m)^Whole +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +1 web%2Fprod'
            $snapshots = Get-ChildItem Backup:/laptop | Format-Drive
            $snapshots | Should -Match 'Directory: Backup:/laptop'
            $snapshots | Should -Match '(?m)^Whole .* 20\d\d-\d\d-\d\dT\d\d-\d\d-\d\d\.\d\d\dZ$'
            $snapshots | Should -Match '(?m)^Whole .* latest$'
            $items = Get-ChildItem $latest -Recurse | Format-Drive
            # A long path goes on in the next line.
            $joined = $items -replace '\r?\n'
            $joined | Should -Match ([regex]::Escape("Directory: $latest") + 'Status')
            $joined | Should -Match ([regex]::Escape("Directory: $latest/sub") + 'Status')
            $items | Should -Match '(?m)8 file\.txt$'
            ($channels + $snapshots).Split("`n").TrimEnd().Where{ $_.Length -gt 80 } | Should -BeNullOrEmpty
        }
    }

    Context 'Get-Content' {
        It 'gives lines, one text, or bytes' {
            Get-Content $latest/lines.txt | Should -Be (1..1000)
            Get-Content $latest/lines.txt -TotalCount 3 | Should -Be 1, 2, 3
            (Get-Content $latest/lines.txt -ReadCount 0) | Should -HaveCount 1000
            Get-Content $latest/lines.txt -Raw | Should -BeExactly ([IO.File]::ReadAllText("$source/lines.txt"))
            Get-Content $latest/sub/a.log -AsByteStream | Should -Be ([byte[]][char[]]'log')
            $bytes = Get-Content $latest/lines.txt -AsByteStream -Raw
            , $bytes | Should -BeOfType byte[]
            Compare-Object $bytes ([IO.File]::ReadAllBytes("$source/lines.txt")) -SyncWindow 0 | Should -BeNullOrEmpty
        }

        It 'reads other encodings, and marks that say which' {
            [IO.File]::WriteAllText("$source/utf16", 'häuser', [Text.UnicodeEncoding]::new($false, $false))
            [IO.File]::WriteAllText("$source/marked", 'häuser', [Text.Encoding]::Unicode)
            [IO.File]::WriteAllText("$source/latin", 'häuser', [Text.Encoding]::Latin1)
            $null = Invoke-RekkordSave text $source
            $text = "Backup:/text/latest$source"
            Get-Content $text/utf16 -Encoding unicode | Should -BeExactly häuser
            Get-Content $text/marked | Should -BeExactly häuser
            Get-Content $text/latin -Encoding latin1 | Should -BeExactly häuser
            Remove-Item "$source/utf16", "$source/marked", "$source/latin"
            $null = Get-RekkordSnapshot text | Remove-RekkordSnapshot -Force
        }

        It 'reads the beginning of a large file without the rest' {
            $large = Join-Path $sandbox.Base large
            $null = New-Item -ItemType Directory $large
            $stream = [IO.File]::Create("$large/file")
            $random = [Random]::new(5)
            $buffer = [byte[]]::new(1MB)
            foreach ($i in 1..64) { $random.NextBytes($buffer); $stream.Write($buffer) }
            $stream.Dispose()
            $null = Invoke-RekkordSave large $large
            $before = [GC]::GetAllocatedBytesForCurrentThread()
            $first = Get-Content "Backup:/large/latest$large/file" -AsByteStream -TotalCount 100
            [GC]::GetAllocatedBytesForCurrentThread() - $before | Should -BeLessThan 40MB
            $first | Should -HaveCount 100
            (Get-FileHash -InputStream ([IO.MemoryStream]::new((Get-Content "Backup:/large/latest$large/file" -AsByteStream -Raw)))).Hash |
                Should -Be (Get-FileHash "$large/file").Hash
            $null = Get-RekkordSnapshot large | Remove-RekkordSnapshot -Force
        }

        It 'takes -Raw and -AsByteStream also where the path comes through the pipeline, and refuses what it does not have' {
            (Get-Item $latest/lines.txt | Get-Content -Raw) | Should -HaveCount 1
            (Get-Item $latest/sub/a.log | Get-Content -AsByteStream) | Should -HaveCount 3
            Get-ErrorId { Get-Item $latest/lines.txt | Get-Content -Delimiter 5 } | Should -Be ParameterUnsupported
            Get-ErrorId { Get-Item $latest/lines.txt | Get-Content -Wait } | Should -Be ParameterUnsupported
            (Get-Item $latest | Get-ChildItem -File).Name | Should -Be file.txt, lines.txt
            Get-ErrorId { Get-Item $latest | Get-ChildItem -Hidden } | Should -Be ParameterUnsupported
        }

        It 'refuses what has no content' {
            Get-ErrorId { Get-Content $latest/sub } | Should -Be ContentNotReadable
            Get-ErrorId { Get-Content Backup:/laptop } | Should -Be ContentNotReadable
            { Get-Content $latest/file.txt -Tail 1 -ErrorAction Stop } | Should -Throw '*Tail*'
        }

        It 'does not follow links' -Skip:$IsWindows {
            $null = New-Item -ItemType SymbolicLink "$source/link" -Target file.txt
            $null = Invoke-RekkordSave links $source
            { Get-Content "Backup:/links/latest$source/link" } | Should -Throw "*symbolic link to 'file.txt'*" -ErrorId 'ContentNotReadable,*'
            Remove-Item "$source/link"
            $null = Get-RekkordSnapshot links | Remove-RekkordSnapshot -Force
        }
    }

    Context 'copying out' {
        BeforeEach { $target = Join-Path $sandbox.Base "$([guid]::NewGuid())" }

        It 'is done by Restore-RekkordSnapshot: a file' {
            $result = Get-Item $latest/file.txt | Restore-RekkordSnapshot -Destination $target
            $result.Files | Should -Be 1
            Get-Content "$target$source/file.txt" | Should -Be changed
        }

        It 'is done by Restore-RekkordSnapshot: a directory with all that is in it' {
            $null = Get-Item $latest/sub | Restore-RekkordSnapshot -Destination $target
            Get-Content "$target$source/sub/deep/b.txt" | Should -Be deep
            Test-Path "$target$source/file.txt" | Should -BeFalse
        }

        It 'is done by Restore-RekkordSnapshot: what a filter finds' {
            $null = Get-ChildItem $latest -Recurse -Filter *.txt | Restore-RekkordSnapshot -Destination $target
            (Get-ChildItem $target -Recurse -File).Name | Sort-Object | Should -Be b.txt, file.txt, lines.txt
        }

        It 'is done by Restore-RekkordSnapshot: a snapshot, and a directory that only leads to what was saved' {
            $null = Get-Item Backup:/laptop/latest | Restore-RekkordSnapshot -Destination $target
            Get-Content "$target$source/sub/a.log" | Should -Be log
            $parent = Split-Path $source
            $null = Get-Item "Backup:/laptop/latest$parent" | Restore-RekkordSnapshot -Destination "$target-parent"
            Get-Content "$target-parent$source/sub/a.log" | Should -Be log
        }

        It 'works for one file with Get-Content' {
            Get-Content $latest/lines.txt -AsByteStream -Raw | Set-Content $target -AsByteStream
            (Get-FileHash $target).Hash | Should -Be (Get-FileHash "$source/lines.txt").Hash
        }

        It 'is refused by Copy-Item, with the way to do it' {
            { Copy-Item $latest/file.txt $target } | Should -Throw '*Restore-RekkordSnapshot*' -ErrorId 'DriveReadOnly*'
            { Copy-Item $latest/sub $target -Recurse } | Should -Throw '*Restore-RekkordSnapshot*' -ErrorId 'DriveReadOnly*'
            { Get-Item $latest/file.txt | Copy-Item -Destination $target } | Should -Throw '*same provider*'
            Test-Path $target | Should -BeFalse
        }
    }

    Context 'writing' {
        It 'is refused: <_>' -ForEach @(
            'Remove-Item "$latest/file.txt"', 'Remove-Item Backup:/laptop', 'Remove-Item Backup:/laptop -Recurse -Force', 'Remove-Item Backup:/laptop -WhatIf'
            'Get-Item "$latest/file.txt" | Remove-Item', 'New-Item "$latest/new"', 'New-Item Backup:/new -ItemType Directory', 'Set-Content "$latest/file.txt" x'
            'Add-Content "$latest/file.txt" x', 'Clear-Content "$latest/file.txt"', 'Rename-Item "$latest/file.txt" other', 'Move-Item "$latest/file.txt" "$latest/other"'
            'Copy-Item "$latest/file.txt" "$latest/other"', 'Set-Item "$latest/file.txt" x', 'Clear-Item "$latest/file.txt"'
        ) {
            Get-ErrorId ([scriptblock]::Create($_)) | Should -Be DriveReadOnly
            Get-Content $latest/file.txt | Should -Be changed
        }
    }

    Context 'names' {
        It 'that cannot be typed are written byte by byte' -Skip:$IsWindows {
            $odd = Join-Path $sandbox.Base odd
            $null = New-Item -ItemType Directory $odd
            $names = [ordered]@{ '100%25' = '100%2525'; 'a:b' = 'a:b'; 'a[1].txt' = 'a[1].txt'; 'back\slash' = 'back%5Cslash'; "line`nend" = 'line%0Aend'; 'per%cent' = 'per%25cent'; 'plain %' = 'plain %' }
            foreach ($name in $names.Keys) { [IO.File]::WriteAllText("$odd/$name", $name) }
            # A byte that is not UTF-8: .NET cannot write such a name.
            printf raw | sh -c 'cat > "$1/$(printf "raw\377")"' sh $odd
            $null = Invoke-RekkordSave odd $odd
            $root = "Backup:/odd/latest$odd"
            (Get-ChildItem $root).PSChildName | Should -BeExactly (@($names.Values) + 'raw%FF')
            foreach ($name in $names.Keys) {
                Get-Content -LiteralPath "$root/$($names[$name])" -Raw | Should -BeExactly $name
                (Get-Item -LiteralPath "$root/$($names[$name])").SavedPath | Should -BeExactly "$odd/$($name.Replace("`n", '\x0a'))"
            }
            Get-Content -LiteralPath $root/raw%FF -Raw | Should -BeExactly raw
            (Get-ChildItem $root | Get-Content -Raw) | Should -HaveCount 8
            (Get-ChildItem $root -Name) | Should -HaveCount 8
            $null = Get-ChildItem $root | Restore-RekkordSnapshot -Destination (Join-Path $sandbox.Base odd-restored)
            (sh -c 'ls "$1" | wc -l' sh "$($sandbox.Base)/odd-restored$odd").Trim() | Should -Be 9
            $null = Get-RekkordSnapshot odd | Remove-RekkordSnapshot -Force
            rm -r $odd "$($sandbox.Base)/odd-restored"
        }

        It 'of channels may have separators' {
            (Get-Item Backup:/web%2Fprod).Name | Should -Be web/prod
            Get-Content "Backup:/web%2Fprod/latest$source/sub/a.log" | Should -Be log
        }
    }

    Context 'New-PSDrive' {
        It 'takes a part of the repository as its root' {
            $null = New-PSDrive Part Rekkord "laptop/latest$source" -ConfigPath $sandbox.Config
            (Get-ChildItem Part:/).Name | Should -Be file.txt, lines.txt, sub
            Get-Content Part:/sub/a.log | Should -Be log
            Get-Content -LiteralPath (Get-Item Part:/sub/a.log).PSPath | Should -Be log
            Get-ErrorId { New-PSDrive Wrong Rekkord laptop/none -ConfigPath $sandbox.Config } | Should -Be ItemNotFound
        }

        It 'takes a repository and a keyfile, also one with a passphrase and relative paths' {
            $passphrase = ConvertTo-SecureString secret -AsPlainText -Force
            $null = New-RekkordKey ReadWrite (Join-Path $sandbox.Base read.key) $sandbox.KeyFile -Passphrase $passphrase
            Push-Location $sandbox.Base
            try { $drive = New-PSDrive Keyed Rekkord '' -Repository ./repository -KeyFile read.key -Passphrase $passphrase } finally { Pop-Location }
            $drive.Repository | Should -Be $sandbox.Repository
            $drive.DisplayRoot | Should -Be $sandbox.Repository
            (Get-ChildItem Keyed:).Name | Should -Contain laptop
        }

        It 'gives objects that lead Restore-RekkordSnapshot and others to its repository, without a secret' {
            $target = Join-Path $sandbox.Base placed
            $passphrase = ConvertTo-SecureString 'never told' -AsPlainText -Force
            $null = New-RekkordKey ReadWrite (Join-Path $sandbox.Base placed.key) $sandbox.KeyFile -Passphrase $passphrase
            $null = New-PSDrive Placed Rekkord '' -Repository $sandbox.Repository -KeyFile (Join-Path $sandbox.Base placed.key) -Passphrase $passphrase
            $null = New-PSDrive ByFile Rekkord '' -ConfigPath $sandbox.Config
            $PSDefaultParameterValues.Remove('*-Rekkord*:ConfigPath')
            try {
                $null = Get-ChildItem "Placed:/laptop/latest$source" | Restore-RekkordSnapshot -Destination "$target" -Passphrase $passphrase
                Get-Content "$target$source/sub/a.log" | Should -Be log
                $null = Get-Item Placed:/laptop/latest | Restore-RekkordSnapshot -Destination "$target-snapshot" -Passphrase $passphrase
                Get-Content "$target-snapshot$source/sub/a.log" | Should -Be log
                (Get-Item "ByFile:/laptop/latest$source/sub" | Get-RekkordItem).Name | Should -Contain a.log
                Get-Item "ByFile:/laptop/latest$source" | Compare-RekkordSnapshot laptop -ConfigPath $sandbox.Config | Should -BeNullOrEmpty

                # What a file gives back leads there as well, and no passphrase is in it.
                $file = [Management.Automation.PSSerializer]::Serialize((Get-Item "Placed:/laptop/latest$source/file.txt"))
                $file | Should -Not -Match 'never told|SecureString'
                $null = [Management.Automation.PSSerializer]::Deserialize($file) | Restore-RekkordSnapshot -Destination "$target-file" -Passphrase $passphrase
                Test-Path "$target-file$source/file.txt" | Should -BeTrue
            } finally {
                $PSDefaultParameterValues['*-Rekkord*:ConfigPath'] = $sandbox.Config
                Remove-PSDrive Placed, ByFile
            }
        }

        It 'has the errors of the cmdlets' {
            $null = New-RekkordKey WriteOnly (Join-Path $sandbox.Base write.key) $sandbox.KeyFile
            Get-ErrorId { New-PSDrive X Rekkord '' -ConfigPath $sandbox.Config -KeyFile (Join-Path $sandbox.Base write.key) } | Should -Be KeyRoleInsufficient
            Get-ErrorId { New-PSDrive X Rekkord '' -ConfigPath $sandbox.Config -Repository (Join-Path $sandbox.Base none) } | Should -Be RepositoryNotFound
            Get-ErrorId { New-PSDrive X Rekkord '' -ConfigPath (Join-Path $sandbox.Base none.toml) } | Should -Be ConfigFileNotFound
            Get-PSDrive X -ErrorAction Ignore | Should -BeNullOrEmpty
        }

        It 'makes several drives, whose items know theirs' {
            $null = New-PSDrive One Rekkord laptop -ConfigPath $sandbox.Config
            $null = New-PSDrive Two Rekkord web%2Fprod -ConfigPath $sandbox.Config
            Get-ChildItem "One:/latest$source/sub/a.log", "Two:/latest$source/sub/a.log" | Get-Content | Should -Be log, log
            Get-ErrorId { Get-Item Rekkord::laptop/latest } | Should -Be DriveNotFound
            (Get-Item "Rekkord::One:/latest").Id | Should -Be $new.Id
        }

        It 'opens what Remove-PSDrive closes' {
            $null = New-PSDrive Gone Rekkord '' -ConfigPath $sandbox.Config
            Get-ErrorId { Get-ChildItem Gone:/laptop | ForEach-Object { Remove-PSDrive Gone -ErrorAction Ignore } } | Should -Be DriveRemoved
            Test-Path Gone:/ | Should -BeFalse
        }
    }

    Context 'ending' {
        BeforeAll {
            # A session of its own, which can be stopped and closed.
            function New-Session {
                $shell = [powershell]::Create()
                $null = $shell.AddScript("Import-Module '$manifest'; New-PSDrive Mine Rekkord '' -ConfigPath '$($sandbox.Config)' -Scope Global")
                $shell
            }
            function Test-Closed($Drive) {
                $view = $Drive.GetType().GetField('_view', 'NonPublic, Instance').GetValue($Drive)
                $view.GetType().GetField('_isDisposed', 'NonPublic, Instance').GetValue($view)
            }
        }

        It 'of a listing leaves the drive as it was: <_>' -ForEach 'Get-ChildItem Mine:/laptop/latest -Recurse', 'Get-ChildItem Mine: -Recurse -Include *.txt', 'Get-Content Mine:/laptop/*$source/lines.txt' {
            $shell = New-Session
            $null = $shell.Invoke()
            $started = [Threading.ManualResetEventSlim]::new()
            # Waiting for an event that never comes ends only when the pipeline is stopped.
            $shell.Commands.Clear()
            $null = $shell.AddScript("param(`$source, `$started) $_ | ForEach-Object { `$started.Set(); Wait-Event never }").AddArgument($source).AddArgument($started)
            $running = $shell.BeginInvoke()
            $started.Wait()
            $shell.Stop()
            { $shell.EndInvoke($running) } | Should -Throw '*stopped*'
            $shell.Commands.Clear()
            $null = $shell.AddScript("Get-Content 'Mine:/laptop/latest$source/file.txt'")
            $shell.Invoke() | Should -Be changed
            $shell.Runspace.Dispose()
        }

        It 'of the drive, the module or the session closes the repository: <_>' -ForEach 'Remove-PSDrive Mine', 'Remove-Module Rekkord', '' {
            $shell = New-Session
            $drive = $shell.Invoke()[0]
            Test-Closed $drive | Should -BeFalse
            $shell.Commands.Clear()
            if ($_) { $null = $shell.AddScript($_).Invoke() } else { $shell.Runspace.Dispose() }
            Test-Closed $drive | Should -BeTrue
        }
    }
}
