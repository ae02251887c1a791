BeforeDiscovery {
    # CI installs it, and then it must be there.
    $hasServer = $env:CI -eq 'true' -or (Get-Command fauxqs -CommandType Application -ErrorAction Ignore)
}

BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'A repository in a bucket' {
    BeforeAll {
        $sandbox = New-Sandbox
        $bucket = ''
        if (-not (Get-Command fauxqs -CommandType Application -ErrorAction Ignore)) { return }
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $port = $listener.LocalEndpoint.Port
        $listener.Stop()
        $env:FAUXQS_PORT = $port
        $server = Start-Process fauxqs -PassThru -RedirectStandardOutput (Join-Path $TestDrive server.log) -RedirectStandardError (Join-Path $TestDrive server.err)
        $env:FAUXQS_PORT = $null
        while (-not (Test-Connection 127.0.0.1 -TcpPort $port -Quiet)) {
            if ($server.WaitForExit(100)) { throw 'fauxqs ended.' }
        }
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
