BeforeDiscovery {
    # CI installs it, and then it must be there.
    $hasServer = $env:CI -eq 'true' -or (Get-Command fauxqs -CommandType Application -ErrorAction Ignore)
    $hasAzurite = $env:CI -eq 'true' -or (Get-Command azurite-blob -CommandType Application -ErrorAction Ignore)
    $hasSshd = $IsLinux -and ($env:CI -eq 'true' -or ((Get-Command ssh -CommandType Application -ErrorAction Ignore) -and (Test-Path /usr/sbin/sshd)))
}

BeforeAll {
    . $PSScriptRoot/common.ps1

    function Get-FreePort {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $listener.LocalEndpoint.Port
        $listener.Stop()
    }

    # What somebody sees and types who looks around in it.
    function Assert-Drive($Source, $Given) {
        $null = New-PSDrive Far Rekkord '' -Scope Global @Given
        try {
            (Get-ChildItem Far:/).Name | Should -Contain files
            (Get-ChildItem "Far:/files/latest$Source").Name | Should -Contain file.txt
            Get-Content "Far:/files/latest$Source/file.txt" | Should -Be content
            (TabExpansion2 'Get-Item Far:/fi' 16).CompletionMatches.CompletionText | Should -Be Far:/files
            (TabExpansion2 "Get-Content Far:/files/latest$Source/fi").CompletionMatches.CompletionText | Should -Be "Far:/files/latest$Source/file.txt"
            $restored = Join-Path $TestDrive ([guid]::NewGuid())
            (Get-Item "Far:/files/latest$Source/file.txt" | Restore-RekkordSnapshot -Destination $restored).Files | Should -Be 1
        } finally {
            Remove-PSDrive Far
        }
    }

    function Wait-Listening($Process, $Port) {
        while (-not (Test-Connection 127.0.0.1 -TcpPort $Port -Quiet)) {
            if ($Process.WaitForExit(100)) { throw "'$($Process.StartInfo.FileName)' ended." }
        }
    }
}

Describe 'A repository in a bucket' {
    BeforeAll {
        $sandbox = New-Sandbox
        $bucket = ''
        if (-not (Get-Command fauxqs -CommandType Application -ErrorAction Ignore)) { return }
        $port = Get-FreePort
        $env:FAUXQS_PORT = $port
        $server = Start-Process fauxqs -PassThru -RedirectStandardOutput (Join-Path $TestDrive server.log) -RedirectStandardError (Join-Path $TestDrive server.err)
        $env:FAUXQS_PORT = $null
        Wait-Listening $server $port
        $null = Invoke-WebRequest "http://127.0.0.1:$port/backups" -Method Put
        $bucket = "s3:http://127.0.0.1:$port/backups/laptop"
        $env:REKKORD_S3_ACCESS_KEY_ID, $env:REKKORD_S3_SECRET_KEY = 'someone', 'the-secret-of-someone'
    }
    AfterAll {
        $env:REKKORD_S3_ACCESS_KEY_ID = $env:REKKORD_S3_SECRET_KEY = $null
        if (Test-Path variable:server) { $server.Kill($true) }
        Remove-Sandbox $sandbox
    }

    It 'is made, saved to, listed, scanned and restored, and no secret is told' -Skip:(-not $hasServer) {
        $key = Join-Path $TestDrive bucket.key
        $used = @{ Repository = $bucket; KeyFile = $key; Verbose = $true }
        Set-Hook $sandbox PreSave 10-environment "#!/bin/sh`nenv`n"
        $made = Initialize-RekkordRepository $bucket $key -WarningAction Ignore
        $said = & {
            Invoke-RekkordSave files $sandbox.Source -LimitUpload 100MB @used
            Invoke-RekkordSave files $sandbox.Source @used
            Get-RekkordSnapshot files @used
            Get-RekkordItem files @used
            Invoke-RekkordScan -Full @used
            Restore-RekkordSnapshot files $sandbox.Destination @used
            Get-RekkordConfig -Repository $bucket
        } *>&1

        $made.Repository | Should -Be $bucket
        $said.Where{ $_ -isnot [Management.Automation.VerboseRecord] -and $_.PSObject.Properties['Status'] }.Status | Sort-Object -Unique | Should -Be Succeeded
        Get-RekkordSnapshot files @used 4>$null | Should -HaveCount 2
        Get-Content (Get-ChildItem $sandbox.Destination -Filter file.txt -Recurse) | Should -Be content
        $said | Format-List * | Out-String | Should -Not -BeLike '*the-secret-of-someone*'

        # Two saves, a scan and a restore, where the module has a native engine.
        $native = if (Get-ChildItem (Split-Path $manifest) -Recurse -Filter Rekkord.Native.so) { 4 } else { 0 }
        "$said" -split 'The engine runs as native code' | Should -HaveCount ($native + 1)
    }

    It 'can be looked around in as in a drive' -Skip:(-not $hasServer) {
        Assert-Drive $sandbox.Source @{ Repository = $bucket; KeyFile = Join-Path $TestDrive bucket.key }
    }

    It 'is not asked again and again when its keys are not complete' -Skip:(-not $hasServer) {
        $env:REKKORD_S3_SECRET_KEY, $kept = $null, $env:REKKORD_S3_SECRET_KEY
        try {
            { Get-RekkordSnapshot -Repository $bucket -KeyFile $sandbox.KeyFile } | Should -Throw -ErrorId 'StoreCredentialsIncomplete,*'
        } finally {
            $env:REKKORD_S3_SECRET_KEY = $kept
        }
    }

    # Loading costs time and memory, which a repository in a directory must not pay for.
    It 'needs the SDK of AWS, and nothing else loads it' {
        $loaded = "[string][AppDomain]::CurrentDomain.GetAssemblies().GetName().Name.Where{ `$_ -like 'AWSSDK*' }"
        $program, [string[]]$arguments = $pwsh
        $said = & $program @arguments -NoProfile -NonInteractive -Command @"
            Import-Module '$manifest'
            `$common = @{ ConfigPath = '$($sandbox.Config)' }
            `$null = Get-RekkordConfig @common
            `$null = Invoke-RekkordSave files '$($sandbox.Source)' @common
            `$null = Get-RekkordSnapshot @common
            `$null = Invoke-RekkordScan -Full @common
            "for a directory: `$($loaded)"
            if ('$bucket') { try { Get-RekkordSnapshot @common -Repository '$bucket' } catch { } }
            "for a bucket: `$($loaded)"
"@
        $said | Should -Contain 'for a directory: '
        if ($bucket) { $said[-1] | Should -BeLike 'for a bucket: *AWSSDK.S3*' }
    }
}

Describe 'A repository in a container of Azure' {
    BeforeAll {
        $sandbox = New-Sandbox
        $container = ''
        if (-not (Get-Command azurite-blob -CommandType Application -ErrorAction Ignore)) { return }
        $port = Get-FreePort
        $key = [Convert]::ToBase64String([byte[]](1..64))
        $env:AZURITE_ACCOUNTS = "backups:$key"
        $server = Start-Process azurite-blob '--blobPort', $port, '--location', $TestDrive, '--skipApiVersionCheck', '--disableTelemetry', '--silent' -PassThru -RedirectStandardOutput (
            Join-Path $TestDrive azurite.log) -RedirectStandardError (Join-Path $TestDrive azurite.err)
        $env:AZURITE_ACCOUNTS = $null
        Wait-Listening $server $port

        # What 'az storage container create' does.
        $headers = @{ 'x-ms-date' = [DateTime]::UtcNow.ToString('R'); 'x-ms-version' = '2021-12-02' }
        $signed = "PUT$("`n" * 12)x-ms-date:$($headers['x-ms-date'])`nx-ms-version:$($headers['x-ms-version'])`n/backups/backups/laptops`nrestype:container"
        $signature = [Convert]::ToBase64String([Security.Cryptography.HMACSHA256]::HashData([Convert]::FromBase64String($key), [Text.Encoding]::UTF8.GetBytes($signed)))
        $endpoint = "http://127.0.0.1:$port/backups"
        $null = Invoke-WebRequest "$endpoint/laptops?restype=container" -Method Put -Headers ($headers + @{ Authorization = "SharedKey backups:$signature" }) -SkipHeaderValidation
        $container = 'azure://backups/laptops/mine'
        $env:REKKORD_AZURE_ACCOUNT_KEY, $env:REKKORD_AZURE_ENDPOINT = $key, $endpoint
    }
    AfterAll {
        $env:REKKORD_AZURE_ACCOUNT_KEY = $env:REKKORD_AZURE_ENDPOINT = $null
        if (Test-Path variable:server) { $server.Kill($true) }
        Remove-Sandbox $sandbox
    }

    It 'is made, tried, saved to, listed, scanned, restored and pruned, and no secret is told' -Skip:(-not $hasAzurite) {
        $used = @{ Repository = $container; KeyFile = Join-Path $TestDrive container.key; Verbose = $true }
        Set-Hook $sandbox PreSave 10-environment "#!/bin/sh`nenv`n"
        $made = Initialize-RekkordRepository $container $used.KeyFile -WarningAction Ignore
        $checks = Test-RekkordConfig @used 4>$null
        $said = & {
            Invoke-RekkordSave files $sandbox.Source -LimitUpload 100MB @used
            Invoke-RekkordSave files $sandbox.Source @used
            Get-RekkordSnapshot files @used
            Get-RekkordItem files @used
            Invoke-RekkordScan -Full @used
            Restore-RekkordSnapshot files $sandbox.Destination @used
            Invoke-RekkordPrune @used -Confirm:$false
            Get-RekkordConfig -Repository $container
        } *>&1

        $made.Repository | Should -Be $container
        $checks.Where{ $_.Check -in 'Repository', 'Writing' }.Status | Should -Be Passed, Passed
        $said.Where{ $_ -isnot [Management.Automation.VerboseRecord] -and $_.PSObject.Properties['Status'] }.Status | Sort-Object -Unique | Should -Be Succeeded
        Get-RekkordSnapshot files @used 4>$null | Should -HaveCount 2
        Get-Content (Get-ChildItem $sandbox.Destination -Filter file.txt -Recurse) | Should -Be content
        $said | Format-List * | Out-String | Should -Not -BeLike "*$key*"
    }

    It 'keeps nothing from deletion, so a save that asks for it is refused' -Skip:(-not $hasAzurite) {
        Add-Content $sandbox.Config '[Protection]', "RetainDuration = '30d'"
        { Invoke-RekkordSave files $sandbox.Source -Repository $container -KeyFile (Join-Path $TestDrive container.key) } | Should -Throw -ErrorId 'RetentionUnsupported,*'
        { Initialize-RekkordRepository "$container/other" (Join-Path $TestDrive other.key) } | Should -Throw -ErrorId 'RetentionUnsupported,*'
    }

    It 'needs the SDK of Azure, and nothing else loads it' {
        $loaded = "[string][AppDomain]::CurrentDomain.GetAssemblies().GetName().Name.Where{ `$_ -like 'Azure.*' -or `$_ -like 'Microsoft.Identity*' }"
        $program, [string[]]$arguments = $pwsh
        $said = & $program @arguments -NoProfile -NonInteractive -Command @"
            Import-Module '$manifest'
            `$common = @{ KeyFile = '$($sandbox.KeyFile)'; Repository = '$($sandbox.Repository)' }
            `$null = Get-RekkordConfig
            `$null = Invoke-RekkordSave files '$($sandbox.Source)' @common -SkipHooks -Confirm:`$false
            `$null = Get-RekkordSnapshot @common
            "for a directory: `$($loaded)"
            if ('$container') { try { Get-RekkordSnapshot -Repository '$container' -KeyFile '$($sandbox.KeyFile)' } catch { } }
            "for a container: `$($loaded)"
"@
        $said | Should -Contain 'for a directory: '
        if ($container) { $said[-1] | Should -BeLike 'for a container: *Azure.Storage.Blobs*' }
    }
}

Describe 'A repository on an SFTP server' -Skip:(-not $hasSshd) {
    BeforeAll {
        $sandbox = New-Sandbox
        $server = (New-Item -ItemType Directory (Join-Path $sandbox.Base server)).FullName
        foreach ($name in 'host', 'user') { ssh-keygen -q -t ed25519 -N '' -f (Join-Path $server $name) }
        Copy-Item $server/user.pub $server/authorized_keys
        $port = Get-FreePort
        Set-Content $server/sshd_config "Port $port", 'ListenAddress 127.0.0.1', "HostKey $server/host", "PidFile $server/pid",
            "AuthorizedKeysFile $server/authorized_keys", 'StrictModes no', 'UsePAM no', 'PermitRootLogin yes', 'Subsystem sftp internal-sftp'
        if ([Environment]::IsPrivilegedProcess) { $null = New-Item -ItemType Directory /run/sshd -Force }
        $sshd = Start-Process /usr/sbin/sshd '-D', '-e', '-f', $server/sshd_config, '-E', $server/log -PassThru
        Wait-Listening $sshd $port

        # As a new user would after reading docs/stores.md.
        Set-Content $sandbox.Config '[Repository]', "URL = 'sftp://$([Environment]::UserName)@127.0.0.1:$port$server/repository'", "KeyFile = '$server/master.key'",
            '[SFTP]', "KeyFile = '$server/user'", "Fingerprint = '$((ssh-keygen -lf $server/host.pub).Split(' ')[1])'"
        $null = Initialize-RekkordRepository "sftp://$([Environment]::UserName)@127.0.0.1:$port$server/repository" $server/master.key -ConfigPath $sandbox.Config -WarningAction Ignore
    }
    AfterAll {
        if (Test-Path variable:sshd) { $sshd.Kill($true) }
        Remove-Sandbox $sandbox
    }

    It 'is saved to, listed, scanned and restored' {
        (Invoke-RekkordSave files $sandbox.Source).Status | Should -Be Succeeded
        Get-RekkordSnapshot files | Should -HaveCount 1
        (Invoke-RekkordScan -Full).Status | Should -Be Succeeded
        (Restore-RekkordSnapshot files $sandbox.Destination).Status | Should -Be Succeeded
        Get-Content (Get-ChildItem $sandbox.Destination -Filter file.txt -Recurse) | Should -Be content
    }

    It 'can be looked around in as in a drive' {
        Assert-Drive $sandbox.Source @{ ConfigPath = $sandbox.Config }
    }

    It 'takes up a save where it was when it was killed' {
        $block, $random = [byte[]]::new(10MB), [Random]::new(1)
        foreach ($i in 1..8) {
            $random.NextBytes($block)
            [IO.File]::WriteAllBytes((Join-Path $sandbox.Source "large$i"), $block)
        }
        $program, [string[]]$arguments = $pwsh
        $packs = @(Get-ChildItem $server/repository/packs -File -Recurse).Count
        $script = "Import-Module '$manifest'; Invoke-RekkordSave files '$($sandbox.Source)' -ConfigPath '$($sandbox.Config)' -LimitUpload 20MB"
        $saving = Start-Process $program ($arguments + @('-NoProfile', '-NonInteractive', '-Command', "`"$script`"")) -PassThru -RedirectStandardOutput (Join-Path $TestDrive said)
        while (@(Get-ChildItem $server/repository/packs -File -Recurse).Count -eq $packs) {
            if ($saving.WaitForExit(20)) { throw 'The save ended before it was killed.' }
        }
        $saving.Kill()
        $saving.WaitForExit()
        Get-RekkordSnapshot files | Should -HaveCount 1

        $resumed = Invoke-RekkordSave files $sandbox.Source
        $resumed.Status | Should -Be Succeeded
        $resumed.StoredSize | Should -BeLessThan 75MB
        (Invoke-RekkordScan -Full).Status | Should -Be Succeeded
        $null = Restore-RekkordSnapshot files (Join-Path $TestDrive restored)
        (Get-ChildItem $TestDrive/restored -Filter large* -File -Recurse | Get-FileHash).Hash | Should -Be (Get-ChildItem $sandbox.Source -Filter large* | Get-FileHash).Hash
    }
}

# .NET looks there first for a program that is started by its name.
Describe 'A program that lies in the current directory' -Skip:$IsWindows {
    It 'is not run in place of <_>' -ForEach 'ssh', 'systemctl' {
        $directory = New-Item -ItemType Directory (Join-Path $TestDrive "planted-$_")
        $planted, $trace = (Join-Path $directory $_), (Join-Path $directory ran)
        [IO.File]::WriteAllText($planted, "#!/bin/sh`n: >'$trace'`n")
        [IO.File]::SetUnixFileMode($planted, 'UserRead, UserWrite, UserExecute')
        $script = {
            Import-Module $args[0]
            $null = New-Item $args[1] -ItemType Directory
            Initialize-RekkordRepository "$($args[1])/repository" "$($args[1])/key" -WarningAction Ignore
            try { Get-RekkordSnapshot -Repository sftp://nobody@127.0.0.1:1/x -KeyFile "$($args[1])/key" } catch { "$_" }
            $null = New-Item "$($args[1])/job.ps1"
            if ($IsLinux) { Register-RekkordTask nightly "$($args[1])/job.ps1" -Scheduler Systemd -User }
        }
        $program, [string[]]$arguments = $pwsh
        $null = & /usr/bin/env -C $directory "HOME=$TestDrive/home-$_" $program @arguments -NoProfile -Command "& { $script } '$manifest' '$TestDrive/made-$_'" 2>&1

        "$TestDrive/made-$_/repository/rekkord" | Should -Exist
        $trace | Should -Not -Exist
    }
}
