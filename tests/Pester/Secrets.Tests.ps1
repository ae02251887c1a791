BeforeAll {
    . $PSScriptRoot/common.ps1
    $sandbox = New-Sandbox
    $secret = 'sésame-öffne-dich'
    $passphrase = ConvertTo-SecureString $secret -AsPlainText
    $wrong = ConvertTo-SecureString 'not-the-one' -AsPlainText
    $sealed = Join-Path $sandbox.Base sealed.key
    $null = New-RekkordKey ReadWrite $sealed $sandbox.KeyFile -Passphrase $passphrase
    $null = Invoke-RekkordSave test $sandbox.Source -SkipHooks -Confirm:$false
    $plain = Get-Content -Raw $sandbox.Config

    # The configuration with the sealed keyfile, and with a place of its passphrase.
    function Set-Place([string] $Place, [string] $More = '') {
        Set-Content $sandbox.Config ($plain.Replace($sandbox.KeyFile, $sealed).Replace('[Hooks]', "PassphraseFrom = '$Place'`n$More`n[Hooks]"))
        if (-not $IsWindows) { [IO.File]::SetUnixFileMode($sandbox.Config, 'UserRead, UserWrite') }
    }

    # All that a script says, in all streams, with everything that is in its objects and errors.
    function Get-Everything([scriptblock] $Script) {
        $said = & { try { & $Script } catch { $_; $_.Exception.ToString(); $_.TargetObject } } *>&1
        ($said | Out-String -Width 500) + ($said | Format-List * -Force | Out-String -Width 500) + [Management.Automation.PSSerializer]::Serialize($said, 3)
    }

    # What stands for SecretManagement: a real module of its name, with a Get-Secret of the same parameters and answers.
    $modules = Join-Path $sandbox.Base modules
    $module = New-Item -ItemType Directory (Join-Path $modules Microsoft.PowerShell.SecretManagement)
    Set-Content (Join-Path $module Microsoft.PowerShell.SecretManagement.psm1) @'
        function Get-Secret {
            [CmdletBinding()]
            param([Parameter(Mandatory, Position = 0)] [string] $Name, [Parameter(Position = 1)] [string] $Vault, [switch] $AsPlainText)
            $place = "$Vault/$Name"
            Write-Verbose "The secret of $place is sésame-öffne-dich."
            switch -CaseSensitive ($place) {
                'Work/string' { ConvertTo-SecureString 'sésame-öffne-dich' -AsPlainText }
                'Work/nested/name' { ConvertTo-SecureString 'sésame-öffne-dich' -AsPlainText }
                '/default' { ConvertTo-SecureString 'sésame-öffne-dich' -AsPlainText }
                'Work/credential' { [pscredential]::new('me', (ConvertTo-SecureString 'sésame-öffne-dich' -AsPlainText)) }
                'Work/bytes' { , [Text.Encoding]::UTF8.GetBytes('sésame-öffne-dich') }
                'Work/table' { @{ password = 'sésame-öffne-dich' } }
                'Work/locked' { throw 'The vault is locked. It holds sésame-öffne-dich.' }
                default { Write-Error "There is no $place beside sésame-öffne-dich." }
            }
        }
        Export-ModuleMember -Function Get-Secret
'@
    $modulePath = $env:PSModulePath
}

AfterAll {
    $env:PSModulePath = $modulePath
    Remove-Module Microsoft.PowerShell.SecretManagement -ErrorAction Ignore
    Remove-Sandbox $sandbox
}

Describe 'The place of a secret' {
    AfterEach {
        $env:PSModulePath = $modulePath
        $env:CREDENTIALS_DIRECTORY = $null
        Remove-Module Microsoft.PowerShell.SecretManagement -ErrorAction Ignore
    }

    It 'is a program, whose first line counts, for every command' -Skip:$IsWindows {
        Set-Place "command:printf $secret\n"
        Get-RekkordSnapshot | Should -HaveCount 1
        (Invoke-RekkordSave other $sandbox.Source)[-1].Status | Should -Be Succeeded
        (Invoke-RekkordScan)[-1].Status | Should -Be Succeeded
        (Get-RekkordKey).Id | Should -Match '^[0-9a-f]{32}$'
        (Test-RekkordConfig).Where{ $_.Check -eq 'KeyFile' }.Status | Should -Be Passed
    }

    It 'is a program that fails: the error names it and shows nothing of it' -Skip:$IsWindows {
        Set-Content (Join-Path $sandbox.Base fails) "#!/bin/sh`necho $secret; echo $secret >&2; exit 7"
        chmod 700 (Join-Path $sandbox.Base fails)
        Set-Place "command:$(Join-Path $sandbox.Base fails) $secret-argument"
        $said = Get-Everything { Get-RekkordSnapshot -Verbose }
        $said | Should -BeLike "*$(Join-Path $sandbox.Base fails)*exit code 7*"
        $said | Should -Not -BeLike "*$secret*"
    }

    It 'is a credential of systemd' {
        Set-Place credential:rekkord
        { Get-RekkordSnapshot } | Should -Throw -ErrorId 'SecretNotFound,*'
        $env:CREDENTIALS_DIRECTORY = $sandbox.Base
        Set-Content (Join-Path $sandbox.Base rekkord) $secret
        Get-RekkordSnapshot test | Should -HaveCount 1
    }

    It 'is a vault: <_>' -ForEach 'secret:Work/string', 'secret:Work/nested/name', 'secret:default', 'secret:Work/credential', 'secret:Work/bytes' {
        Set-Place $_
        $env:PSModulePath = $modules
        Get-RekkordSnapshot test | Should -HaveCount 1
    }

    It 'is a vault, and the module is not installed: the error says what to install' {
        Set-Place secret:Work/string
        $env:PSModulePath = Join-Path $sandbox.Base none
        { Get-RekkordSnapshot } | Should -Throw -ErrorId 'SecretModuleMissing,*' -ExpectedMessage '*Install-PSResource Microsoft.PowerShell.SecretManagement*'
    }

    It 'is a vault that does not give it (<Place>): the error is <Id>, and nothing that the vault says is passed on' -ForEach @(
        @{ Place = 'secret:Work/locked'; Id = 'SecretNotFound' }
        @{ Place = 'secret:Work/missing'; Id = 'SecretNotFound' }
        @{ Place = 'secret:Work/table'; Id = 'SecretInvalid' }
    ) {
        Set-Place $Place
        $env:PSModulePath = $modules
        $said = Get-Everything { Get-RekkordSnapshot -Verbose }
        $said | Should -Match "$Id,"
        $said | Should -Not -BeLike "*$secret*"
    }

    It 'is in no stream, no snapshot and no hook when all goes well' -Skip:$IsWindows {
        Set-Place secret:Work/string
        Set-Hook $sandbox PreSave 10-tells "#!/bin/sh`nenv; exit 0"
        Set-Hook $sandbox PreSave 20-tells.ps1 '[Environment]::GetEnvironmentVariables().Values; $RekkordHook | Format-List * | Out-String'
        $env:PSModulePath = $modules
        $said = Get-Everything { Invoke-RekkordSave told $sandbox.Source -Verbose; Get-RekkordConfig -Verbose; (Get-RekkordConfig).Values }
        Get-ChildItem (Join-Path $sandbox.Base hooks/PreSave) | Remove-Item
        $said | Should -BeLike '*REKKORD_PHASE=PreSave*Succeeded*'
        $said | Should -Not -BeLike "*$secret*"
    }

    It 'is that of another store''s secret, which is looked for only when the store is opened' -Skip:$IsWindows {
        Set-Place credential:rekkord "[S3]`nAccessKeyID = 'id'`nSecretKeyFrom = 'command:false'`n[SFTP]`nPasswordFrom = 'command:false'"
        Get-RekkordSnapshot test -Passphrase $passphrase | Should -HaveCount 1
        { Get-RekkordSnapshot -Passphrase $passphrase -Repository s3:https://127.0.0.1:1/bucket } | Should -Throw -ErrorId 'SecretCommandFailed,*' -ExpectedMessage "*'false'*exit code 1*"
        { Get-RekkordSnapshot -Passphrase $passphrase -Repository sftp://me@127.0.0.1:1/x } | Should -Throw -ErrorId 'SecretCommandFailed,*'
    }
}

Describe 'Unlock-RekkordKey and Lock-RekkordKey' {
    BeforeAll {
        Set-Content $sandbox.Config ($plain.Replace($sandbox.KeyFile, $sealed))
        if (-not $IsWindows) { [IO.File]::SetUnixFileMode($sandbox.Config, 'UserRead, UserWrite') }
    }
    AfterEach { Lock-RekkordKey }

    It 'keep a passphrase for the session until it is forgotten' {
        $key = Unlock-RekkordKey -Passphrase $passphrase
        $key.Role | Should -Be ReadWrite
        $key.UnlockedUntil | Should -BeGreaterThan (Get-Date).AddMinutes(14)
        $key.UnlockedUntil | Should -BeLessThan (Get-Date).AddMinutes(16)
        Get-RekkordSnapshot test | Should -HaveCount 1
        (Invoke-RekkordSave other $sandbox.Source)[-1].Status | Should -Be Succeeded
        (Get-RekkordKey).UnlockedUntil | Should -Be $key.UnlockedUntil
        Lock-RekkordKey $sandbox.KeyFile
        Get-RekkordSnapshot test | Should -HaveCount 1
        Lock-RekkordKey (Resolve-Path -Relative $sealed)
        (Get-RekkordKey).UnlockedUntil | Should -BeNullOrEmpty
    }

    It 'refuse a wrong passphrase, and keep what was there' {
        { Unlock-RekkordKey -Passphrase $wrong } | Should -Throw -ErrorId 'KeyFilePassphraseWrong,*'
        (Get-RekkordKey).UnlockedUntil | Should -BeNullOrEmpty
        $null = Unlock-RekkordKey -Passphrase $passphrase
        { Unlock-RekkordKey -Passphrase $wrong } | Should -Throw -ErrorId 'KeyFilePassphraseWrong,*'
        Get-RekkordSnapshot test | Should -HaveCount 1
    }

    It 'refuse a lifetime that is none: <_>' -ForEach '25h', '0:0:0', '2d' {
        { Unlock-RekkordKey -Passphrase $passphrase -Lifetime $_ } | Should -Throw -ErrorId 'LifetimeInvalid,*'
    }

    It 'warn when there is nothing to unlock' {
        $key = Unlock-RekkordKey $sandbox.KeyFile -WarningVariable warnings -WarningAction SilentlyContinue
        $key.HasPassphrase, $key.UnlockedUntil | Should -Be $false, $null
        $warnings | Should -BeLike '*has no passphrase*'
    }

    It 'forget it when the time is over, when the module is removed, and do not show it to other sessions' {
        # A pwsh of its own, since the module is taken away in it.
        $script = Join-Path $sandbox.Base lifetime.ps1
        Set-Content $script (@'
            Import-Module 'MODULE'
            $PSDefaultParameterValues['*-Rekkord*:ConfigPath'] = 'CONFIG'
            function Test-Unlocked { $null -ne (Get-RekkordKey).UnlockedUntil }
            $p = ConvertTo-SecureString 'SECRET' -AsPlainText
            $null = Unlock-RekkordKey -Passphrase $p
            "here $(Test-Unlocked)"
            $other = [powershell]::Create()
            $null = $other.AddScript('param($m, $c) Import-Module $m; $null -ne (Get-RekkordKey -ConfigPath $c).UnlockedUntil').AddArgument('MODULE').AddArgument('CONFIG')
            "there $($other.Invoke())"
            Remove-Module Rekkord
            Import-Module 'MODULE'
            "removed $(Test-Unlocked)"
            $null = Unlock-RekkordKey -Passphrase $p
            Import-Module 'MODULE' -Force
            "forced $(Test-Unlocked)"
            $null = Unlock-RekkordKey -Passphrase $p -Lifetime 1s
            while (Test-Unlocked) { }
            "over $(Test-Unlocked)"
            try { Get-RekkordSnapshot } catch { $_.FullyQualifiedErrorId }
'@.Replace('SECRET', $secret).Replace('MODULE', $manifest).Replace('CONFIG', $sandbox.Config))
        $program, [string[]] $arguments = $pwsh
        $null | & $program @arguments -NoProfile -NonInteractive -File $script | Should -Be 'here True', 'there False', 'removed False', 'forced False', 'over False', 'PassphraseRequired,Rekkord.Cmdlets.Commands.GetRekkordSnapshotCommand'
    }

    It 'take the passphrase from the place that the configuration names, and keep it when that is gone' {
        Set-Place credential:rekkord
        $env:CREDENTIALS_DIRECTORY = $sandbox.Base
        Set-Content (Join-Path $sandbox.Base rekkord) $secret
        $null = Unlock-RekkordKey
        $env:CREDENTIALS_DIRECTORY = $null
        Get-RekkordSnapshot test | Should -HaveCount 1
        Set-Content $sandbox.Config ($plain.Replace($sandbox.KeyFile, $sealed))
    }
}

Describe 'Get-RekkordKey' {
    BeforeAll {
        Set-Content $sandbox.Config $plain
        $reader = New-RekkordKey ReadWrite (Join-Path $sandbox.Base reader.key) $sandbox.KeyFile
        $lost = New-RekkordKey WriteOnly (Join-Path $sandbox.Base lost.key) $sandbox.KeyFile
        $null = Revoke-RekkordKey $lost.Id -Reason 'server sold' -Confirm:$false -WarningAction Ignore
        $repository = @{ Repository = $sandbox.Repository }
    }

    It 'says of <Role> what it permits' -ForEach @(
        @{ Role = 'Prune'; Permits = 'Remove', 'Save', 'Read', 'List' }, @{ Role = 'ReadWrite'; Permits = 'Save', 'Read', 'List' }
        @{ Role = 'WriteOnly'; Permits = , 'Save' }, @{ Role = 'LogOnly'; Permits = , 'List' }
    ) {
        $made = New-RekkordKey $Role (Join-Path $sandbox.Base "$Role.key") $sandbox.KeyFile
        $key = Get-RekkordKey -KeyFile (Join-Path $sandbox.Base "$Role.key")
        $key.Role, $key.Id, $key.RepositoryId, $key.HasPassphrase, $key.IsRevoked | Should -Be $Role, $made.Id, $made.RepositoryId, $false, $null
        $key.Permissions | Should -Be $Permits
        $key.CreatedTime | Should -Be $made.CreatedTime
        Assert-RoundTrip $key 'Id', 'Role', 'KeyFile', 'HasPassphrase'
    }

    It 'says of the master keyfile that it may do everything' {
        (Get-RekkordKey).Permissions | Should -Be 'Certify', 'Remove', 'Save', 'Read', 'List'
    }

    It 'needs no passphrase for what stands above the keys, and asks for none' {
        $key = Get-RekkordKey -KeyFile $sealed
        $key.Role, $key.HasPassphrase, $key.RepositoryId, $key.Id, $key.CreatedTime | Should -Be 'ReadWrite', $true, $reader.RepositoryId, $null, $null
        (Get-RekkordKey -KeyFile $sealed -Passphrase $passphrase).Id | Should -Match '^[0-9a-f]{32}$'
        { Get-RekkordKey -KeyFile $sealed @repository } | Should -Throw -ErrorId 'PassphraseRequired,*'
        { Get-RekkordKey -KeyFile $sealed -Passphrase $wrong } | Should -Throw -ErrorId 'KeyFilePassphraseWrong,*'
    }

    It 'says whether a keyfile was revoked, in a repository that was given' {
        (Get-RekkordKey -KeyFile $lost.KeyFile @repository).IsRevoked | Should -BeTrue
        (Get-RekkordKey -KeyFile $reader.KeyFile @repository).IsRevoked | Should -BeFalse
        (Get-RekkordKey @repository).IsRevoked | Should -BeFalse
    }

    It 'lists what was revoked, with what the keyfile may see' {
        $revoked = Get-RekkordKey -Revoked
        $revoked.KeyId, $revoked.Reason | Should -Be $lost.Id, 'server sold'
        (Get-RekkordKey -Revoked -KeyFile $reader.KeyFile).Reason | Should -Be 'server sold'
        $seen = Get-RekkordKey -Revoked -KeyFile $lost.KeyFile
        $seen.KeyId, $seen.Reason | Should -Be $lost.Id, ''
    }

    It 'counts a revocation that cannot be read' {
        $file = Get-ChildItem -Recurse -File (Join-Path $sandbox.Repository revoked)
        $bytes = [IO.File]::ReadAllBytes($file)
        if (-not $IsWindows) { chmod u+w $file }
        [IO.File]::WriteAllBytes($file, [byte[]](1..20))
        Get-RekkordKey -Revoked -ErrorVariable errors -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'ObjectDamaged,*'
        (Get-RekkordKey -KeyFile $lost.KeyFile @repository).IsRevoked | Should -BeTrue
        [IO.File]::WriteAllBytes($file, $bytes)
    }

    It 'shows role, passphrase, revocation and ID at 80 columns' {
        $rendering = $PSStyle.OutputRendering
        $PSStyle.OutputRendering = 'PlainText'
        try {
            $text = @(Get-RekkordKey -KeyFile $lost.KeyFile @repository; Unlock-RekkordKey $sealed -Passphrase $passphrase) | Format-Table | Out-String -Width 80
        } finally {
            $PSStyle.OutputRendering = $rendering
            Lock-RekkordKey
        }
        $text | Should -Match "(?m)^WriteOnly no       REVOKED $($lost.Id) "
        $text | Should -Match '(?m)^ReadWrite unlocked         [0-9a-f]{32} '
        $text | Should -Not -Match '(?m)^.{81}'
    }
}
