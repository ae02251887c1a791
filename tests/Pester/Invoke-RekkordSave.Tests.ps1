BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'What a save refuses and foresees' {
    BeforeAll { $sandbox = New-Sandbox }
    AfterAll { Remove-Sandbox $sandbox }

    It 'takes no mistyped parameter for a path: <_>' -ForEach '-Exlude x', '-Verify', '-Forse:$true' {
        { Invoke-Expression "Invoke-RekkordSave files '$($sandbox.Source)' $_" } | Should -Throw -ErrorId 'ParameterUnknown,*'
    }

    It 'names the parameter that was meant, and saves what really has such a name' {
        { Invoke-RekkordSave files $sandbox.Source -Exlude x } | Should -Throw '*has no parameter ''-Exlude''. Did you mean -Exclude?*'
        $odd = New-Item (Join-Path $sandbox.Source '-x')
        Push-Location $sandbox.Source
        try {
            (Invoke-RekkordSave odd ./-x)[-1].Files | Should -Be 1
            (Invoke-RekkordSave odd -LiteralPath '-x')[-1].Files | Should -Be 1
        } finally { Pop-Location }
    }

    It 'promises nothing with -WhatIf that cannot be done' {
        { Invoke-RekkordSave files $sandbox.Source -WhatIf -Repository (Join-Path $sandbox.Base nothing) -SkipHooks } | Should -Throw -ErrorId 'RepositoryNotFound,*'
        { Invoke-RekkordSave files (Join-Path $sandbox.Base nothing) -WhatIf -SkipHooks } | Should -Throw -ErrorId 'SourceNotFound,*'
        { Invoke-RekkordScan -WhatIf -Repository (Join-Path $sandbox.Base nothing) -SkipHooks } | Should -Throw -ErrorId 'RepositoryNotFound,*'
        $null = New-RekkordKey LogOnly (Join-Path $sandbox.Base log.key) $sandbox.KeyFile
        { Invoke-RekkordSave files $sandbox.Source -WhatIf -KeyFile (Join-Path $sandbox.Base log.key) } | Should -Throw -ErrorId 'KeyRoleInsufficient,*'
    }

    It 'gives the result with the error of a post-save hook' {
        Set-Hook $sandbox PostSave 90-hook.ps1 'throw "not told"'
        try {
            $save = try { Invoke-RekkordSave late $sandbox.Source | Select-Object -Last 1 } catch { $_.TargetObject }
        } finally { Remove-Item (Join-Path $sandbox.Base hooks/PostSave/90-hook.ps1) }
        $save.Status | Should -Be Succeeded
        (Get-RekkordSnapshot late).Id | Should -Be $save.Id
    }
}

Describe 'Invoke-RekkordSave' {
    BeforeEach { $sandbox = New-Sandbox }
    AfterEach { Remove-Sandbox $sandbox }

    It 'writes hook results and then its own' {
        Set-Hook $sandbox PreSave 10-dump "#!/bin/sh`necho dumped`n"
        Set-Hook $sandbox PreSave 20-check.ps1 'Write-Output checked'
        $results = Invoke-RekkordSave test $sandbox.Source
        $results.Count | Should -Be 3
        $results[0].Output | Should -Be dumped
        $results[1].Output | Should -Be checked
        $results[2].Status | Should -Be Succeeded
        $results[2].Hooks.Name | Should -Be '10-dump', '20-check.ps1'
    }

    It 'takes files from Get-ChildItem and paths from the pipeline' {
        Set-Content (Join-Path $sandbox.Source other.txt) 'other'
        (Get-ChildItem $sandbox.Source | Invoke-RekkordSave test).Files | Should -Be 2
        (Get-ChildItem $sandbox.Source -Name | ForEach-Object { Join-Path $sandbox.Source $_ } | Invoke-RekkordSave test).Files | Should -Be 2
    }

    It 'lets Select-Object -First 1 have enough, and still comes to its end' {
        Set-Hook $sandbox PreSave 10-dump "#!/bin/sh`necho dumped`n"
        Set-Hook $sandbox PostSave 90-log "#!/bin/sh`necho `$SUCCESS >> `"`$TEST_LOG`"`n"
        (Invoke-RekkordSave test $sandbox.Source | Select-Object -First 1).Name | Should -Be 10-dump
        Get-HookLog $sandbox | Should -Be 1
        Get-RekkordSnapshot | Should -HaveCount 1
        (Invoke-RekkordScan -Full -SkipHooks -Confirm:$false).Status | Should -Be Succeeded
        Join-Path $sandbox.Repository tmp/* | Should -Not -Exist
    }

    It 'writes an error that PowerShell would drop because Select-Object -First 1 has had enough' {
        Set-Hook $sandbox PreSave 10-dump "#!/bin/sh`necho dumped`n"
        Set-Hook $sandbox PostSave 90-bad "#!/bin/sh`nexit 3`n"
        $null = Invoke-RekkordSave test $sandbox.Source -ErrorVariable failures -ErrorAction SilentlyContinue | Select-Object -First 1
        $? | Should -BeFalse
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'PostSaveHookFailed,*'
        $null = Invoke-RekkordSave test (Join-Path $sandbox.Source missing) -ErrorVariable failures -ErrorAction SilentlyContinue | Select-Object -First 1
        $? | Should -BeFalse
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'SourceNotFound,*'
    }

    It 'captures every stream of a script hook' {
        Set-Hook $sandbox PreSave 10-streams.ps1 @'
Write-Output output
Write-Host host
Write-Warning warning
Write-Verbose verbose -Verbose
Write-Information information
Write-Progress dump -PercentComplete 50
Write-Error 'an error' -ErrorAction Continue
'@
        $hook, $null = Invoke-RekkordSave test $sandbox.Source -WarningAction SilentlyContinue -WarningVariable warnings -ErrorAction SilentlyContinue -ErrorVariable errors 6>$null
        $hook.Status | Should -Be Succeeded
        $hook.Output | Should -Be output
        "$($hook.Warnings)" | Should -Be warning
        "$($hook.Verbose)" | Should -Be verbose
        $hook.Information.ForEach{ "$_" } | Should -Be host, information
        "$($hook.ErrorOutput)" | Should -Be 'an error'
        "$warnings" | Should -Be warning
        "$errors" | Should -Be '10-streams.ps1: line 7: an error'
    }

    It 'fails a script hook at <Script>' -ForEach @(
        @{ Script = "`n`nWrite-Error 'not dumped'"; Reason = 'line 3: not dumped' }
        @{ Script = 'Get-Item /no/such/file'; Reason = 'Cannot find path' }
        @{ Script = "Read-Host 'Password'"; Reason = 'cannot ask' }
        @{ Script = "sh -c 'echo last words >&2; exit 3'"; Reason = 'last words' }
        @{ Script = 'Start-Job { } -BadParameter'; Reason = 'BadParameter' }
        @{ Script = "`$ErrorActionPreference = 'SilentlyContinue'; throw 'not dumped'"; Reason = 'not dumped' }
        @{ Script = "Write-Error 'not dumped' -ErrorAction Stop"; Reason = 'not dumped' }
    ) {
        Set-Hook $sandbox PreSave 10-hook.ps1 "$Script; 'went on'"
        $hooks = [Collections.Generic.List[object]]::new()
        { Invoke-RekkordSave test $sandbox.Source | ForEach-Object { $hooks.Add($_) } } | Should -Throw -ErrorId 'PreSaveHookFailed,*'
        $hooks | Should -HaveCount 1
        $hooks[0].Reason | Should -BeLike "*$Reason*"
        $hooks[0].Output | Should -Not -Contain 'went on'
        Get-RekkordSnapshot | Should -BeNullOrEmpty
    }

    It 'does not fail a script hook that handles its errors: <_>' -ForEach @(
        "Write-Error 'shown' -ErrorAction Continue"
        "`$ErrorActionPreference = 'Continue'; Write-Error 'shown'"
        "`$ErrorActionPreference = 'Continue'; Get-Item /no/such/file"
        "Get-Item /no/such/file -ErrorAction SilentlyContinue"
        "trap { continue } throw 'trapped'"
    ) {
        Set-Hook $sandbox PreSave 10-hook.ps1 $_
        (Invoke-RekkordSave test $sandbox.Source -ErrorAction SilentlyContinue).Status | Should -Be Succeeded, Succeeded
    }

    It 'shows an external hook and a script hook that failed with their own words' {
        Set-Hook $sandbox PreSave 10-dump "#!/bin/sh`necho 'pg_dump: no connection' >&2; exit 1`n"
        Set-Hook $sandbox PreSave 20-check.ps1 "`nGet-Item /no/such/file"
        { Invoke-RekkordSave test $sandbox.Source } |
            Should -Throw "*2 hooks of 2*'10-dump': exit code 1: pg_dump: no connection; '20-check.ps1': line 2: Cannot find path*"
    }

    It 'puts location and environment back after a hook' {
        Set-Hook $sandbox PreSave 10-hook.ps1 'Set-Location /; $env:TEST_ADDED = 1; $ErrorActionPreference = "Ignore"; Push-Location /'
        $before = "$PWD"
        Invoke-RekkordSave test $sandbox.Source | Out-Null
        "$PWD" | Should -Be $before
        $env:TEST_ADDED | Should -BeNullOrEmpty
        $ErrorActionPreference | Should -Be Stop
    }

    It 'writes nothing with -WhatIf' {
        Set-Hook $sandbox PreSave 10-dump "#!/bin/sh`necho ran >> `"`$TEST_LOG`"`n"
        Invoke-RekkordSave test $sandbox.Source -WhatIf | Should -BeNullOrEmpty
        Get-HookLog $sandbox | Should -BeNullOrEmpty
        Get-RekkordSnapshot | Should -BeNullOrEmpty
    }

    It 'leaves the snapshot when a post hook fails' {
        Set-Hook $sandbox PostSave 10-bad.ps1 "throw 'no network'"
        $results = [Collections.Generic.List[object]]::new()
        { Invoke-RekkordSave test $sandbox.Source | ForEach-Object { $results.Add($_) } } | Should -Throw '*no network*' -ErrorId 'PostSaveHookFailed,*'
        $results.Status | Should -Be Failed, Succeeded
        Get-RekkordSnapshot | Should -HaveCount 1
    }

    It 'makes a partial snapshot, an error for each unreadable file, and tells post hooks that it did not succeed' -Skip:$IsWindows {
        Set-Hook $sandbox PostSave 90-log "#!/bin/sh`necho `$SUCCESS >> `"`$TEST_LOG`"`n"
        $unreadable = Join-Path $sandbox.Source unreadable
        Set-Content $unreadable 'secret'
        [IO.File]::SetUnixFileMode($unreadable, 'None')
        $script = @"
Import-Module '$manifest'
`$result = Invoke-RekkordSave test '$($sandbox.Source)' -ConfigPath '$($sandbox.Config)' -ErrorAction SilentlyContinue -ErrorVariable failures | Select-Object -Last 1
[pscustomobject]@{
    Status = "`$(`$result.Status)"; Files = `$result.Files; ErrorCount = `$result.ErrorCount
    Ids = @(`$failures.FullyQualifiedErrorId); Categories = @(`$failures.ForEach{ "`$(`$_.CategoryInfo.Category)" }); Message = "`$failures"
} | ConvertTo-Json
"@
        # Root reads everything, unless it gave that right away before.
        $command = if ([Environment]::IsPrivilegedProcess) { 'setpriv', '--bounding-set=-dac_override,-dac_read_search' } else { @() }
        $command += $pwsh + @('-NoProfile', '-Command', $script)
        $program, $arguments = $command
        $run = & $program @arguments | ConvertFrom-Json
        $run.Status | Should -Be Partial
        $run.ErrorCount | Should -Be 1
        $run.Ids | Should -HaveCount 1
        $run.Categories | Should -Be PermissionDenied
        $run.Message | Should -BeLike "*$unreadable*"
        Get-HookLog $sandbox | Should -Be 0
        (Get-RekkordSnapshot).ErrorCount | Should -Be 1
    }

    It 'gives objects that can be written and read back' {
        Set-Hook $sandbox PreSave 10-dump "#!/bin/sh`necho dumped`n"
        Set-Hook $sandbox PreSave 20-script.ps1 "1; 'two'; Get-Date; Write-Warning 'careful'; Write-Error 'not fatal' -ErrorAction Continue; Get-Item ."
        $results = Invoke-RekkordSave test $sandbox.Source -WarningAction Ignore -ErrorAction Ignore
        Assert-RoundTrip $results[0] 'Name', 'Status', 'ExitCode', 'Succeeded', 'Output', 'Phase', 'Duration'
        Assert-RoundTrip $results[1] 'Name', 'Status', 'Succeeded', 'Phase'
        Assert-RoundTrip $results[2] 'Id', 'Channel', 'Files', 'Size', 'Status', 'Paths', 'Duration'
        ($results[2] | ConvertTo-Json -Depth 4 -EnumsAsStrings -WarningAction Ignore | ConvertFrom-Json).Hooks[0].Status | Should -Be Succeeded
        ($results[2] | ConvertTo-Json -Depth 4 -WarningAction Ignore | ConvertFrom-Json).Hooks[1].Output[0, 1] | Should -Be 1, 'two'
        Export-Clixml $TestDrive/save.xml -InputObject $results[2]
        $read = Import-Clixml $TestDrive/save.xml
        $read.Hooks[1].Output[0, 1] | Should -Be 1, 'two'
        $read.Hooks[0].Duration | Should -Be $results[0].Duration
        $read | Out-String | Should -Match 'Succeeded +0 +\w+ test'
    }

    It 'goes on while a script that gets its results is busy' {
        Set-Hook $sandbox PreSave 10-script.ps1 "'done'"
        $watch, $snapshots = [Diagnostics.Stopwatch]::StartNew(), "$($sandbox.Repository)/snapshots"
        $results = Invoke-RekkordSave test $sandbox.Source | & { process {
            # The hook's result is here, and the pipeline's thread stays here until the snapshot is stored. A save that has failed stores none.
            # Without a cmdlet: the fault showed while the script itself was the command that ran.
            while (-not ([IO.Directory]::Exists($snapshots) -and [IO.Directory]::GetFiles($snapshots)) -and $watch.Elapsed.TotalSeconds -lt 20) { }
            $_
        } }
        $results.Status | Should -Be Succeeded, Succeeded
    }
}
