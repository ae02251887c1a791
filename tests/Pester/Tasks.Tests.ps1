BeforeDiscovery {
    $hasSystemd = [bool](Get-Command systemd-analyze -CommandType Application -ErrorAction Ignore)
}

BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'Register-RekkordTask, Get-RekkordTask and Unregister-RekkordTask' {
    BeforeEach {
        # A name with everything that a scheduler could take for something else.
        $base = New-Item -ItemType Directory (Join-Path $root "output/test/$([guid]::NewGuid())")
        $script = Join-Path $base "it's 100% `$HOME `"quoted`".ps1"
        if ($IsWindows) { $script = Join-Path $base "it's 100% `$HOME.ps1" }
        Set-Content -LiteralPath $script '"run by $HOME"; exit 3'
        $units = @{ Directory = Join-Path $base units }
    }
    AfterEach { Remove-Item $base -Recurse -Force }

    It 'make units that systemd takes' -Skip:(-not $hasSystemd) {
        $task = Register-RekkordTask nightly $script 4:05 -Day Sunday, Monday -Scheduler Systemd @units
        (Split-Path $task.Files -Leaf) | Should -Be rekkord-nightly.service, rekkord-nightly.timer
        $said = systemd-analyze verify @($task.Files) 2>&1
        $said.Where{ "$_" -like '*rekkord-*' } | Should -BeNullOrEmpty
        $calendar = (Get-Content $task.Files[1]).Where{ $_ -like 'OnCalendar=*' } -replace 'OnCalendar='
        systemd-analyze calendar $calendar | Out-String | Should -Match 'Normalized form: Mon,Sun \*-\*-\* 04:05:00'

        # The command, as systemd reads the line.
        $line = (Get-Content $task.Files[0]).Where{ $_ -like 'ExecStart=*' } -replace 'ExecStart='
        $words = [regex]::Matches($line, '"((?:[^"\\]|\\.)*)"').ForEach{ $_.Groups[1].Value -replace '\\(.)', '$1' -replace '%%', '%' -replace '\$\$', '$' }
        $words[-1] | Should -Be $script
        $program, [string[]]$arguments = $words
        $PSNativeCommandUseErrorActionPreference = $false
        & $program @arguments | Should -Be "run by $HOME"
        $LASTEXITCODE | Should -Be 3
        Get-Content $task.Files[0] | Should -Contain "Environment=`"HOME=$HOME`" NO_COLOR=1"
    }

    It 'make a line that cron hands to the shell, which writes only what failed' -Skip:$IsWindows {
        $task = Register-RekkordTask nightly $script 23:59 -Day Wednesday -Scheduler Cron @units
        $lines = Get-Content $task.Files
        $lines | Should -Contain "HOME=$HOME"
        $lines | Should -Contain 'NO_COLOR=1'
        $fields = $lines[-1].Split(' ', 7)
        $fields[0..5] | Should -Be 59, 23, '*', '*', 3, ([Environment]::UserName)
        # cron makes a percent sign of one with a backslash before it.
        $command = $fields[6] -replace '\\%', '%'
        $PSNativeCommandUseErrorActionPreference = $false
        sh -c $command | Should -Be "run by $HOME"
        $LASTEXITCODE | Should -Be 3
        Set-Content -LiteralPath $script '"nothing to tell"'
        sh -c $command | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 0
    }

    It 'make a property list for launchd, with the pwsh, the script and the days' {
        $task = Register-RekkordTask nightly $script 4:05 -Day Sunday, Monday -Scheduler Launchd -User @units
        Split-Path $task.Files -Leaf | Should -Be rekkord-nightly.plist
        $values = ([xml](Get-Content -Raw $task.Files)).DocumentElement.dict
        $values.key | Should -Be Label, ProgramArguments, EnvironmentVariables, StartCalendarInterval, ExitTimeOut, StandardOutPath, StandardErrorPath
        $program, [string[]]$arguments = $values.array[0].string
        $arguments[-1] | Should -Be $script
        $PSNativeCommandUseErrorActionPreference = $false
        & $program @arguments | Should -Be "run by $HOME"
        $LASTEXITCODE | Should -Be 3
        $values.array[1].dict.ForEach{ $_.integer -join ' ' } | Should -Be '4 5 0', '4 5 1'
        $daily = Register-RekkordTask daily $script 23:59 -Scheduler Launchd @units
        ([xml](Get-Content -Raw $daily.Files)).DocumentElement.dict.dict[1].integer | Should -Be 23, 59
        (Get-RekkordTask -Scheduler Launchd @units).Name | Should -Be daily, nightly
        if ($IsMacOS) { plutil -lint $task.Files $daily.Files | Should -Not -Match invalid }
    }

    It 'make a file that the task scheduler of Windows can read, with pwsh as its command' {
        $task = Register-RekkordTask nightly $script 03:00 -Scheduler Windows @units
        $xml = [xml](Get-Content -Raw $task.Files)
        $xml.Task.Actions.Exec.Command | Should -Be ((Test-Path (Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh'))) ? (Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')) : [Environment]::ProcessPath)
        $xml.Task.Actions.Exec.Arguments | Should -BeLike '*-NoProfile -NonInteractive -File "*'
        $xml.Task.Triggers.CalendarTrigger.StartBoundary | Should -BeLike '*T03:00:00'
        $xml.Task.Triggers.CalendarTrigger.ScheduleByDay.DaysInterval | Should -Be 1
        $weekly = Register-RekkordTask weekly $script -Day Friday -Scheduler Windows @units
        ([xml](Get-Content -Raw $weekly.Files)).Task.Triggers.CalendarTrigger.ScheduleByWeek.DaysOfWeek.FirstChild.Name | Should -Be Friday
    }

    It 'list and remove what they made, and nothing else' {
        $null = Register-RekkordTask nightly $script -Scheduler Systemd @units
        $null = Register-RekkordTask scan $script -Scheduler Systemd @units
        Set-Content (Join-Path $units.Directory rekkord-mine.service) '[Service]'
        (Get-RekkordTask -Scheduler Systemd @units).Name | Should -Be nightly, scan
        (Get-RekkordTask n* -Scheduler Systemd @units).Status | Should -Be Unknown
        Get-RekkordTask -Scheduler Cron @units | Should -BeNullOrEmpty
        Unregister-RekkordTask nightly -Scheduler Systemd @units -WhatIf
        (Get-RekkordTask nightly -Scheduler Systemd @units | Unregister-RekkordTask -Scheduler Systemd @units).Name | Should -Be nightly
        (Get-ChildItem $units.Directory).Name | Should -Be rekkord-mine.service, rekkord-scan.service, rekkord-scan.timer
    }

    It 'are named by Tab' {
        $null = Register-RekkordTask nightly $script -Scheduler Systemd @units
        $null = Register-RekkordTask scan $script -Scheduler Systemd @units
        foreach ($command in 'Get-RekkordTask', 'Unregister-RekkordTask') {
            $line = "$command -Scheduler Systemd -Directory '$($units.Directory)' -Name "
            (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be nightly, scan
            (TabExpansion2 "${line}s").CompletionMatches.CompletionText | Should -Be scan
        }
    }

    It 'warn of a script whose failure nobody would see' {
        Set-Content -LiteralPath $script 'Invoke-RekkordSave nightly ~'
        $null = Register-RekkordTask nightly $script -Scheduler Cron -WarningVariable warned -WarningAction SilentlyContinue @units
        "$warned" | Should -BeLike "*does not set `$ErrorActionPreference = 'Stop'*"
        Set-Content -LiteralPath $script '$ErrorActionPreference = "Stop"', 'Invoke-RekkordSave nightly ~'
        $null = Register-RekkordTask nightly $script -Scheduler Cron -Force -WarningVariable warned -WarningAction SilentlyContinue @units
        $warned | Should -BeNullOrEmpty
    }

    It 'warn where there is no cron' -Skip:($IsWindows -or [bool](Get-Item /usr/sbin/cron*, /sbin/cron* -ErrorAction Ignore)) {
        Register-RekkordTask nightly $script -Scheduler Cron -WhatIf -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike '*no cron on this machine*'
        $bin = (New-Item -ItemType Directory (Join-Path $base bin)).FullName
        [IO.File]::WriteAllText((Join-Path $bin crond), "#!/bin/sh`n")
        [IO.File]::SetUnixFileMode((Join-Path $bin crond), 'UserRead, UserWrite, UserExecute')
        $path, $env:PATH = $env:PATH, "${bin}:$env:PATH"
        try { Register-RekkordTask nightly $script -Scheduler Cron -WhatIf -WarningVariable warned -WarningAction SilentlyContinue } finally { $env:PATH = $path }
        $warned | Should -BeNullOrEmpty
    }

    It 'refuse what they cannot do' {
        { Register-RekkordTask nightly (Join-Path $base nothing.ps1) @units } | Should -Throw -ErrorId 'ScriptNotFound,*'
        { Register-RekkordTask 'a b' $script @units } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Register-RekkordTask nightly $script 25:00 @units } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Register-RekkordTask nightly $script -User -Scheduler Cron @units } | Should -Throw -ErrorId 'TaskOfUserUnsupported,*'
        $null = Register-RekkordTask nightly $script -Scheduler Cron @units
        { Register-RekkordTask nightly $script -Scheduler Cron @units } | Should -Throw -ErrorId 'TaskExists,*'
        (Register-RekkordTask nightly $script 05:00 -Scheduler Cron -Force @units).Name | Should -Be nightly
        { Get-RekkordTask nosuch @units } | Should -Throw -ErrorId 'TaskNotFound,*'
        { Unregister-RekkordTask nosuch @units } | Should -Throw -ErrorId 'TaskNotFound,*'
        Register-RekkordTask other $script -Scheduler Cron -WhatIf @units
        Test-Path (Join-Path $units.Directory rekkord-other) | Should -BeFalse
    }

    It 'leave nothing of a task that systemd does not take' -Skip:(-not $IsLinux) {
        $bin = (New-Item -ItemType Directory (Join-Path $base bin)).FullName
        $log = Join-Path $base systemctl.log
        [IO.File]::WriteAllText((Join-Path $bin systemctl), "#!/bin/sh`necho `"`$@`" >>'$log'`ncase `"`$*`" in *enable*) echo 'No medium found.' >&2; exit 1;; esac`n")
        [IO.File]::SetUnixFileMode((Join-Path $bin systemctl), 'UserRead, UserWrite, UserExecute')
        $path, $env:PATH = $env:PATH, "${bin}:$env:PATH"
        $homeBefore, $env:HOME = $env:HOME, $base.FullName
        try {
            { Register-RekkordTask nightly $script -Scheduler Systemd -User } | Should -Throw -ErrorId 'TaskNotRegistered,*' -ExpectedMessage '*No medium found.*'
            Get-ChildItem "$base/.config/systemd/user" | Should -BeNullOrEmpty
            (Get-Content $log)[-1] | Should -Be '--user daemon-reload'
            [IO.File]::WriteAllText((Join-Path $bin systemctl), "#!/bin/sh`n")
            (Register-RekkordTask nightly $script -Scheduler Systemd -User).Name | Should -Be nightly
        } finally {
            $env:PATH, $env:HOME = $path, $homeBefore
        }
    }

    It 'tell how the last run under systemd ended' -Skip:(-not $IsLinux) {
        # A systemctl that answers as systemd does, where none runs.
        $bin = (New-Item -ItemType Directory (Join-Path $base bin)).FullName
        $log = Join-Path $base systemctl.log
        [IO.File]::WriteAllText((Join-Path $bin systemctl), "#!/bin/sh`necho `"`$@`" >>'$log'`ncase `"`$*`" in *show*) cat '$base/answer';; esac`n")
        [IO.File]::SetUnixFileMode((Join-Path $bin systemctl), 'UserRead, UserWrite, UserExecute')
        $path, $env:PATH = $env:PATH, "${bin}:$env:PATH"
        $homeBefore, $env:HOME = $env:HOME, $base.FullName
        try {
            Set-Content "$base/answer" 'Id=rekkord-nightly.service', 'ExecMainStatus=0', 'ExecMainExitTimestamp='
            $user = @{ Scheduler = 'Systemd'; User = $true }
            (Register-RekkordTask nightly $script @user).Status | Should -Be NotRun
            Get-Content $log | Should -Be '--user daemon-reload', '--user enable --now rekkord-nightly.timer', '--user show rekkord-nightly.service rekkord-nightly.timer --property=Id,ExecMainStatus,ExecMainExitTimestamp,ActiveState,NextElapseUSecRealtime --timestamp=unix'
            Set-Content "$base/answer" 'Id=rekkord-nightly.service', 'ExecMainStatus=3', 'ExecMainExitTimestamp=@1700000000', '', 'Id=rekkord-nightly.timer', 'ActiveState=active', 'NextElapseUSecRealtime=@1700086400'
            $task = Get-RekkordTask @user
            $task.Status | Should -Be Failed
            $task.LastExitCode | Should -Be 3
            $task.LastRunTime.ToUnixTimeSeconds() | Should -Be 1700000000
            $task.NextRunTime.ToUnixTimeSeconds() | Should -Be 1700086400
            Assert-RoundTrip $task 'Status', 'Name', 'LastExitCode', 'Files'
            (Unregister-RekkordTask nightly @user).Name | Should -Be nightly
            Get-ChildItem "$base/.config/systemd/user" | Should -BeNullOrEmpty
            Get-Content $log | Should -Contain '--user disable --now rekkord-nightly.timer'
        } finally {
            $env:PATH, $env:HOME = $path, $homeBefore
        }
    }
}
