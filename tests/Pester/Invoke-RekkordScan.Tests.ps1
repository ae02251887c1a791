BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'Invoke-RekkordScan' {
    BeforeEach {
        $sandbox = New-Sandbox
        Invoke-RekkordSave test $sandbox.Source | Out-Null
    }
    AfterEach { Remove-Sandbox $sandbox }

    It 'finds a sound repository sound' {
        Set-Hook $sandbox PreScan 10-before.ps1 '$RekkordHook.Command'
        $hook, $result = Invoke-RekkordScan -Full
        $hook.Output | Should -Be scan
        $result.Status | Should -Be Succeeded
        Assert-RoundTrip $result 'Status', 'Duration'
    }

    It 'finds a damaged pack, as an object that can be written and read back' {
        $pack = Get-ChildItem (Join-Path $sandbox.Repository packs) -Recurse -File | Select-Object -First 1
        $pack.Attributes = 'Normal'
        $bytes = [IO.File]::ReadAllBytes($pack)
        $bytes[-20] = $bytes[-20] -bxor 1
        [IO.File]::WriteAllBytes($pack, $bytes)
        $results = @()
        try { Invoke-RekkordScan | ForEach-Object { $results += $_ } } catch { $failure = $_ }
        $results[-1].Status | Should -Not -Be Succeeded
        $results[-1].Problems.Count | Should -BeGreaterThan 0
        $failure | Should -Not -BeNullOrEmpty
        Assert-RoundTrip $results[-1] 'Status'
    }
}
