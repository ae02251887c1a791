BeforeAll {
    . $PSScriptRoot/common.ps1
    $sandbox = New-Sandbox
}

AfterAll { Remove-Sandbox $sandbox }

Describe 'New-RekkordKey' {
    It 'makes a keyfile that saves and cannot list' {
        $key = Join-Path $sandbox.Base write.key
        $made = New-RekkordKey WriteOnly $key $sandbox.KeyFile
        $made.Role | Should -Be 'WriteOnly'
        Assert-RoundTrip $made 'Id', 'Role', 'KeyFile', 'HasPassphrase'
        Invoke-RekkordSave test $sandbox.Source -KeyFile $key | Out-Null
        (Get-RekkordSnapshot).KeyId | Should -Be $made.Id
        { Get-RekkordSnapshot -KeyFile $key } | Should -Throw -ErrorId 'KeyRoleInsufficient,*'
    }

    It 'seals it with a passphrase' {
        $key = Join-Path $sandbox.Base sealed.key
        $passphrase = ConvertTo-SecureString 'open sesame' -AsPlainText -Force
        (New-RekkordKey LogOnly $key $sandbox.KeyFile -Passphrase $passphrase).HasPassphrase | Should -BeTrue
        Get-RekkordSnapshot -KeyFile $key -Passphrase $passphrase | Should -HaveCount 1
        $wrong = ConvertTo-SecureString 'open barley' -AsPlainText -Force
        { Get-RekkordSnapshot -KeyFile $key -Passphrase $wrong } | Should -Throw -ErrorId 'KeyFilePassphraseWrong,*'
    }

    It 'keeps a file that exists' {
        { New-RekkordKey LogOnly (Join-Path $sandbox.Base sealed.key) $sandbox.KeyFile } | Should -Throw -ErrorId 'KeyFileExists,*'
    }

    It 'makes nothing with -WhatIf' {
        New-RekkordKey LogOnly (Join-Path $sandbox.Base none.key) $sandbox.KeyFile -WhatIf
        Join-Path $sandbox.Base none.key | Should -Not -Exist
        { New-RekkordKey LogOnly (Join-Path $sandbox.Base sealed.key) $sandbox.KeyFile -WhatIf } | Should -Throw -ErrorId 'KeyFileExists,*'
        { New-RekkordKey LogOnly $sandbox.KeyFile $sandbox.KeyFile -Force -WhatIf } | Should -Throw -ErrorId 'KeyFileIsMaster,*'
    }
}
