BeforeAll {
    . $PSScriptRoot/common.ps1
    $sandbox = New-Sandbox
    $key = Join-Path $sandbox.Base write.key
    $id = (New-RekkordKey WriteOnly $key $sandbox.KeyFile).Id
    Invoke-RekkordSave test $sandbox.Source -KeyFile $key | Out-Null
}

AfterAll { Remove-Sandbox $sandbox }

Describe 'Revoke-RekkordKey' {
    It 'revokes nothing with -WhatIf' {
        Revoke-RekkordKey $id -WhatIf
        Invoke-RekkordSave test $sandbox.Source -KeyFile $key | Out-Null
    }

    It 'keeps what the key signed before, and refuses it from now on' {
        $made = Revoke-RekkordKey $id -Reason 'server sold' -Confirm:$false
        $made.Snapshots | Should -HaveCount 2
        Assert-RoundTrip $made 'KeyId', 'Reason'
        (Get-RekkordSnapshot).SignerStatus | Select-Object -Unique | Should -Be 'Trusted'
        { Invoke-RekkordSave test $sandbox.Source -KeyFile $key } | Should -Throw -ErrorId 'KeyRevoked,*'
    }

    It 'is done once' {
        { Revoke-RekkordKey $id -Confirm:$false } | Should -Throw -ErrorId 'KeyAlreadyRevoked,*'
    }
}
