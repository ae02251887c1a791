BeforeAll { . $PSScriptRoot/common.ps1 }

Describe 'The module' {
    It 'has a valid manifest' {
        (Test-ModuleManifest $manifest).Version | Should -Be $version
    }

    It 'exports the commands its manifest names, and nothing else' {
        $data = Import-PowerShellDataFile $manifest
        (Get-Command -Module Rekkord).Name | Should -Be ($data.CmdletsToExport | Sort-Object)
        (Get-Module Rekkord).ExportedAliases.Count | Should -Be 0
        (Get-Module Rekkord).ExportedVariables.Count | Should -Be 0
    }

    It 'uses approved verbs' {
        (Get-Command -Module Rekkord).Verb | Sort-Object -Unique | ForEach-Object { (Get-Verb $_).Verb | Should -Be $_ }
    }

    It 'can be imported again' {
        Import-Module $manifest
        Import-Module $manifest -Force
        Get-Module Rekkord | Should -HaveCount 1
    }

    It 'says plainly that a process holds one copy of it' {
        $copy = Join-Path $TestDrive copy
        Copy-Item (Split-Path $manifest) $copy -Recurse
        $program, [string[]]$arguments = $pwsh
        $script = {
            Import-Module $args[0]
            try { Import-Module (Join-Path $args[1] Rekkord.psd1) } catch { "$_" }
            (Get-Module).Name
        }
        $said = & $program @arguments -NoProfile -Command $script -args $manifest, $copy
        $said[0] | Should -Match "^Rekkord [\d.]+ is loaded from .* already, and a process can hold one copy of it\. .*start a new pwsh\.$"
        $said.Where{ $_ -eq 'Rekkord' } | Should -HaveCount 1
        $said | Should -Not -Match 'Rekkord\.'
    }

    It 'does not run the code of a copy that was imported earlier' {
        $copy = Join-Path $TestDrive earlier
        Copy-Item (Split-Path $manifest) $copy -Recurse
        $program, [string[]]$arguments = $pwsh
        $script = {
            Import-Module $args[0]
            Remove-Module Rekkord
            Import-Module (Join-Path $args[1] Rekkord.psd1)
            try { Get-RekkordConfig } catch { $_.FullyQualifiedErrorId; "$_" }
            try { Get-RekkordSnapshot } catch { $_.FullyQualifiedErrorId }
            try { New-PSDrive Backup Rekkord '' -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }
        }
        $said = & $program @arguments -NoProfile -Command $script -args $manifest, $copy
        $said[0] | Should -Match '^ModuleLoadedTwice,'
        $said[1] | Should -Match "^Rekkord [\d.]+ was loaded from '$([regex]::Escape((Split-Path $manifest)))' earlier, .*start a new pwsh\.$"
        $said[2] | Should -Match '^ModuleLoadedTwice,'
        $said[3] | Should -Match '^ModuleLoadedTwice,'
    }

    It 'is imported by an application that has no cmdlets in its session' {
        $program, [string[]]$arguments = $pwsh
        $script = {
            $state = [initialsessionstate]::Create()
            $state.LanguageMode = 'FullLanguage'
            $state.ImportPSModule($args[0])
            $runspace = [runspacefactory]::CreateRunspace($state)
            $runspace.Open()
            $runspace.SessionStateProxy.InvokeCommand.GetCommand('Get-RekkordConfig', 'Cmdlet').Name
        }
        & $program @arguments -NoProfile -Command $script -args $manifest | Should -Be 'Get-RekkordConfig'
    }

    It 'imports without a word' {
        $program, [string[]]$arguments = $pwsh
        $output = & $program @arguments -NoProfile -Command "Import-Module '$manifest'; (Get-Command -Module Rekkord).Count" 2>&1
        $output | Should -Be (Get-Command -Module Rekkord).Count
    }

    # What is compiled ahead for one system is no image of another: Windows refuses what was made on Linux.
    It 'has nothing at its root and in Dependencies but what every machine can load, and beside it the same again for one machine' {
        Add-Type -AssemblyName System.Reflection.Metadata
        $module = Split-Path $manifest
        $assemblies = foreach ($file in Get-ChildItem $module -Filter *.dll -Recurse) {
            $reader = [System.Reflection.PortableExecutable.PEReader]::new($file.OpenRead())
            try {
                $metadata = [System.Reflection.Metadata.PEReaderExtensions]::GetMetadataReader($reader)
                [pscustomobject]@{
                    Name    = $file.Name
                    Folder  = [IO.Path]::GetRelativePath($module, $file.DirectoryName)
                    Machine = $reader.PEHeaders.CoffHeader.Machine
                    Ahead   = $reader.PEHeaders.CorHeader.ManagedNativeHeaderDirectory.Size -gt 0
                    IsIL    = $reader.PEHeaders.CorHeader.Flags.HasFlag([System.Reflection.PortableExecutable.CorFlags]::ILOnly)
                    Id      = $metadata.GetGuid($metadata.GetModuleDefinition().Mvid)
                }
            } finally {
                $reader.Dispose()
            }
        }
        $ahead, $portable = $assemblies.Where({ $_.Folder -like 'native*' }, 'Split')
        $portable.Where{ $_.Folder -eq '.' }.Name | Should -Be Rekkord.Cmdlets.dll
        $portable.Where{ $_.Folder -eq 'Dependencies' }.Name | Should -Contain Rekkord.Engine.dll
        # I386 and only IL is what the compiler writes for every machine.
        $portable | ForEach-Object {
            $_.Machine | Should -Be I386 -Because $_.Name
            $_.IsIL | Should -BeTrue -Because $_.Name
            $_.Ahead | Should -BeFalse -Because $_.Name
        }
        if ($ahead) { $ahead.Name | Should -Be $portable.Where{ $_.Folder -eq 'Dependencies' }.Name }
        foreach ($assembly in $ahead) {
            $assembly.Ahead | Should -BeTrue -Because $assembly.Name
            $assembly.Id | Should -Be $portable.Where{ $_.Name -eq $assembly.Name }.Id -Because $assembly.Name
        }

        # Those for this machine are the ones that are used.
        $null = Get-RekkordConfig
        $engine = [AppDomain]::CurrentDomain.GetAssemblies().Where{ $_.GetName().Name -eq 'Rekkord.Engine' }
        $engine.Location | Should -Be (Join-Path $module ($ahead ? $ahead[0].Folder : 'Dependencies') Rekkord.Engine.dll)
    }

    It 'lays out every table that its formats describe' {
        $data = [xml](Get-Content -Raw (Join-Path (Split-Path $manifest) Rekkord.format.ps1xml))
        $types = $data.SelectNodes('//TypeName').InnerText
        $types | Should -Not -BeNullOrEmpty
        $assembly = (Get-Module Rekkord).ImplementingAssembly
        # What follows a '#' is how an object of the type is shown somewhere, such as in a drive.
        $types | ForEach-Object { $assembly.GetType(($_ -split '#')[0]) | Should -Not -BeNullOrEmpty -Because $_ }
    }

    It 'shows times in one form whatever the culture: <_>' -ForEach 'th-TH', 'fa-IR', 'ar-SA', 'da-DK' {
        $culture = [cultureinfo]::CurrentCulture
        $sandbox = New-Sandbox
        try {
            Invoke-RekkordSave files $sandbox.Source | Out-Null
            Set-Content (Join-Path $sandbox.Source file.txt) 'other content'
            Invoke-RekkordSave later $sandbox.Source | Out-Null
            [cultureinfo]::CurrentCulture = $_
            $tables = @(
                Get-RekkordSnapshot | Out-String
                [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((Get-RekkordSnapshot files))) | Out-String
                Get-RekkordItem files $sandbox.Source | Out-String
                Revoke-RekkordKey ('0' * 32) -Confirm:$false -WarningAction Ignore | Out-String)
        } finally {
            [cultureinfo]::CurrentCulture = $culture
            Remove-Sandbox $sandbox
        }
        $tables | ForEach-Object { $_ | Should -Match '\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\b' }
    }
}
