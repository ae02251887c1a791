BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'Initialize-RekkordRepository' {
    It 'makes a repository and a keyfile' {
        $repository = Join-Path $TestDrive repository
        $key = Join-Path $TestDrive master.key
        $made = Initialize-RekkordRepository $repository $key -WarningVariable warning -WarningAction SilentlyContinue
        $made.KeyFile | Should -Be $key
        $key | Should -Exist
        $warning | Should -Match 'Keep a copy'
        Assert-RoundTrip $made 'Id', 'KeyFile'
    }

    It 'makes nothing with -WhatIf' {
        Initialize-RekkordRepository (Join-Path $TestDrive none) (Join-Path $TestDrive none.key) -WhatIf
        Join-Path $TestDrive none | Should -Not -Exist
        Join-Path $TestDrive none.key | Should -Not -Exist
    }

    It 'leaves a repository alone that exists' {
        { Initialize-RekkordRepository (Join-Path $TestDrive repository) (Join-Path $TestDrive other.key) } |
            Should -Throw -ErrorId 'RepositoryExists,*'
    }

    It 'says with -WhatIf what could not be done' {
        { Initialize-RekkordRepository (Join-Path $TestDrive repository) (Join-Path $TestDrive other.key) -WhatIf } | Should -Throw -ErrorId 'RepositoryExists,*'
        { Initialize-RekkordRepository (Join-Path $TestDrive none) (Join-Path $TestDrive master.key) -WhatIf } | Should -Throw -ErrorId 'KeyFileExists,*'
        { Initialize-RekkordRepository $TestDrive (Join-Path $TestDrive other.key) -WhatIf } | Should -Throw -ErrorId 'DirectoryNotEmpty,*'
        Join-Path $TestDrive none | Should -Not -Exist
        Join-Path $TestDrive other.key | Should -Not -Exist
    }
}
