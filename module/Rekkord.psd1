@{
    RootModule           = 'Rekkord.Cmdlets.dll'
    NestedModules        = @('Rekkord.Loading.psm1', 'Types/Rekkord.Types.psd1')
    ModuleVersion        = '0.1.0'
    GUID                 = '6f1c2f0e-7f57-4e0d-9d6c-0d5b6c1b8a42'
    Author               = 'The Rekkord for PowerShell developers'
    CompanyName          = 'The Rekkord for PowerShell developers'
    Copyright            = '(c) The Rekkord for PowerShell developers. MIT licence.'
    Description          = 'Deduplicated, compressed, encrypted snapshots of files, verified and restored, with hooks before and after.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('Rekkord.format.ps1xml')
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    CmdletsToExport      = @(
        'Compare-RekkordSnapshot'
        'Copy-RekkordSnapshot'
        'Find-RekkordItem'
        'Get-RekkordConfig'
        'Get-RekkordHook'
        'Get-RekkordItem'
        'Get-RekkordKey'
        'Get-RekkordRepository'
        'Get-RekkordSnapshot'
        'Get-RekkordTask'
        'Initialize-RekkordRepository'
        'Invoke-RekkordHook'
        'Invoke-RekkordPrune'
        'Invoke-RekkordRetention'
        'Invoke-RekkordSave'
        'Invoke-RekkordScan'
        'Lock-RekkordKey'
        'New-RekkordConfig'
        'New-RekkordKey'
        'Register-RekkordTask'
        'Remove-RekkordSnapshot'
        'Restore-RekkordSnapshot'
        'Revoke-RekkordKey'
        'Test-RekkordConfig'
        'Undo-RekkordRemoval'
        'Unlock-RekkordKey'
        'Unregister-RekkordTask'
    )
    PrivateData          = @{
        PSData = @{
            Tags                       = @('backup', 'restore', 'snapshot', 'deduplication', 'encryption', 'S3', 'Azure', 'SFTP', 'hooks', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            RequireLicenseAcceptance   = $false
            ExternalModuleDependencies = @()
            ReleaseNotes               = 'The first release. It saves, verifies, restores and prunes encrypted snapshots in a directory, a bucket or on an SFTP server, with hooks before and after.'
        }
    }
}
