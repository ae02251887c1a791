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

    Context 'with launchd' {
        BeforeEach {
            # A launchctl that answers as macOS does: the file "job" is what is loaded, and one that is booted out is gone after a second look.
            $bin = (New-Item -ItemType Directory (Join-Path $base bin)).FullName
            [IO.File]::WriteAllText((Join-Path $bin launchctl), @"
#!/bin/sh
cd '$base'
echo "`$1" >>log
case `$1 in
print) if [ -e leaving ]; then rm leaving; mv job gone; exit 0; fi; cat job || exit 113;;
bootout) [ -e job ] && >leaving;;
bootstrap)
    if [ -e up ]; then echo up >up; exec sleep 20; fi
    [ -e job ] && { echo 'Bootstrap failed: 5: Input/output error' >&2; exit 5; }
    grep -q refused "`$3" && { [ -e stuck ] && rm "`$3" && mkdir "`$3"; echo 'Bootstrap failed: 22: Invalid argument' >&2; exit 22; }
    printf '\tstate = not running\n' >job;;
esac
"@.ReplaceLineEndings("`n"))
            [IO.File]::SetUnixFileMode((Join-Path $bin launchctl), 'UserRead, UserWrite, UserExecute')
            $path, $env:PATH = $env:PATH, "${bin}:$env:PATH"
            $homeBefore, $env:HOME = $env:HOME, $base.FullName
            $user = @{ Scheduler = 'Launchd'; User = $true }
            $plist = Join-Path $base Library/LaunchAgents/rekkord-nightly.plist
            $refused = Join-Path $base refused.ps1
            Set-Content $refused 'exit 0'
        }
        AfterEach { $env:PATH, $env:HOME = $path, $homeBefore }

        It 'wait until the earlier task is gone, and load the new one' -Skip:(-not $IsLinux) {
            $null = Register-RekkordTask nightly $script @user
            (Register-RekkordTask nightly $script 05:00 -Force @user).Name | Should -Be nightly
            Get-Content -Raw $plist | Should -Match '<integer>5</integer>'
            (Unregister-RekkordTask nightly @user).Name | Should -Be nightly
            Test-Path $base/job, $plist | Should -Be $false, $false
        }

        It 'do not end a run' -Skip:(-not $IsLinux) {
            $null = Register-RekkordTask nightly $script @user
            $before = Get-Content -Raw $plist
            [IO.File]::WriteAllText("$base/job", "gui/1/rekkord-nightly = {`n`tstate = running`n`tpid = 123`n}`n")
            { Register-RekkordTask nightly $script 05:00 -Force @user } | Should -Throw -ErrorId 'TaskRunning,*'
            { Unregister-RekkordTask nightly @user } | Should -Throw -ErrorId 'TaskRunning,*'
            Get-Content -Raw $plist | Should -Be $before
            Test-Path $base/job | Should -BeTrue
        }

        It 'put back the earlier task when the new one is refused, and leave nothing of a new one' -Skip:(-not $IsLinux) {
            { Register-RekkordTask nightly $refused @user } | Should -Throw -ErrorId 'TaskNotRegistered,*' -ExpectedMessage '*22: Invalid argument*'
            Test-Path $plist | Should -BeFalse
            $null = Register-RekkordTask nightly $script @user
            $before = Get-Content -Raw $plist
            { Register-RekkordTask nightly $refused -Force @user } | Should -Throw -ErrorId 'TaskNotRegistered,*' -ExpectedMessage '*22: Invalid argument*'
            Get-Content -Raw $plist | Should -Be $before
            Test-Path $base/job | Should -BeTrue
        }

        It 'say why a task is refused also when its file cannot be removed' -Skip:(-not $IsLinux) {
            Set-Content $base/stuck ''
            { Register-RekkordTask nightly $refused @user } | Should -Throw -ErrorId 'TaskNotRegistered,*' -ExpectedMessage '*22: Invalid argument*could not be removed*'
        }

        It 'leave nothing of a task whose registration was stopped' -Skip:(-not $IsLinux) {
            mkfifo $base/up
            $other = [powershell]::Create().AddScript({ param ($module, $script, $user) Import-Module $module; Register-RekkordTask nightly $script @user })
            $null = $other.AddArgument((Get-Module Rekkord).Path).AddArgument($script).AddArgument($user)
            $running = $other.BeginInvoke()
            timeout 60 cat $base/up | Should -Be up
            Test-Path $plist | Should -BeTrue
            $other.Stop()
            $running.IsCompleted | Should -BeTrue
            Test-Path $plist | Should -BeFalse
            $other.Dispose()
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
