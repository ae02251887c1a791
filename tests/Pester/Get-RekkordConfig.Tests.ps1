BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'Get-RekkordConfig' {
    BeforeEach { $sandbox = New-Sandbox }
    AfterEach { Remove-Sandbox $sandbox }

    It 'shows values and their sources' {
        $config = Get-RekkordConfig
        $config.Repository | Should -Be $sandbox.Repository
        ($config.Values | Where-Object Name -EQ PreSaveDirectory).Source | Should -Be File
        Assert-RoundTrip $config 'ConfigFile', 'Repository', 'KeyFile', 'CompressionLevel'
    }

    It 'names file, line, column and the nearest key for one it does not know' {
        Add-Content $sandbox.Config "PostSaveDirectorry = 'x'"
        $line = (Get-Content $sandbox.Config).Count
        { Get-RekkordConfig } | Should -Throw "$($sandbox.Config):${line}:1: *PostSaveDirectory*" -ErrorId 'ConfigUnknownKey,*'
        { Invoke-RekkordSave test $sandbox.Source } | Should -Throw -ErrorId 'ConfigUnknownKey,*'
    }
}
